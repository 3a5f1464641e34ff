package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollException;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.CallInterruptedException;
import io.atoll.F2;
import io.atoll.GetTimeoutException;
import io.atoll.NodeStats;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.WaitResult;
import io.atoll.internal.process.Workers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tasks on a node of two workers, from a driver under Surefire. */
@Timeout(240)
class NodeTest {
    private static final long O_CLOEXEC = 02000000;

    private static AtollSession session;

    @TempDir
    Path directory;

    private static List<Long> workersAtFirst;

    @BeforeAll
    static void start() throws InterruptedException {
        session = Atoll.init(AtollOptions.builder()
                .workers(2)
                .cpus(2)
                .gpus(1)
                .storeBytes(256L << 20)
                .build());
        workersAtFirst = Workers.await(2);
    }

    @AfterEach
    void shouldHaveTheWorkersThatWereThere() throws InterruptedException {
        assertThat(Workers.await(2)).containsAll(workersAtFirst).hasSize(2);
    }

    @AfterAll
    static void stop() {
        session.close();
    }

    private static ObjectRef<Long> pid() {
        return Atoll.task(Tasks::pid).remote();
    }

    @Test
    void shouldRunInAnotherProcess() {
        assertThat(pid().get()).isNotEqualTo(ProcessHandle.current().pid()).isIn(workersAtFirst);
    }

    /** What a JVM opens first has the number 3, unless that was open before. */
    @Test
    void shouldHaveInheritedItsConnectionWhichItsOwnChildrenDoNot() throws Exception {
        for (long pid : workersAtFirst) {
            Path process = Path.of("/proc", Long.toString(pid));
            assertThat(Files.readSymbolicLink(process.resolve("fd/3")).toString())
                    .startsWith("socket:");
            String flags = Files.readAllLines(process.resolve("fdinfo/3")).stream()
                    .filter(line -> line.startsWith("flags:"))
                    .findFirst()
                    .orElseThrow();
            assertThat(Long.parseLong(flags.substring("flags:".length()).trim(), 8) & O_CLOEXEC)
                    .isNotZero();
        }
    }

    @Test
    void shouldPassAndReturnValuesOfManyTypes() {
        Map<String, List<Integer>> graph = Map.of("a", List.of(1, 2));
        assertThat(Atoll.task(Tasks::add, 20, 22).remote().get()).isEqualTo(42);
        assertThat(Atoll.task(Tasks::identity, (Object) "größe").remote().get()).isEqualTo("größe");
        assertThat(Atoll.task(Tasks::identity, (Object) graph).remote().get()).isEqualTo(graph);
        assertThat(Atoll.task(Tasks::identity, (Object) 'c').remote().get()).isEqualTo('c');
        assertThat(Atoll.task(Tasks::nothing).remote().get()).isNull();
        assertThat(Atoll.task(Tasks::identity, (Object) new double[] {1, 2})
                        .remote()
                        .get())
                .isEqualTo(new double[] {1, 2});
    }

    @Test
    void shouldRunFunctionsThatReturnNothing() {
        assertThat(Atoll.run(Tasks::effect, 1).remote().get()).isNull();
    }

    @Test
    void shouldResolveRefsInAnyPosition() {
        ObjectRef<Integer> one = Atoll.put(1);
        ObjectRef<Integer> two = Atoll.task(Tasks::add, one, 1).remote();
        assertThat(Atoll.task((F2<Integer, Integer, Integer>) Tasks::add, one, two)
                        .remote()
                        .get())
                .isEqualTo(3);
        assertThat(Atoll.task((F2<Integer, Integer, Integer>) Tasks::add, 5, two)
                        .remote()
                        .get())
                .isEqualTo(7);
    }

    @Test
    void shouldLeaveRefsInCollectionsAsTheyAre() {
        List<ObjectRef<Integer>> refs =
                List.of(Atoll.put(1), Atoll.task(Tasks::add, 1, 1).remote());
        assertThat(Atoll.task(Tasks::sum, refs).remote().get()).isEqualTo(3);
    }

