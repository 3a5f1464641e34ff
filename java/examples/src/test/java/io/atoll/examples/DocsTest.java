package io.atoll.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.AtollOptions;
import io.atoll.RemoteFunction1;
import io.atoll.TaskCall;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages of docs/: their Java compiles, their tables name what there is, and the examples they show exist. */
class DocsTest {
    private static final Path DOCS = Path.of("../../docs");
    private static final Pattern BLOCK = Pattern.compile("^```java(.*)\n((?s:.*?))^```$", Pattern.MULTILINE);
    private static final Pattern SHOWN = Pattern.compile("--8<-- \"(.*)\"");

    /** What the statements of a page may use: as a reader would have it. */
    private static final String SAMPLE = """
            class Sample {
                static class Handle {}
                static class HandleCodec implements Codec<Handle> {
                    public void write(Handle handle, CodecOutput out) {}
                    public Handle read(CodecInput in) { return new Handle(); }
                }
                static double sum(Tensor tensor) { return 0; }
                static double total(double[] values) { return 0; }
                static double sumOf(Tensor tensor, int part) { return 0; }
                static Tensor tensor(int i) { return Tensor.scalar(i); }
                static List<Double> halves(Tensor tensor) { return List.of(1.0, 2.0); }
                static void parts(Tensor tensor, Emitter<Double> out) { out.emit(1.0); }
            }
            """;

    @TempDir
    Path classes;

    private record Source(String name, String text) {
        JavaFileObject file() {
            String path = "memory:///" + name.replaceAll("\\W", "_") + "/Page.java";
            return new SimpleJavaFileObject(URI.create(path), JavaFileObject.Kind.SOURCE) {
                @Override
                public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                    return text;
                }
            };
        }
    }

    private static List<Path> pages() throws Exception {
        try (Stream<Path> files = Files.list(DOCS)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    /** The blocks of a page come after each other, as a reader tries them: later ones use what earlier ones declare. */
    private static Source source(Path page) throws Exception {
        String body = BLOCK.matcher(Files.readString(page))
                .results()
                .map(block -> block.group(2))
                .filter(block -> !SHOWN.matcher(block).find())
                .map(block -> block.replaceFirst(
                        "(?s)^(try \\(AtollSession session.*\n)\\}\n$", "$1// to the end of the page\n"))
                .collect(Collectors.joining("\n"));
        long open = body.chars().filter(c -> c == '{').count()
                - body.chars().filter(c -> c == '}').count();
        String text = Stream.of(
                                "io.atoll",
                                "io.atoll.codec",
                                "io.atoll.concurrent",
                                "io.atoll.store",
                                "io.atoll.table",
                                "io.atoll.tensor",
                                "java.io",
                                "java.nio",
                                "java.nio.file",
                                "java.time",
                                "java.util",
                                "java.util.concurrent",
                                "org.apache.arrow.vector")
                        .map(name -> "import " + name + ".*;\n")
                        .collect(Collectors.joining())
                + SAMPLE
                + "class Page {\n AtollSession session; double[] values;\n"
                + " ObjectRef<Tensor> shared; ObjectRef<Table> tableRef;\n void page() throws Exception {\n"
                + body + "}".repeat((int) open) + "\n}}";
        return new Source(page.getFileName().toString(), text);
    }

    @Test
    void javaOnThePagesShouldCompile() throws Exception {
        int blocks = 0;
        for (Path page : pages()) {
            Source source = source(page);
            blocks += (int) BLOCK.matcher(Files.readString(page)).results().count();
            DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
            ToolProvider.getSystemJavaCompiler()
                    .getTask(
                            null,
                            null,
                            found,
                            List.of(
                                    "-proc:none",
                                    "-d",
                                    classes.toString(),
                                    "-cp",
                                    System.getProperty("java.class.path")),
                            null,
                            List.of(source.file()))
                    .call();
            assertThat(found.getDiagnostics().stream()
                            .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
                            .map(diagnostic -> diagnostic.getMessage(Locale.ROOT) + " in\n" + source.text()))
                    .as(page.toString())
                    .isEmpty();
        }
        assertThat(blocks).isGreaterThan(20);
    }

    @Test
    void whatThePagesShowShouldBeThere() throws Exception {
        List<String> shown = new ArrayList<>();
        for (Path page : pages()) {
            Matcher matcher = SHOWN.matcher(Files.readString(page));
            while (matcher.find()) {
                shown.add(matcher.group(1));
                assertThat(Path.of("../..", matcher.group(1)))
                        .as(page.toString())
                        .isRegularFile();
            }
        }
        try (Stream<Path> examples = Files.list(Path.of("src/main/java/io/atoll/examples"))) {
            List<String> all = examples.filter(Files::isRegularFile)
                    .map(file -> "java/examples/" + file)
                    .filter(file -> !file.endsWith("package-info.java"))
                    .toList();
            assertThat(shown).as("every example has its page").containsAll(all);
        }
    }

    @Test
    void optionsShouldBeThoseThereAre() throws Exception {
        String page = Files.readString(DOCS.resolve("options.md"));
        assertThat(named(page, "Of a node", 1))
                .isEqualTo(methods(AtollOptions.Builder.class, AtollOptions.Builder.class));
        assertThat(named(page, "Of a task", 1)).isEqualTo(methods(TaskCall.class, TaskCall.class));
        assertThat(named(page, "Of a task", 2)).isEqualTo(methods(RemoteFunction1.class, RemoteFunction1.class));
    }

    /** Names in a column of the table below a heading. */
    private static Set<String> named(String page, String heading, int column) {
        String section = page.substring(page.indexOf("## " + heading) + 3);
        section = section.substring(0, section.indexOf("\n## "));
        return section.lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|")[column].strip())
                .map(cell -> cell.replaceAll("^`(\\w+)\\(.*\\)`$", "$1"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Public methods that give back the same kind of thing, changed. */
    private static Set<String> methods(Class<?> type, Class<?> returned) {
        return Stream.of(type.getMethods())
                .filter(method -> !java.lang.reflect.Modifier.isStatic(method.getModifiers()))
                .filter(method -> returned.isAssignableFrom(method.getReturnType())
                        || method.getReturnType().isAssignableFrom(returned) && method.getReturnType() != Object.class)
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
