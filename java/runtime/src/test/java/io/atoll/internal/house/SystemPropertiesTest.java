package io.atoll.internal.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.jni.SystemProperty;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The system properties of Atoll: one table in the code, the same in the documents, and mistakes are told. */
@Tag("once")
class SystemPropertiesTest {
    private static final Path ROOT = Path.of("../..");
    private static final Pattern LITERAL = Pattern.compile("\"(atoll\\.[a-z.]+)\"");
    /** A key in the metadata of stored tensors. */
    private static final Set<String> NO_PROPERTIES = Set.of("atoll.dtype");

    @Test
    void shouldBeDocumentedAsTheyAre() throws IOException {
        List<String> rows = Files.readAllLines(ROOT.resolve("docs/options.md")).stream()
                .filter(line -> line.startsWith("| `atoll."))
                .toList();
        assertThat(rows)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(SystemProperty.values())
                        .filter(each -> !each.meaning().isEmpty())
                        .map(each -> "| `" + each.key() + "` | " + each.meaning() + " |")
                        .toList());
    }

    @Test
    void shouldBeNamedNowhereElse() throws IOException {
        List<String> elsewhere = new ArrayList<>();
        for (String sources : List.of(
                "jni-bindings/src/main", "java/store/src/main", "java/objects/src/main", "java/runtime/src/main")) {
            try (Stream<Path> all = Files.walk(ROOT.resolve(sources))) {
                for (Path file : all.filter(
                                each -> each.toString().endsWith(".java") && !each.endsWith("SystemProperty.java"))
                        .toList()) {
                    Matcher matcher = LITERAL.matcher(Files.readString(file));
                    while (matcher.find()) {
                        if (!NO_PROPERTIES.contains(matcher.group(1))) {
                            elsewhere.add(file + ": " + matcher.group(1));
                        }
                    }
                }
            }
        }
        assertThat(elsewhere).isEmpty();
    }

    @Test
    void shouldTellMistakesAndWhatWasMeant() {
        assertThat(SystemProperty.mistakes(Set.of("atoll.leak.detecton")))
                .containsExactly(
                        "the system property atoll.leak.detecton is none of Atoll's and does nothing; is it to be"
                                + " atoll.leak.detection?");
        assertThat(SystemProperty.mistakes(Set.of("atol.allowed.classes", "Atoll.worker.flags")))
                .hasSize(2)
                .anyMatch(text -> text.endsWith("is it to be atoll.allowed.classes?"))
                .anyMatch(text -> text.endsWith("is it to be atoll.worker.flags?"));
        assertThat(SystemProperty.mistakes(Set.of("atoll.speed")))
                .singleElement()
                .asString()
                .contains("atoll.speed is none of Atoll's", "there are atoll.library.path, ");
        assertThat(SystemProperty.mistakes(
                        Set.of("atoll.leak.detection", "atoll.test.kernel", "attic.door", "user.dir")))
                .isEmpty();
    }
}
