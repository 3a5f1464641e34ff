package io.atoll.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.WorkerDiedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tasks that do to their process what a program may do to its own. */
@Timeout(120)
class EndedWorkersTest {
    static long pid() {
        return ProcessHandle.current().pid();
    }

    static int exit(int code) {
        System.exit(code);
        return code;
    }

    static int closeStreams() {
        System.out.close();
        System.err.close();
        return 1;
    }

    static int available() throws IOException {
        return System.in.available();
    }

    private static AtollSession node() {
        return Atoll.init(
                AtollOptions.builder().workers(1).cpus(1).storeBytes(32L << 20).build());
    }

    @Test
    void shouldNameTheCodeThatATaskHasExitedWith() {
        try (AtollSession session = node()) {
            long first = Atoll.task(EndedWorkersTest::pid).remote().get();
            for (int code : new int[] {3, 0}) {
                assertThatThrownBy(() -> Atoll.task(EndedWorkersTest::exit, code)
                                .retries(0)
                                .remote()
                                .get())
                        .isInstanceOf(WorkerDiedException.class)
                        .hasMessageContaining("EndedWorkersTest.exit")
                        .satisfies(e ->
                                assertThat(((WorkerDiedException) e).ending()).isEqualTo("exit code " + code));
            }
            assertThat(Atoll.task(EndedWorkersTest::pid).remote().get()).isNotEqualTo(first);
        }
    }

    @Test
    void shouldGoOnWithoutTheStreamsThatATaskHasClosed() {
        try (AtollSession session = node()) {
            long first = Atoll.task(EndedWorkersTest::pid).remote().get();
            assertThat(Atoll.task(EndedWorkersTest::closeStreams).remote().get())
                    .isEqualTo(1);
            assertThat(Atoll.task(EndedWorkersTest::pid).remote().get()).isEqualTo(first);
        }
    }

    /** As JVMs from 21 on do at {@link System#exit}, and so open each jar of the class path. */
    @Test
    void shouldNotLookForALoggerWhenItEnds(@TempDir Path directory) throws IOException {
        Path loaded = directory.resolve("loaded");
        try (AtollSession session = Atoll.init(AtollOptions.builder()
                .workers(1)
                .storeBytes(32L << 20)
                .workerJvmArguments("-Xlog:class+load:file=" + loaded)
                .build())) {
            assertThat(Atoll.task(EndedWorkersTest::pid).remote().get()).isPositive();
        }
        assertThat(Files.readAllLines(loaded))
                .anyMatch(line -> line.contains("java.lang.Shutdown"))
                .noneMatch(line -> line.contains("LoggerFinder"));
    }

    @Test
    void shouldHaveNothingOnStandardInput() {
        try (AtollSession session = node()) {
            assertThat(Atoll.task(EndedWorkersTest::available).remote().get()).isZero();
        }
    }
}
