package io.atoll.internal.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.GetTimeoutException;
import io.atoll.ObjectRef;
import io.atoll.StreamCall;
import io.atoll.TaskCancelledException;
import io.atoll.TaskException;
import io.atoll.UnserializableException;
import io.atoll.WorkerDiedException;
import io.atoll.concurrent.Cancel;
import io.atoll.concurrent.RefStream;
import io.atoll.concurrent.TaskTimeoutException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several results, streams, and results that come later, on two workers. */
@Timeout(120)
class SeveralTest {
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

    @AfterEach
    void shouldLeaveNothingRunning() {
        assertThat(session.awaitTasks(SOON)).isTrue();
    }

    private String here() {
        return directory.toString();
    }

    private int emitted() throws IOException {
        Path file = directory.resolve("emitted");
        return Files.exists(file) ? (int) Files.size(file) : 0;
    }

    private void await(String file) throws InterruptedException {
        while (!Files.exists(directory.resolve(file))) {
            Thread.sleep(2);
        }
    }

    // ---- at once

    @Test
    void shouldGiveEachResultItsRef() {
        List<ObjectRef<int[]>> parts = Atoll.remoteEach(Atoll.task(Several::split, new int[] {7, 8, 9}, 3), 3);
        ObjectRef<Integer> ofOne = Atoll.task(Several::length, parts.get(1)).remote();
        assertThat(parts.get(2).get(SOON)).containsExactly(9);
        assertThat(parts.get(0).get(SOON)).containsExactly(7);
        assertThat(ofOne.get(SOON)).isEqualTo(1);
        assertThat(Atoll.task(Several::sumOfParts).remote().get(SOON)).isEqualTo(6);
    }

