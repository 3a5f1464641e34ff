package io.atoll.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Where warnings go: the build has put logging systems aside, beside the simple one of the tests' class path. */
class LogTest {
    private static final Path LOGGERS = Path.of("target", "loggers");

    /** What is run. */
    public static final class Program {
        private Program() {}

        public static void main(String[] arguments) {
            Log.of(LogTest.class).debug("told at DEBUG");
            Log.of(LogTest.class).info("told at INFO");
            Log.of(LogTest.class).warn("told of {}", "something", new IllegalStateException("why"));
            Log.of(LogTest.class).error("told alone");
        }
    }

    private static String runWith(String classPath) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        Program.class.getName())
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return out;
    }

    private static String runBy(String... systems) throws Exception {
        return runWith(Stream.concat(
                        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                                .filter(entry -> !entry.contains("slf4j-simple")),
                        Stream.of(systems).map(system -> LOGGERS.resolve(system) + File.separator + "*"))
                .collect(Collectors.joining(File.pathSeparator)));
    }

    @Test
    void shouldPrintWarningsWithTheirCauseWhereNoProviderIsThere() throws Exception {
        List<String> lines = runBy().lines().toList();
        assertThat(lines).startsWith("atoll: told of something", "java.lang.IllegalStateException: why");
        assertThat(lines.get(2)).startsWith("\tat " + Program.class.getName());
        assertThat(lines.subList(3, lines.size())).containsExactly("atoll: told alone");
    }

    @Test
    void shouldPrintNothingWhereTheProviderIsToBeSilent() throws Exception {
        assertThat(runBy("nop")).isEmpty();
    }

    @Test
    void shouldLeaveWarningsToTheProviderThatIsThere() throws Exception {
        assertThat(runBy("jul")).containsOnlyOnce("told of something").doesNotContain("atoll: ");
    }
}
