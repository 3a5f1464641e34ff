package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.CallInterruptedException;
import io.atoll.GetTimeoutException;
import io.atoll.NodeStats;
import io.atoll.ObjectRef;
import io.atoll.ObjectStoreFullException;
import io.atoll.StandInException;
import io.atoll.TaskException;
import io.atoll.UnserializableException;
import io.atoll.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How failures come out: of tasks that throw, whatever it is. */
@Timeout(120)
class ThrownTest {
    private static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final ObjectRef<String> ref;
        private final Object field;

        Failure(ObjectRef<String> ref, Object field) {
            super("it failed");
            this.ref = ref;
            this.field = field;
        }
    }

    static int failWithARef() {
        throw new Failure(Atoll.put("kept by the error"), Tensor.of(new double[] {1, 2, 3}));
    }

    static int failWithAThread() {
        throw new Failure(null, Thread.currentThread());
    }

    private static AtollSession session;

    @BeforeAll
    static void start() {
        session = Atoll.init(
                AtollOptions.builder().workers(2).cpus(2).storeBytes(32L << 20).build());
    }

    @AfterAll
    static void stop() {
        session.close();
    }

    private static TaskException failureOf(ObjectRef<?> ref) {
        return catchThrowableOfType(TaskException.class, ref::get);
    }

    private static List<String> methods(Throwable e) {
        return Arrays.stream(e.getStackTrace())
                .map(StackTraceElement::getMethodName)
                .toList();
    }

    @Test
    void shouldThrowWhatIsNotSerializable() {
        ObjectRef<Integer> failing = Atoll.task(ThrownTest::failWithARef).remote();
        assertThatThrownBy(failing::get)
                .cause()
                .isExactlyInstanceOf(Failure.class)
                .hasMessage("it failed")
                .satisfies(e -> {
                    Failure failure = (Failure) e;
                    assertThat(failure.ref.get()).isEqualTo("kept by the error");
                    try (Tensor tensor = (Tensor) failure.field) {
                        assertThat(tensor.getDouble(2)).isEqualTo(3);
                    }
                });
        assertThatThrownBy(
                        () -> Atoll.task(ThrownTest::failWithAThread).remote().get())
                .isExactlyInstanceOf(TaskException.class)
                .cause()
                .isExactlyInstanceOf(StandInException.class)
                .hasMessageContaining("ThrownTest$Failure: it failed")
                .hasMessageContaining("failure.field: ");
    }

    @Test
    void shouldTellOfTheTaskAndHaveTheWorkersFramesAndThenTheCallers() {
        ObjectRef<Integer> failed =
                Atoll.task(Tasks::failUnchecked, "bad").name("the task").remote();
        for (int i = 0; i < 2; ++i) {
            TaskException e = failureOf(failed);
            assertThat(e).isExactlyInstanceOf(TaskException.class);
            assertThat(e.taskName()).isEqualTo("the task");
            assertThat(e.workerPid()).isIn(workers());
            assertThat(e.attempt()).isEqualTo(1);
            assertThat(e)
                    .hasMessage("task the task (worker " + e.workerPid()
                            + ", attempt 1) threw java.lang.IllegalArgumentException: bad");
            assertThat(methods(e))
                    .containsSubsequence(
                            "failUnchecked",
                            "get",
                            "failureOf",
                            "shouldTellOfTheTaskAndHaveTheWorkersFramesAndThenTheCallers");
            assertThat(e.getCause())
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("bad")
                    .hasCauseInstanceOf(IOException.class)
                    .satisfies(cause -> assertThat(cause.getSuppressed()).hasSize(1))
                    .satisfies(cause -> assertThat(methods(cause)).contains("failUnchecked"));
        }
    }

    private static List<Long> workers() {
        return Atoll.stats().workers().stream().map(NodeStats.ProcessStats::pid).toList();
    }

    static int failWithAnError() {
        throw new StackOverflowError("deep");
    }

    @Test
    void shouldWrapCheckedExceptionsAndErrors() {
        assertThat(failureOf(Atoll.task(Tasks::failChecked).remote()))
                .cause()
                .isInstanceOf(IOException.class)
                .hasMessage("disk");
        assertThat(failureOf(Atoll.task(ThrownTest::failWithAnError).remote()))
                .cause()
                .isInstanceOf(StackOverflowError.class)
                .hasMessage("deep");
    }

    static int mark(String file, int value) throws IOException {
        Files.createFile(Path.of(file));
        return value;
    }

    @Test
    void shouldNotRunATaskWhoseArgumentHasFailed(@TempDir Path directory) {
        Path file = directory.resolve("it ran");
        ObjectRef<Integer> failed =
                Atoll.task(Tasks::failUnchecked, "first").name("first").remote();
        ObjectRef<Integer> second =
                Atoll.task(ThrownTest::mark, file.toString(), failed).remote();
        ObjectRef<Integer> third =
                Atoll.task(ThrownTest::mark, file.toString(), second).remote();
        TaskException e = failureOf(third);
        assertThat(e.taskName()).isEqualTo("first");
        assertThat(e)
                .cause()
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("first");
        assertThat(methods(e)).doesNotContain("argument");
        assertThat(file).doesNotExist();
    }

    static int letThrough() {
        return Atoll.task(Tasks::failUnchecked, "inner").name("inner").remote().get();
    }

    @Test
    void shouldNotWrapAgainWhatATaskLetsThrough() {
        TaskException e = failureOf(Atoll.task(ThrownTest::letThrough).remote());
        assertThat(e.taskName()).isEqualTo("inner");
        assertThat(e).cause().isExactlyInstanceOf(IllegalArgumentException.class);
        assertThat(methods(e))
                .containsSubsequence("failUnchecked", "letThrough", "shouldNotWrapAgainWhatATaskLetsThrough");
    }

    static int timesOut() {
        return Atoll.task(Tasks::sleep, 60_000).numCpus(0).remote().get(Duration.ofMillis(5));
    }

    static int interrupted() {
        Thread.currentThread().interrupt();
        return Atoll.task(Tasks::sleep, 60_000).numCpus(0).remote().get(Duration.ofSeconds(30));
    }

    @Test
    void shouldNotThrowWhatHappenedInATaskAsIfItHadHappenedHere() {
        ObjectRef<Integer> late = Atoll.task(ThrownTest::timesOut).remote();
        assertThatThrownBy(() -> late.get(Duration.ofSeconds(60)))
                .isExactlyInstanceOf(TaskException.class)
                .hasCauseExactlyInstanceOf(GetTimeoutException.class);
        assertThat(failureOf(Atoll.task(ThrownTest::interrupted).remote()))
                .hasCauseExactlyInstanceOf(CallInterruptedException.class);
        assertThat(failureOf(Atoll.run(ThrownTest::fills).remote()))
                .hasCauseExactlyInstanceOf(ObjectStoreFullException.class);
        assertThat(failureOf(Atoll.task(ThrownTest::unstorable).remote()))
                .hasCauseExactlyInstanceOf(UnserializableException.class);
    }

    static void fills() {
        Atoll.put(new byte[64 << 20]);
    }

    static Object unstorable() {
        return Thread.currentThread();
    }
}