    @Test
    void shouldFailAllOfThemOrTheOneThatCannotBeStored() {
        List<ObjectRef<int[]>> wrong = Atoll.remoteEach(Atoll.task(Several::split, new int[] {7, 8, 9}, 3), 2);
        for (ObjectRef<int[]> each : wrong) {
            assertThatThrownBy(() -> each.get(SOON))
                    .isInstanceOf(TaskException.class)
                    .hasRootCauseMessage("the task was to return 2 results, and returned 3");
        }
        List<ObjectRef<Object>> half = Atoll.remoteEachOf(Atoll.task(Several::withSomethingThatCannotBeStored), 2);
        assertThat(half.get(0).get(SOON)).isEqualTo("good");
        assertThatThrownBy(() -> half.get(1).get(SOON)).hasCauseInstanceOf(UnserializableException.class);
        assertThatThrownBy(() -> Atoll.remoteEach(Atoll.task(Several::dieOnce, here()), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 results asked");
    }

    @Test
    void shouldMakeAllOfThemAgainWhenTheWorkerDies() {
        List<ObjectRef<Integer>> parts = Atoll.remoteEach(Atoll.task(Several::dieOnce, here()), 3);
        assertThat(Atoll.get(parts, SOON)).containsExactly(1, 2, 3);
        List<ObjectRef<Integer>> never =
                Atoll.remoteEach(Atoll.task(Several::dieOnce, here()).retries(0), 3);
        assertThatThrownBy(() -> never.get(2).get(SOON)).isInstanceOf(WorkerDiedException.class);
        assertThatThrownBy(() -> never.get(0).get(SOON)).isInstanceOf(WorkerDiedException.class);
    }

    @Test
    void shouldCancelAllOfThemByOne() throws Exception {
        List<ObjectRef<Integer>> running = Atoll.remoteEach(Atoll.task(Several::sleepForTwo, here(), "a"), 2);
        List<ObjectRef<Integer>> queued =
                Atoll.remoteEach(Atoll.task(Several::sleepForTwo, here(), "b").numCpus(2), 2);
        await("a");
        assertThat(running.get(1).cancel(Cancel.QUEUED)).isFalse();
        assertThat(queued.get(1).cancel(Cancel.QUEUED)).isTrue();
        assertThat(running.get(1).cancel()).isTrue();
        for (ObjectRef<Integer> each : List.of(running.get(0), running.get(1), queued.get(0), queued.get(1))) {
            assertThatThrownBy(() -> each.get(SOON)).isInstanceOf(TaskCancelledException.class);
        }
    }

    // ---- one by one

    private StreamCall<Integer> count(int to) {
        return Atoll.stream(Several::count, here(), to);
    }

    @Test
    void shouldReadAStreamWhileItsTaskRunsAndHoldItBack() throws Exception {
        try (RefStream<Integer> numbers = count(100).window(4).remote()) {
            assertThat(numbers.next(SOON).get()).isZero();
            while (emitted() < 4) {
                Thread.sleep(2);
            }
            Thread.sleep(100);
            assertThat(emitted())
                    .as("no more than the window beyond what was read")
                    .isBetween(4, 5);
            // It waits, and holds no CPU.
            assertThat(Atoll.task(Endings::twice, 3).numCpus(2).remote().get(SOON))
                    .isEqualTo(6);
            List<Integer> rest = new ArrayList<>();
            numbers.forEach(ref -> rest.add(ref.get()));
            assertThat(rest).hasSize(99).startsWith(1, 2, 3).endsWith(98, 99).isSorted();
            assertThat(numbers.next()).isNull();
        }
        try (RefStream<Integer> none = count(0).remote()) {
            assertThat(none.iterator().hasNext()).isFalse();
        }
    }

    @Test
    void shouldKeepAnItemAsLongAsItsRef() {
        List<ObjectRef<Integer>> refs = new ArrayList<>();
        try (RefStream<Integer> numbers = count(300).window(1).remote()) {
            numbers.forEach(refs::add);
        }
        System.gc();
        List<Integer> all = Atoll.get(refs, SOON);
        assertThat(all).hasSize(300).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void shouldThrowWhatTheTaskThrewAfterItsItems() {
        try (RefStream<String> items =
                Atoll.<Integer, String>stream(Several::failAfter, 3).remote()) {
            for (int i = 0; i < 3; ++i) {
                assertThat(items.next(SOON).get()).isEqualTo("item " + i);
            }
            for (int i = 0; i < 2; ++i) {
                assertThatThrownBy(() -> items.next(SOON))
                        .isInstanceOf(TaskException.class)
                        .hasRootCauseMessage("no more");
            }
        }
    }

    @Test
    void shouldEndATaskWhoseStreamNobodyReads() throws Exception {
        RefStream<byte[]> items =
                Atoll.<String, byte[]>stream(Several::countForEver, here()).remote();
        assertThat(items.next(SOON).get()[0]).isZero();
        items.close();
        items.close();
        await("ended");
    }

    @Test
    void shouldEndATaskThatEmitsNothingToNobody() throws Exception {
        RefStream<Integer> items = Atoll.<String, String, Integer>stream(Several::emitNothing, here(), "running")
                .numCpus(2)
                .remote();
        RefStream<Integer> queued = Atoll.<String, String, Integer>stream(Several::emitNothing, here(), "queued")
                .numCpus(2)
                .remote();
        await("running");
        queued.close();
        items.close();
        await("running.interrupted");
        assertThat(session.awaitTasks(SOON)).isTrue();
        assertThat(directory.resolve("queued")).doesNotExist();
    }

    @Test
    void shouldEndATaskWhoseOnlyReaderDies() throws Exception {
        RefStream<byte[]> items =
                Atoll.<String, byte[]>stream(Several::countForEver, here()).remote();
        ObjectRef<Void> reader =
                Atoll.run(Several::readSomeAndDie, items).retries(0).remote();
        items.close();
        assertThatThrownBy(() -> reader.get(SOON)).isInstanceOf(WorkerDiedException.class);
        reader.close(); // and with it what was kept for the call
        await("ended");
    }

    @Test
    void shouldGoOnWhereTheStreamEndedWhenItsWorkerDies() {
        try (RefStream<String> items = Atoll.<Integer, Integer, String>stream(Several::dieAfter, 20, 30)
                .window(4)
                .remote()) {
            List<String> all = new ArrayList<>();
            items.forEach(ref -> all.add(ref.get()));
            assertThat(all).hasSize(30).contains("3 of run 1", "29 of run 2");
            for (int i = 0; i < all.size(); ++i) {
                assertThat(all.get(i)).startsWith(i + " of run ");
            }
            assertThat(all.subList(20, 30)).allMatch(item -> item.endsWith("run 2"));
        }
    }

    @Test
    void shouldTellReadersThatItsWorkerDiesAgainAndAgain() {
        try (RefStream<Integer> items =
                Atoll.<Integer, Integer>stream(Several::dieAlways, 5).retries(1).remote()) {
            for (int i = 0; i < 5; ++i) {
                assertThat(items.next(SOON).get()).isEqualTo(i);
            }
            assertThatThrownBy(() -> items.next(SOON)).isInstanceOf(WorkerDiedException.class);
        }
    }

    @Test
    void shouldReadStreamsInTasks() {
        try (RefStream<Integer> numbers = count(50).remote()) {
            numbers.next(SOON);
            assertThat(Atoll.task(Several::sum, numbers).remote().get(SOON)).isEqualTo(49 * 50 / 2);
        }
        assertThat(Atoll.task(Several::sumOfOwn, here(), 50).remote().get(SOON)).isEqualTo(49 * 50 / 2);
    }

    @Test
    void shouldKeepTheTimeOfAReader() throws Exception {
        try (RefStream<Integer> numbers = count(1).numCpus(2).remote()) {
            numbers.next(SOON);
            numbers.next(SOON);
        }
        RefStream<Integer> slow = Atoll.<String, String, Integer>stream(SeveralTest::awaitAndEmit, here(), "s")
                .remote();
        assertThatThrownBy(() -> slow.next(Duration.ofMillis(50))).isInstanceOf(GetTimeoutException.class);
        Files.createFile(directory.resolve("s"));
        assertThat(slow.next(SOON).get()).isEqualTo(1);
        slow.close();
    }

    public static void awaitAndEmit(String directory, String name, io.atoll.concurrent.Emitter<Integer> out)
            throws Exception {
        while (!Files.exists(Path.of(directory, name))) {
            Thread.sleep(2);
        }
        out.emit(1);
    }

    // ---- later

    @Test
    void shouldHoldNoThreadAndNoCpuForAPromise() throws Exception {
        List<ObjectRef<Integer>> refs = new ArrayList<>();
        for (int i = 0; i < 30; ++i) {
            refs.add(Atoll.remoteAsync(Atoll.task(Several::whenThere, here(), i)));
        }
        for (int i = 0; i < 30; ++i) {
            await("promise" + i); // All have begun, on two CPUs, and none has ended.
        }
        assertThat(refs).noneMatch(ObjectRef::isReady);
        assertThat(Atoll.task(Endings::twice, 3).numCpus(2).remote().get(SOON)).isEqualTo(6);
        Files.createFile(directory.resolve("go"));
        assertThat(Atoll.get(refs, SOON)).hasSize(30).isSorted();
        assertThat(Atoll.task(Several::getLater).remote().get(SOON)).isEqualTo(5);
    }

    @Test
    void shouldGiveWhatBreaksAPromise() {
        ObjectRef<Integer> ref = Atoll.remoteAsync(Atoll.task(Several::failLater));
        assertThatThrownBy(() -> ref.get(SOON))
                .isExactlyInstanceOf(TaskException.class)
                .hasCauseExactlyInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldCancelAPromise() throws Exception {
        ObjectRef<Integer> ref = Atoll.remoteAsync(Atoll.task(Several::never, here(), "p"));
        await("p");
        assertThat(ref.cancel()).isTrue();
        assertThatThrownBy(() -> ref.get(SOON)).isInstanceOf(TaskCancelledException.class);
        await("p.end");
        ObjectRef<Integer> late =
                Atoll.remoteAsync(Atoll.task(Several::never, here(), "q").timeout(Duration.ofMillis(100)));
        assertThatThrownBy(() -> late.get(SOON)).isInstanceOf(TaskTimeoutException.class);
        await("q.end");
    }

    @Test
    void shouldRunAPromiseAgainWhoseWorkerDied() {
        ObjectRef<Integer> ref = Atoll.remoteAsync(Atoll.task(Several::dieOnceLater, 3));
        assertThat(ref.get(SOON)).isEqualTo(3);
    }
}
