package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.Outcome;
import io.atoll.TaskException;
import io.atoll.WaitResult;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Refs as futures and as shares, on a node of two workers. */
@Timeout(120)
class RefsTest {
    private static AtollSession session;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() {
        session = Atoll.init(
                AtollOptions.builder().workers(2).cpus(4).storeBytes(128L << 20).build());
    }

    @AfterAll
    static void stop() {
        session.close();
    }

    /** Ends once the file is there. */
    static String awaitFile(String file) throws Exception {
        while (!Files.exists(Path.of(file))) {
            Thread.sleep(2);
        }
        return file;
    }

    static Object[] large(int i) {
        return new Object[] {new byte[1 << 20], Atoll.put("in " + i)};
    }

    /** Whoever wants to end the wait of a loop looks at what that waits for. */
    @Test
    void shouldShowWhatIsOpenWhileAnotherThreadWaitsForIt() throws Exception {
        List<ObjectRef<Integer>> refs = new ArrayList<>();
        for (int i = 0; i < 4; ++i) {
            refs.add(Atoll.task(Tasks::sleep, i == 0 ? 0 : 600_000).remote());
        }
        List<ObjectRef<Integer>> open = Atoll.wait(refs, 1).unready();
        FutureTask<WaitResult<Integer>> waits = new FutureTask<>(() -> Atoll.wait(open, 2));
        Thread thread = new Thread(waits);
        thread.start();
        while (thread.getState() == Thread.State.NEW || thread.getState() == Thread.State.RUNNABLE) {
            Thread.sleep(2);
        }
        assertThat(Atoll.wait(open, 1, Duration.ofMillis(1)).ready()).isEmpty();
        open.forEach(ObjectRef::cancel);
        assertThat(waits.get().ready()).hasSize(2);
    }

    @Test
    void shouldStoreWhatALoopHasLeftOpenAsAnyList() {
        List<ObjectRef<Integer>> refs = new ArrayList<>();
        for (int i = 0; i < 4; ++i) {
            refs.add(Atoll.put(i));
        }
        List<ObjectRef<Integer>> open =
                Atoll.wait(Atoll.wait(refs, 1).unready(), 1).unready();
        assertThat(Atoll.put(open).get()).isEqualTo(open);
        assertThat(Atoll.task(Tasks::sum, open).remote().get())
                .isEqualTo(open.stream().mapToInt(ObjectRef::get).sum());
    }