    @Test
    void shouldReturnRefsAndListsOfRefs() {
        ObjectRef<ObjectRef<Integer>> nested = Atoll.task(Tasks::addLater, 1, 2).remote();
        assertThat(Atoll.get(Atoll.get(nested))).isEqualTo(3);
        ObjectRef<List<ObjectRef<Integer>>> list =
                Atoll.task(Tasks::manyLater, 5).remote();
        assertThat(Atoll.get(Atoll.get(list))).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void shouldFindInAWorkerWhatTheDriverHasNamed() {
        int[] table = {2, 3, 5, 7};
        Atoll.publish("primes", Atoll.put(table));
        assertThat(Atoll.get(Atoll.task(Tasks::namedSum, "primes").remote())).isEqualTo(17);
        assertThatThrownBy(() -> Atoll.publish("primes", Atoll.put(table))).hasMessageContaining("another object");
        assertThat(Atoll.unpublish("primes")).isTrue();
        assertThat(Atoll.unpublish("primes")).isFalse();
        assertThat(Atoll.get(Atoll.task(Tasks::namedSum, "primes").remote())).isEqualTo(-1);
    }

    @Test
    void shouldFindTheResultOfATaskByANameThatAWorkerGave() {
        assertThat(Atoll.get(Atoll.task(Tasks::publishSquare, "square", 12).remote()))
                .isTrue();
        assertThat(Atoll.<Integer>lookup("square").orElseThrow().get()).isEqualTo(144);
        Atoll.unpublish("square");
        assertThat(Atoll.lookup("square")).isEmpty();
    }

    @Test
    void shouldRunRecursions() {
        assertThat(Atoll.task(Tasks::fib, 12).remote().get()).isEqualTo(144L);
    }

    @Test
    void shouldRunVeryDeepRecursions() {
        assertThat(Atoll.task(Tasks::depth, 3000).remote().get()).isEqualTo(3000);
    }

    @Test
    void shouldRunLambdasThatCapture() {
        int base = 40;
        byte[] large = new byte[100_000];
        large[5] = 2;
        ObjectRef<Integer> inside = Atoll.put(7);
        assertThat(Atoll.task(x -> base + large[5] + x, 0).remote().get()).isEqualTo(42);
        assertThat(Atoll.task(() -> inside.get() + base).remote().get()).isEqualTo(47);
    }

    @Test
    void shouldFailWhatTheNodeCanNeverRun() {
        assertThatThrownBy(
                        () -> Atoll.task(Tasks::add, 1, 1).numGpus(2).remote().get())
                .isExactlyInstanceOf(TaskException.class)
                .hasNoCause()
                .hasMessageContaining("Tasks.add")
                .hasMessageContaining("2 GPU");
    }

    @Test
    void shouldRunNativeFunctions() {
        assertThat(Atoll.task(StrictMath::sin, 1.0).remote().get()).isEqualTo(StrictMath.sin(1.0));
    }

    /** Ends once {@link #end} is told its name. */
    private ObjectRef<Integer> open(String name) {
        return Atoll.task(Marks::awaitMark, directory.toString(), name).remote();
    }

    private void end(String name) throws IOException {
        Marks.mark(directory.toString(), name);
    }

    @Test
    void shouldTimeOut() throws IOException {
        ObjectRef<Integer> slow = open("slow");
        assertThatThrownBy(() -> slow.get(Duration.ofMillis(20))).isInstanceOf(GetTimeoutException.class);
        end("slow");
        assertThat(slow.get()).isEqualTo(1);
    }

    @Test
    void shouldEndAWaitByInterrupt() throws Exception {
        ObjectRef<Integer> slow = open("later");
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread getter = new Thread(() -> {
            try {
                slow.get();
            } catch (AtollException e) {
                thrown.set(e);
            }
        });
        getter.start();
        getter.interrupt();
        getter.join();
        assertThat(thrown.get())
                .isInstanceOf(CallInterruptedException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        end("later");
        slow.get();
    }

    @Test
    void shouldWaitForSome() throws IOException {
        ObjectRef<Integer> fast = Atoll.task(Tasks::add, 1, 1).remote();
        ObjectRef<Integer> slow = open("last");
        WaitResult<Integer> result = Atoll.wait(List.of(slow, fast), 1);
        assertThat(result.ready()).containsExactly(fast);
        assertThat(result.unready()).containsExactly(slow);
        assertThat(Atoll.wait(List.of(slow), 1, Duration.ofMillis(1)).ready()).isEmpty();
        end("last");
        slow.get();
    }

    @Test
    void shouldWaitInsideATask() throws IOException {
        assertThat(Atoll.task(Tasks::waitsForTwo).remote().get()).isEqualTo(2);
        assertThat(Atoll.task(Tasks::timesOut, directory.toString()).remote().get())
                .isEqualTo("timed out");
        end("in a task");
    }

    @Test
    void shouldPutInsideATask() {
        ObjectRef<ObjectRef<byte[]>> ref =
                Atoll.task(Tasks::putBytes, 1_000_000).remote();
        assertThat(ref.get().get()).hasSize(1_000_000).endsWith(1);
    }

    @Test
    void shouldRunManyTasks() {
        List<ObjectRef<Integer>> refs = new ArrayList<>();
        for (int i = 0; i < 5000; ++i) {
            refs.add(Atoll.task(Tasks::add, i, 1).remote());
        }
        List<Integer> results = Atoll.get(refs);
        for (int i = 0; i < results.size(); ++i) {
            assertThat(results.get(i)).isEqualTo(i + 1);
        }
    }

    @Test
    void shouldSubmitFromManyThreads() throws Exception {
        List<Thread> threads = new ArrayList<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        for (int t = 0; t < 4; ++t) {
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 200; ++i) {
                    assertThat(Atoll.task(Tasks::add, i, 1).remote().get()).isEqualTo(i + 1);
                }
            });
            thread.setUncaughtExceptionHandler((dead, e) -> failure.set(e));
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
    }

    @Test
    void shouldCountWhatProcessesDo() {
        long before = tasks();
        pid().get();
        assertThat(tasks()).isGreaterThan(before);
        assertThat(Atoll.stats().driver().pid())
                .isEqualTo(ProcessHandle.current().pid());
    }

    private static long tasks() {
        return Atoll.stats().workers().stream()
                .mapToLong(NodeStats.ProcessStats::tasks)
                .sum();
    }

    @Test
    void shouldRefuseASecondInit() {
        assertThatThrownBy(Atoll::init).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldGiveATaskASessionOfItsNodeThatEndsNothing() {
        assertThat(Atoll.task(Tasks::initAgain).remote().get()).isEqualTo(144);
        assertThat(Atoll.task(Tasks::initAgain).remote().get()).isEqualTo(144);
    }
}
