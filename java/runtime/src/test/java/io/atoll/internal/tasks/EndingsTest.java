package io.atoll.internal.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.RemoteFunction2;
import io.atoll.TaskCancelledException;
import io.atoll.TaskException;
import io.atoll.concurrent.Cancel;
import io.atoll.concurrent.TaskContext;
import io.atoll.concurrent.TaskTimeoutException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Cancelling, time limits and retries, on two workers. */
@Timeout(120)
class EndingsTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private static AtollSession session;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() {
        session = Atoll.init(
                AtollOptions.builder().workers(2).cpus(2).storeBytes(64L << 20).build());
    }

    @AfterAll
    static void stop() {
        session.close();
    }

    private String here() {
        return directory.toString();
    }

    /** The pid that the task has written. */
    private long begun(String name) throws Exception {
        Path file = directory.resolve(name);
        while (!Files.exists(file)) {
            Thread.sleep(2);
        }
        return Long.parseLong(Files.readString(file));
    }

    private void mark(String name) throws IOException {
        Files.createFile(directory.resolve(name));
    }

    private static void assertThatTheNodeGoesOn() {
        assertThat(Atoll.task(Endings::twice, 1).remote().get(SOON)).isEqualTo(2);
        assertThat(session.awaitTasks(SOON)).isTrue();
    }

    // ---- cancelled

    @Test
    void shouldInterruptATaskThatRuns() throws Exception {
        ObjectRef<Integer> ref = Atoll.task(Endings::sleep, here(), "a").remote();
        long pid = begun("a");
        assertThat(ref.cancel(Cancel.QUEUED)).as("it has begun").isFalse();
        assertThat(ref.cancel()).isTrue();
        assertThatThrownBy(() -> ref.get(SOON))
                .isInstanceOf(TaskCancelledException.class)
                .hasMessageContaining("Endings.sleep")
                .hasCauseInstanceOf(InterruptedException.class)
                .satisfies(e -> assertThat(((TaskException) e).workerPid()).isEqualTo(pid))
                .satisfies(e -> assertThat(((TaskException) e).attempt()).isEqualTo(1));
        assertThat(ref.cancel()).as("it has ended").isFalse();
        ObjectRef<Integer> dependent = Atoll.task(Endings::twice, ref).remote();
        assertThatThrownBy(() -> dependent.get(SOON)).isInstanceOf(TaskCancelledException.class);
        assertThatTheNodeGoesOn();
    }

    @Test
    void shouldThrowAwayWhatACancelledTaskReturns() throws Exception {
        ObjectRef<Integer> ref =
                Atoll.task(Endings::returnAllTheSame, here(), "b").remote();
        begun("b");
        assertThat(ref.asFuture().cancel(true)).isTrue();
        assertThatThrownBy(() -> ref.get(SOON))
                .isInstanceOf(TaskCancelledException.class)
                .hasNoCause();
        assertThatTheNodeGoesOn();
    }

    @Test
    void shouldCancelWhatATaskHasSubmitted() throws Exception {
        // On its own stack, and, since it needs more than its parent has, in a worker of its own.
        for (double cpus : new double[] {1, 2}) {
            String name = "c" + cpus;
            ObjectRef<Integer> ref =
                    Atoll.task(Endings::waitForChild, here(), name, cpus).remote();
            begun(name + ".child");
            assertThat(ref.cancel()).isTrue();
            assertThatThrownBy(() -> ref.get(SOON)).isInstanceOf(TaskCancelledException.class);
            assertThatTheNodeGoesOn();
            assertThat(directory.resolve(name + ".child.interrupted")).exists();
        }
    }

    @Test
    void shouldEndTheWorkerOfATaskThatHeedsNothing() throws Exception {
        ObjectRef<Integer> ref =
                Atoll.task(Endings::heedNothing, here(), "d", "never").remote();
        ObjectRef<Integer> other =
                Atoll.task(Endings::heedNothing, here(), "e", "go").retries(1).remote();
        long pid = begun("d");
        begun("e");
        assertThat(ref.cancel()).isTrue();
        assertThatThrownBy(() -> ref.get(Duration.ofMillis(200))).isInstanceOf(io.atoll.GetTimeoutException.class);
        assertThat(ref.cancel(Cancel.FORCE)).isTrue();
        assertThatThrownBy(() -> ref.get(SOON)).isInstanceOf(TaskCancelledException.class);
        assertEnds(pid);
        mark("go");
        assertThat(other.get(SOON)).isEqualTo(1);
        assertThatTheNodeGoesOn();
    }

    @Test
    void shouldNotRunACancelledTaskAgainWhenItsWorkerDies() throws Exception {
        ObjectRef<Integer> ref =
                Atoll.task(Endings::heedNothing, here(), "f", "never").remote();
        long pid = begun("f");
        assertThat(ref.cancel()).isTrue();
        Files.delete(directory.resolve("f"));
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        assertThatThrownBy(() -> ref.get(SOON)).isInstanceOf(TaskCancelledException.class);
        assertThatTheNodeGoesOn();
        assertThat(directory.resolve("f")).doesNotExist();
    }

    /** Its death is heard of when what it has open is closed, a moment before the system says that it has ended. */
    private static void assertEnds(long pid) throws Exception {
        ProcessHandle process = ProcessHandle.of(pid).orElse(null);
        if (process != null) {
            process.onExit().get(SOON.toSeconds(), TimeUnit.SECONDS);
        }
    }

    // ---- time limits

    @Test
    void shouldEndATaskWhoseTimeIsOver() throws Exception {
        ObjectRef<Integer> ref = Atoll.task(Endings::sleep, here(), "g")
                .timeout(Duration.ofMillis(200))
                .remote();
        assertThatThrownBy(() -> ref.get(SOON))
                .isInstanceOf(TaskTimeoutException.class)
                .hasMessageContaining("task Endings.sleep (worker " + begun("g") + ", attempt 1)")
                .hasMessageContaining("ran for more than PT0.2S");
        assertThatTheNodeGoesOn();
        assertThat(directory.resolve("g.interrupted")).exists();
    }

    @Test
    void shouldTellWhoWaitsInTimeAndEndTheWorkerLater() throws Exception {
        ObjectRef<Integer> ref = Atoll.task(Endings::heedNothing, here(), "h", "never")
                .timeout(Duration.ofMillis(100))
                .remote();
        long pid = begun("h");
        assertThatThrownBy(() -> ref.get(SOON)).isInstanceOf(TaskTimeoutException.class);
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive))
                .as("it has two seconds")
                .isPresent();
        assertThatTheNodeGoesOn();
        assertEnds(pid);
    }

    @Test
    void shouldRunATaskAgainWhoseTimeWasOver() {
        assertThat(Atoll.task(Endings::slowAtFirst, here())
                        .timeout(Duration.ofMillis(300))
                        .retryOn(TaskTimeoutException.class)
                        .remote()
                        .get(SOON))
                .isEqualTo(2);
    }

    // ---- retries

    @Test
    void shouldRunATaskAgainForWhatIsNamed() {
        RemoteFunction2<String, Integer, Integer> attempt =
                RemoteFunction2.of(Endings::attempt).withRetryOn(IllegalStateException.class, IOException.class);
        long startedAt = System.nanoTime();
        assertThat(attempt.withBackoff(Duration.ofMillis(100), Duration.ofMillis(150))
                        .submit(here(), 4)
                        .get(SOON))
                .isEqualTo(4);
        assertThat(System.nanoTime() - startedAt).isGreaterThan(400_000_000L); // 100 + 150 + 150
        assertThat(directory.resolve("attempt1")).exists();
        assertThat(directory.resolve("attempt3")).exists();
    }

    @Test
    void shouldGiveWhatItThrewTheLastTime() {
        assertThatThrownBy(() -> Atoll.task(Endings::attempt, here(), 9)
                        .retries(2)
                        .retryOn(IOException.class)
                        .remote()
                        .get(SOON))
                .isExactlyInstanceOf(TaskException.class)
                .hasCauseExactlyInstanceOf(FileNotFoundException.class)
                .hasRootCauseMessage("not yet, attempt 3")
                .satisfies(e -> assertThat(((TaskException) e).attempt()).isEqualTo(3));
        assertThatThrownBy(() -> Atoll.task(Endings::attempt, here(), 9)
                        .retryOn(IllegalStateException.class)
                        .remote()
                        .get(SOON))
                .satisfies(e -> assertThat(((TaskException) e).attempt()).isEqualTo(1));
    }

    @Test
    void shouldCancelATaskThatWaitsToBeRunAgain() throws Exception {
        ObjectRef<Integer> ref = Atoll.task(Endings::attempt, here(), 2)
                .retryOn(IOException.class)
                .backoff(Duration.ofHours(1), Duration.ofHours(1))
                .remote();
        begun("attempt1");
        while (Atoll.stats().runningTasks() > 0) {
            Thread.sleep(5);
        }
        assertThat(ref.cancel(Cancel.QUEUED)).isTrue();
        assertThatThrownBy(() -> ref.get(SOON)).isInstanceOf(TaskCancelledException.class);
        assertThatTheNodeGoesOn();
        assertThat(directory.resolve("attempt2")).doesNotExist();
    }

    // ---- what a task knows of itself

    @Test
    void shouldTellATaskWhoItIs() {
        ObjectRef<String> ref = Atoll.task(Endings::describe)
                .name("me")
                .numCpus(0.5)
                .timeout(Duration.ofMinutes(5))
                .remote();
        assertThat(ref.get(SOON)).isEqualTo("me " + ref.id() + " 1 0.5 CPU true true false");
        ObjectRef<String> parent = Atoll.task(Endings::contextOfAChild).remote();
        assertThat(parent.get(SOON))
                .startsWith("child ")
                .contains(" | Endings.contextOfAChild " + parent.id() + " 1 1 CPU true false false | false")
                .doesNotContain("child " + parent.id());
        assertThat(TaskContext.isInTask()).isFalse();
        assertThatThrownBy(TaskContext::current)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("runs no task");
    }
}
