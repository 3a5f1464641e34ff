package io.atoll.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The page of errors names the exceptions that users can catch, each where it belongs. */
class ErrorsPageTest {
    private static final Pattern CLASS = Pattern.compile(
            "^ *public (?:(?:static|final|sealed|non-sealed|abstract) )*class (?<name>\\w+) extends (?<above>\\w+)",
            Pattern.MULTILINE);
    private static final Pattern NAME = Pattern.compile("`(?<name>\\w+(?:Exception|Error))`");

    /** Those that stand in the text: none of them comes out of a call by itself. */
    private static final Set<String> IN_TEXT = Set.of("AtollException", "StandInException", "ArrowException");

    private static String page;
    private static String sources;
    /** What each public class of a package for users extends; of others nothing is known. */
    private static final Map<String, String> above = new HashMap<>();

    @BeforeAll
    static void read() throws Exception {
        page = Files.readString(Pages.DOCS.resolve("errors.md"));
        StringBuilder all = new StringBuilder();
        for (String artifact : List.of("api", "store", "objects", "arrow", "runtime")) {
            try (Stream<Path> files = Files.walk(Path.of("..", artifact, "src/main/java"))) {
                for (Path each :
                        files.filter(file -> file.toString().endsWith(".java")).toList()) {
                    String text = Files.readString(each);
                    all.append(text);
                    Matcher found = CLASS.matcher(each.toString().contains("/internal/") ? "" : text);
                    while (found.find()) {
                        above.put(found.group("name"), found.group("above"));
                    }
                }
            }
        }
        sources = all.toString();
    }

    private static boolean is(String name, String kind) {
        return name != null && (name.equals(kind) || is(above.get(name), kind));
    }

    private static boolean isOfTheJdk(String name) {
        return Stream.of("java.lang.", "java.io.", "java.util.", "java.util.concurrent.")
                .anyMatch(in -> {
                    try {
                        return Throwable.class.isAssignableFrom(Class.forName(in + name));
                    } catch (ClassNotFoundException e) {
                        return false;
                    }
                });
    }

    /** Of ours, those that are one of the kinds. */
    private static Set<String> ours(String kind) {
        return above.keySet().stream().filter(name -> is(name, kind)).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> named(String text) {
        return NAME.matcher(text).results().map(found -> found.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Those of the table below a heading. */
    private static Set<String> inTable(String heading) {
        String section = page.split("\n## " + heading + "\n")[1].split("\n## ")[0];
        return named(section.lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|")[1])
                .collect(Collectors.joining()));
    }

    private static Set<String> without(Set<String> all, Collection<String> some) {
        Set<String> left = new TreeSet<>(all);
        left.removeAll(some);
        return left;
    }

    @Test
    void oursShouldAllExtendOne() {
        Set<String> thrown = above.keySet().stream()
                .filter(name -> Stream.iterate(name, each -> each != null, above::get)
                        .anyMatch(each -> isOfTheJdk(above.getOrDefault(each, ""))))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(thrown).contains("TaskException", "ArrowException").isEqualTo(ours("AtollException"));
    }

    @Test
    void pageShouldNameThemAllAndOfOthersThoseThatAreThrown() {
        Set<String> ours = ours("AtollException");
        assertThat(named(page)).containsAll(ours);
        assertThat(without(named(page), ours)).isNotEmpty().allSatisfy(name -> {
            assertThat(isOfTheJdk(name)).as(name).isTrue();
            assertThat(sources).contains("new " + name + "(");
        });
    }

    @Test
    void tablesShouldHaveThemWhereTheyBelong() {
        Set<String> ofTasks = ours("TaskException");
        assertThat(inTable("Of a task")).isEqualTo(ofTasks);
        assertThat(without(inTable("Of a call"), Set.of("IllegalStateException")))
                .isEqualTo(without(without(ours("AtollException"), ofTasks), IN_TEXT));
        assertThat(inTable("At the start")).contains("UnsatisfiedLinkError");
    }
}
