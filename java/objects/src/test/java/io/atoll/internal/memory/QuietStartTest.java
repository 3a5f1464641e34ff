package io.atoll.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What a process prints that has a logging system and no settings for it. */
class QuietStartTest {
    private static final String CLASS_PATH = System.getProperty("java.class.path");
    private static final Path LOGGERS = Path.of("target", "loggers");
    private static final String AT_INFO = "-Dlog4j2.level=INFO"; // of itself Log4j tells errors alone

    /** What is run: the first use of Arrow is ours, and then the user's own logger tells something. */
    public static final class Program {
        private Program() {}

        public static void main(String[] arguments) {
            ArrowMemory.allocator();
            LoggerFactory.getLogger("org.apache.arrow.memory").info("told by the user");
            LoggerFactory.getLogger("org.apache.arrow.memory.BaseAllocator").warn("a warning of Arrow");
        }
    }

    private static String run(String... flags) throws Exception {
        return runWith(CLASS_PATH, flags);
    }

    /** With the logging system that the build has put aside, instead of the simple one. */
    private static String runBy(String system, String... flags) throws Exception {
        List<String> classPath = new ArrayList<>();
        for (String entry : CLASS_PATH.split(File.pathSeparator)) {
            if (!entry.contains("slf4j-simple")) {
                classPath.add(entry);
            }
        }
        classPath.add(LOGGERS.resolve(system) + File.separator + "*");
        return runWith(String.join(File.pathSeparator, classPath), flags);
    }

    private static String runWith(String classPath, String... flags) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", classPath, Program.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return out;
    }

    @Test
    void shouldKeepArrowFromTellingWhatItHasChosen() throws Exception {
        assertThat(run()).contains("told by the user", "a warning of Arrow").doesNotContain("BaseAllocator - Debug");
        assertThat(run().lines().filter(line -> line.contains(" INFO "))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jul", "log4j", "logback"})
    void shouldKeepArrowQuietInTheLoggingSystemsThatPeopleHave(String system) throws Exception {
        assertThat(runBy(system, AT_INFO))
                .contains("told by the user", "a warning of Arrow")
                .doesNotContain("Debug mode", "CheckAllocator", "DefaultAllocationManagerOption");
    }

    @Test
    void shouldLeaveWhatTheUserHasSetForOthersThanTheSimpleOne(@TempDir Path directory) throws Exception {
        Path jul = directory.resolve("jul.properties");
        Files.writeString(jul, """
                handlers=java.util.logging.ConsoleHandler
                org.apache.arrow.memory.BaseAllocator.level=INFO
                """);
        assertThat(runBy("jul", "-Djava.util.logging.config.file=" + jul))
                .contains("Debug mode disabled", "told by the user")
                .doesNotContain("DefaultAllocationManagerOption");
        Path logback = directory.resolve("logback.xml");
        Files.writeString(logback, """
                <configuration>
                  <appender name="out" class="ch.qos.logback.core.ConsoleAppender"><encoder><pattern>%logger %msg%n</pattern></encoder></appender>
                  <logger name="org.apache.arrow.memory.BaseAllocator" level="INFO"/>
                  <root level="INFO"><appender-ref ref="out"/></root>
                </configuration>
                """);
        assertThat(runBy("logback", "-Dlogback.configurationFile=" + logback))
                .contains("Debug mode disabled", "told by the user")
                .doesNotContain("DefaultAllocationManagerOption");
    }

    @Test
    void shouldLeaveWhatTheUserHasSet() throws Exception {
        assertThat(run("-Dorg.slf4j.simpleLogger.log.org.apache.arrow=info"))
                .contains("BaseAllocator - Debug mode disabled");
        assertThat(run("-Dorg.slf4j.simpleLogger.log.org.apache.arrow.memory.BaseAllocator=debug"))
                .contains("BaseAllocator - Debug mode disabled")
                .doesNotContain("DefaultAllocationManagerOption");
    }
}