    /** A collector that runs all the time finds a ref unreachable as soon as it is. */
    @Test
    void shouldKeepWhatAValueNamesUntilTheStoredValueDoes() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        Thread collector = new Thread(() -> {
            while (!done.get()) {
                System.gc();
                LockSupport.parkNanos(3_000_000); // else nobody else gets on
            }
        });
        collector.start();
        try {
            for (int i = 0; i < 200; ++i) {
                try (ObjectRef<Object[]> ref = Atoll.put(large(i))) {
                    assertThat(((ObjectRef<?>) ref.get()[1]).get()).isEqualTo("in " + i);
                }
                List<ObjectRef<String>> named = List.of(Atoll.put("named " + i));
                if (i % 20 == 0) {
                    assertThat(Atoll.task(RefsTest::first, named).remote().get())
                            .isEqualTo("named " + i);
                }
            }
        } finally {
            done.set(true);
            collector.join();
        }
    }

    static String first(List<ObjectRef<String>> refs) {
        return refs.get(0).get();
    }

    private ObjectRef<String> waiting(String name) {
        return Atoll.task(RefsTest::awaitFile, directory.resolve(name).toString())
                .numCpus(0)
                .remote();
    }

    private void open(String name) throws IOException {
        Files.createFile(directory.resolve(name));
    }

    private static long objects() {
        return Atoll.stats().objects();
    }

    private static void awaitObjects(long count) throws InterruptedException {
        while (objects() > count) {
            Thread.sleep(2);
        }
    }

    @Test
    void shouldSayWhetherItIsReady() throws Exception {
        ObjectRef<String> ref = waiting("a");
        assertThat(ref.isReady()).isFalse();
        assertThat(ref.asFuture().isDone()).isFalse();
        open("a");
        ref.get();
        assertThat(ref.isReady()).isTrue();
        ObjectRef<Integer> failed = Atoll.task(Tasks::failChecked).remote();
        assertThat(failed.outcome()).isInstanceOf(Outcome.Failure.class);
        assertThat(failed.isReady()).isTrue();
        assertThatThrownBy(() -> failed.asFuture().get())
                .isExactlyInstanceOf(ExecutionException.class)
                .hasCauseExactlyInstanceOf(IOException.class);
    }

    @Test
    void shouldEndAGetOfAListWithTheFirstFailureWhereverItIs() throws Exception {
        ObjectRef<String> never = waiting("never");
        ObjectRef<Integer> failed = Atoll.task(Tasks::failChecked).remote();
        assertThatThrownBy(() -> Atoll.<Object>get(List.of(never, never, failed)))
                .isExactlyInstanceOf(TaskException.class)
                .hasCauseExactlyInstanceOf(IOException.class);
        String first = directory.resolve("first").toString();
        ObjectRef<Integer> later = Atoll.task(RefsTest::failOnce, first).remote();
        Thread opener = new Thread(() -> {
            try {
                Thread.sleep(100);
                open("first");
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        opener.start();
        assertThatThrownBy(() -> Atoll.<Object>get(List.of(never, later), Duration.ofSeconds(100)))
                .isExactlyInstanceOf(TaskException.class)
                .hasMessageContaining("it is there");
        opener.join();
        assertThat(never.isReady()).isFalse();
        open("never");
    }

    static int failOnce(String file) throws Exception {
        awaitFile(file);
        throw new IOException("it is there");
    }

    /** A task that waits so. */
    static String endsWithTheFirstFailure(String never) {
        ObjectRef<String> late =
                Atoll.task(RefsTest::awaitFile, never).numCpus(2).remote();
        ObjectRef<Integer> helped = Atoll.task(Tasks::add, 1, 2).remote();
        ObjectRef<Integer> failed = Atoll.task(Tasks::failChecked).remote();
        try {
            return "values " + Atoll.<Object>get(List.of(late, helped, failed));
        } catch (TaskException e) {
            return "threw " + e.getCause().getMessage() + ", ready: " + late.isReady();
        }
    }

    @Test
    void shouldEndAGetOfAListInATaskToo() throws Exception {
        String never = directory.resolve("never in a task").toString();
        assertThat(Atoll.task(RefsTest::endsWithTheFirstFailure, never).remote().get())
                .isEqualTo("threw disk, ready: false");
        open("never in a task");
    }

    @Test
    void shouldGiveRefsInTheOrderOfTheirCompletion() throws Exception {
        List<ObjectRef<String>> refs = List.of(waiting("1"), waiting("2"), waiting("3"));
        List<ObjectRef<String>> given = new ArrayList<>();
        int[] order = {2, 0, 1};
        open("" + (order[0] + 1));
        Atoll.asReady(refs).forEach(ref -> {
            given.add(ref);
            try {
                if (given.size() < order.length) {
                    open("" + (order[given.size()] + 1));
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(given).containsExactly(refs.get(2), refs.get(0), refs.get(1));
    }

    @Test
    void shouldGiveEachRefAsOftenAsItIsThere() {
        ObjectRef<Integer> put = Atoll.put(1);
        ObjectRef<Integer> task = Atoll.task(Tasks::add, 1, 1).remote();
        ObjectRef<Integer> failed = Atoll.task(Tasks::failChecked).remote();
        assertThat(Atoll.asReady(List.of(put, task, put, failed))).containsExactlyInAnyOrder(put, put, task, failed);
    }

    @Test
    void shouldGiveThousandsOfRefsOnceEach() {
        List<ObjectRef<Integer>> refs = new ArrayList<>();
        for (int i = 0; i < 8000; ++i) {
            refs.add(Atoll.task(Tasks::add, i, 0).remote());
        }
        List<ObjectRef<Integer>> ready = Atoll.asReady(refs).toList();
        assertThat(ready).hasSameSizeAs(refs);
        assertThat(new HashSet<>(ready)).isEqualTo(new HashSet<>(refs));
    }

    static int sumAsReady(int count) {
        List<ObjectRef<Integer>> refs = new ArrayList<>();
        for (int i = 0; i < count; ++i) {
            refs.add(Atoll.task(Tasks::add, i, 1).remote());
        }
        return Atoll.asReady(refs).mapToInt(ObjectRef::get).sum();
    }

    @Test
    void shouldGiveItsCpuBackWhileATaskWaitsForTheNext() {
        List<ObjectRef<Integer>> sums = new ArrayList<>();
        for (int i = 0; i < 8; ++i) { // more than there are CPUs
            sums.add(Atoll.task(RefsTest::sumAsReady, 50).remote());
        }
        assertThat(Atoll.get(sums)).isEqualTo(Collections.nCopies(8, 50 * 51 / 2));
    }

    @Test
    void shouldCompleteFutures() throws Exception {
        ObjectRef<String> ref = waiting("future");
        CompletableFuture<Integer> length = ref.toCompletableFuture().thenApply(String::length);
        ref.close();
        assertThat(length).isNotDone();
        open("future");
        assertThat(length.get())
                .isEqualTo(directory.resolve("future").toString().length());
        CompletableFuture<Integer> failed =
                Atoll.task(Tasks::failChecked).remote().toCompletableFuture();
        assertThatThrownBy(failed::get)
                .isExactlyInstanceOf(ExecutionException.class)
                .hasCauseExactlyInstanceOf(TaskException.class)
                .hasRootCauseMessage("disk");
        assertThatThrownBy(failed::join)
                .isExactlyInstanceOf(CompletionException.class)
                .hasCauseExactlyInstanceOf(TaskException.class);
        List<CompletableFuture<Integer>> many = new ArrayList<>();
        for (int i = 0; i < 1000; ++i) {
            many.add(Atoll.task(Tasks::add, i, 0).remote().toCompletableFuture());
        }
        for (int i = 0; i < many.size(); ++i) {
            assertThat(many.get(i).get()).isEqualTo(i);
        }
        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .filter("atoll-completer"::equals))
                .hasSizeBetween(1, 3); // One that completes, and who looks after it.
    }

    /** It waits for what has to be completed, too. */
    @Test
    void shouldGoOnCompletingFuturesWhenOneWaitsForAnother() throws Exception {
        List<CompletableFuture<Integer>> sums = new ArrayList<>();
        List<ObjectRef<String>> gates = new ArrayList<>();
        for (int i = 0; i < 3; ++i) {
            ObjectRef<String> first = waiting("first " + i);
            gates.add(first);
            sums.add(first.toCompletableFuture()
                    .thenApply(file -> Atoll.task(Tasks::add, 20, 1)
                            .numCpus(0)
                            .remote()
                            .toCompletableFuture()
                            .join()));
        }
        for (int i = 0; i < 3; ++i) {
            open("first " + i);
        }
        for (CompletableFuture<Integer> each : sums) {
            assertThat(each.get(60, TimeUnit.SECONDS)).isEqualTo(21);
        }
        assertThat(gates).hasSize(3);
    }

    @Test
    void shouldGoOnCompletingFuturesWhateverUsersAttach() throws Exception {
        ObjectRef<String> ref = waiting("attached");
        CompletableFuture<Void> interrupts =
                ref.toCompletableFuture().thenRun(() -> Thread.currentThread().interrupt());
        CompletableFuture<Void> throwing = ref.toCompletableFuture().thenRun(() -> {
            throw new IllegalStateException("attached");
        });
        open("attached");
        interrupts.get();
        assertThatThrownBy(throwing::get).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(Atoll.task(Tasks::add, 1, 1).remote().toCompletableFuture().get())
                .isEqualTo(2);
    }

    @Test
    void shouldCompleteFuturesOfASessionThatIsClosed() throws Exception {
        String file = directory.resolve("closed").toString();
        try (ChildJvm program = ChildJvm.start(Closes.class, file)) {
            assertThat(program.readAll()).contains("IllegalStateException");
        }
    }

    /** Closes its session while a future is not complete. */
    static final class Closes {
        public static void main(String[] arguments) throws Exception {
            AtollSession own = Atoll.init(AtollOptions.defaults().withWorkers(1).withStoreBytes(32L << 20));
            CompletableFuture<String> future =
                    Atoll.task(RefsTest::awaitFile, arguments[0]).remote().toCompletableFuture();
            own.close();
            try {
                future.get();
            } catch (ExecutionException e) {
                System.out.println(e.getCause());
            }
        }
    }

    @Test
    void shouldFreeWhatIsClosed() throws Exception {
        long before = objects();
        ObjectRef<byte[]> put = Atoll.put(new byte[1 << 20]);
        ObjectRef<Integer> result = Atoll.task(Tasks::add, 1, 1).remote();
        assertThat(result.get()).isEqualTo(2);
        put.close();
        result.close();
        awaitObjects(before);
        assertThatThrownBy(put::get).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldKeepWhatItWasHandedToBefore() throws Exception {
        for (int i = 0; i < 200; ++i) {
            ObjectRef<Integer> number = Atoll.put(i);
            ObjectRef<Integer> task = Atoll.task(Tasks::add, number, 1).remote();
            ObjectRef<List<ObjectRef<Integer>>> container = Atoll.put(List.of(number));
            ObjectRef<Integer> sum =
                    Atoll.task(Tasks::sum, List.of(number, task)).remote();
            number.close();
            assertThat(container.get().get(0).get()).isEqualTo(i);
            assertThat(task.get()).isEqualTo(i + 1);
            task.close();
            assertThat(sum.get()).isEqualTo(2 * i + 1);
        }
    }

    @Test
    void shouldFinishAGetWhoseRefIsClosed() throws Exception {
        ObjectRef<String> ref = waiting("get");
        // Both wait at once: the common pool has one thread on two CPUs.
        Executor threads = task -> new Thread(task).start();
        CompletableFuture<String> got = CompletableFuture.supplyAsync(ref::get, threads);
        CompletableFuture<List<String>> listed = CompletableFuture.supplyAsync(() -> Atoll.get(List.of(ref)), threads);
        Field users = ObjectRef.class.getDeclaredField("users");
        users.setAccessible(true);
        while (users.getInt(ref) < 2) {
            Thread.sleep(1);
        }
        ref.close();
        open("get");
        assertThat(got.get()).endsWith("get");
        assertThat(listed.get()).hasSize(1);
    }

    @Test
    void shouldNotCancelATaskByClosingItsRef() throws Exception {
        Atoll.run(RefsTest::write, directory.resolve("written").toString())
                .remote()
                .close();
        awaitFile(directory.resolve("written").toString());
    }

    static void write(String file) throws Exception {
        Thread.sleep(20);
        Files.createFile(Path.of(file));
    }
}
