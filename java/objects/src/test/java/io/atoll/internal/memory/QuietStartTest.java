package io.atoll.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What a process prints that has a logging system and no settings for it; Logback is tried by ci/builds, in Spring Boot. */
class QuietStartTest {
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
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Program.class.getName()));
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

    @Test
    void shouldLeaveWhatTheUserHasSet() throws Exception {
        assertThat(run("-Dorg.slf4j.simpleLogger.log.org.apache.arrow=info"))
                .contains("BaseAllocator - Debug mode disabled");
        assertThat(run("-Dorg.slf4j.simpleLogger.log.org.apache.arrow.memory.BaseAllocator=debug"))
                .contains("BaseAllocator - Debug mode disabled")
                .doesNotContain("DefaultAllocationManagerOption");
    }
}
