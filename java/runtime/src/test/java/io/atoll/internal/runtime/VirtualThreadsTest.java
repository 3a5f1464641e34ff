package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.CallInterruptedException;
import io.atoll.GetTimeoutException;
import io.atoll.ObjectRef;
import io.atoll.internal.node.ReadyEvents;
import io.atoll.spi.Runtimes;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Waits of virtual threads, on JVMs that have them: they give up the thread that carries them. */
@Timeout(120)
class VirtualThreadsTest {
    @TempDir
    Path directory;

    private static Method start;

    @BeforeEach
    void shouldHaveVirtualThreads() throws NoSuchMethodException {
        assumeTrue(Runtime.version().feature() >= 21, "they are there from JDK 21 on");
        start = Thread.class.getMethod("startVirtualThread", Runnable.class);
    }

    private static AtollSession node() {
        return Atoll.init(
                AtollOptions.builder().workers(1).cpus(1).storeBytes(32L << 20).build());
    }

    private static <T> CompletableFuture<T> run(Callable<T> body, AtomicReference<Thread> thread) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread started = (Thread) start.invoke(null, (Runnable) () -> {
            try {
                result.complete(body.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        thread.set(started);
        return result;
    }

    private static <T> CompletableFuture<T> run(Callable<T> body) throws Exception {
        return run(body, new AtomicReference<>());
    }

    @Test
    void shouldLetOthersRunWhileManyWait() throws Exception {
        try (AtollSession session = node()) {
            ObjectRef<Integer> ref =
                    Atoll.task(Marks::awaitMark, directory.toString(), "go").remote();
            List<CompletableFuture<?>> waiting = new ArrayList<>();
            for (int i = 0; i < 32; ++i) {
                waiting.add(run(ref::get));
                waiting.add(run(() -> Atoll.get(List.of(ref, ref))));
                waiting.add(run(() -> Atoll.wait(List.of(ref), 1)));
                waiting.add(run(() -> ref.get(Duration.ofSeconds(100))));
            }
            Thread.sleep(100);
            // Of these there are more than carriers: one of them stands for all that wants to run.
            run(() -> Marks.mark(directory.toString(), "go")).get(60, TimeUnit.SECONDS);
            for (CompletableFuture<?> each : waiting) {
                assertThat(each.get(60, TimeUnit.SECONDS)).isNotNull();
            }
            List<CompletableFuture<Integer>> submitted = new ArrayList<>();
            for (int i = 0; i < 200; ++i) {
                int number = i;
                submitted.add(
                        run(() -> Atoll.task(Tasks::add, number, 1).remote().get()));
            }
            for (int i = 0; i < 200; ++i) {
                assertThat(submitted.get(i).get(60, TimeUnit.SECONDS)).isEqualTo(i + 1);
            }
        }
    }

    @Test
    void shouldHeedTimeAndInterrupts() throws Exception {
        try (AtollSession session = node()) {
            ObjectRef<Integer> ref =
                    Atoll.task(Marks::awaitMark, directory.toString(), "go").remote();
            assertThat(run(() -> ref.get(Duration.ofMillis(20))))
                    .failsWithin(Duration.ofSeconds(60))
                    .withThrowableThat()
                    .withCauseInstanceOf(GetTimeoutException.class);
            AtomicReference<Thread> thread = new AtomicReference<>();
            CompletableFuture<Integer> waiting = run(ref::get, thread);
            Thread.sleep(50);
            thread.get().interrupt();
            assertThat(waiting)
                    .failsWithin(Duration.ofSeconds(60))
                    .withThrowableThat()
                    .withCauseInstanceOf(CallInterruptedException.class);
            Marks.mark(directory.toString(), "go");
            assertThat(run(ref::get).get(60, TimeUnit.SECONDS)).isEqualTo(1);
        }
    }

    @Test
    void shouldTellWhoWaitsThatTheSessionIsClosed() throws Exception {
        List<CompletableFuture<?>> waiting = new ArrayList<>();
        try (AtollSession session = node()) {
            ObjectRef<Integer> one =
                    Atoll.task(Marks::awaitMark, directory.toString(), "never").remote();
            ObjectRef<Integer> two =
                    Atoll.task(Marks::awaitMark, directory.toString(), "never").remote();
            waiting.add(run(one::get));
            waiting.add(run(() -> one.get(Duration.ofSeconds(100))));
            waiting.add(run(() -> Atoll.get(List.of(one, two))));
            waiting.add(run(() -> Atoll.wait(List.of(one, two), 1)));
            waiting.add(run(() -> Atoll.wait(List.of(one, two), 2)));
            awaitAsked(8);
        }
        for (CompletableFuture<?> each : waiting) {
            assertThat(each)
                    .failsWithin(Duration.ofSeconds(60))
                    .withThrowableThat()
                    .withCauseInstanceOf(IllegalStateException.class)
                    .withMessageContaining("its session is closed");
        }
    }

    @Test
    void shouldKeepNothingOfWaitsForSomeOfMany() throws Exception {
        try (AtollSession session = node()) {
            ObjectRef<Integer> stop =
                    Atoll.task(Marks::awaitMark, directory.toString(), "go").remote();
            run(() -> {
                        for (int i = 0; i < 100; ++i) {
                            ObjectRef<Integer> next =
                                    Atoll.task(Tasks::sleep, 1).numCpus(0).remote();
                            assertThat(Atoll.wait(List.of(next, stop), 1).ready())
                                    .containsExactly(next);
                        }
                        return null;
                    })
                    .get(60, TimeUnit.SECONDS);
            assertThat(events().asked()).isZero();
            Marks.mark(directory.toString(), "go");
            assertThat(stop.get()).isEqualTo(1);
        }
    }

    private static ReadyEvents events() {
        return ((ClientRuntime) Runtimes.current()).events;
    }

    private static void awaitAsked(int times) throws InterruptedException {
        while (events().asked() < times) {
            Thread.sleep(2);
        }
    }

    private static byte[] array(int fill) {
        byte[] bytes = new byte[1 << 20];
        Arrays.fill(bytes, (byte) fill);
        return bytes;
    }

    @Test
    void shouldReadBackWhatIsOnDisk() throws Exception {
        AtollOptions options = AtollOptions.builder()
                .workers(1)
                .cpus(1)
                .storeBytes(32L << 20)
                .spillDirectory(directory)
                .build();
        try (AtollSession session = Atoll.init(options)) {
            List<ObjectRef<byte[]>> refs = new ArrayList<>();
            for (int i = 0; i < 96; ++i) {
                refs.add(Atoll.put(array(i)));
            }
            List<CompletableFuture<byte[]>> got = new ArrayList<>();
            for (ObjectRef<byte[]> ref : refs) {
                got.add(run(ref::get));
            }
            for (ObjectRef<byte[]> ref : refs) {
                got.add(run(() -> ref.get(Duration.ofSeconds(60))));
            }
            for (int i = 0; i < got.size(); ++i) {
                assertThat(got.get(i).get(60, TimeUnit.SECONDS)).isEqualTo(array(i % refs.size()));
            }
            assertThat(run(() -> Atoll.get(refs)).get(60, TimeUnit.SECONDS)).hasSize(refs.size());
            assertThat(run(() -> Atoll.asReady(refs)
                                    .mapToLong(ref -> ref.get().length)
                                    .sum())
                            .get(60, TimeUnit.SECONDS))
                    .isEqualTo((long) refs.size() << 20);
        }
    }

    @Test
    void shouldLetOthersRunWhileManyWaitForRoom() throws Exception {
        AtollOptions options = AtollOptions.builder()
                .workers(1)
                .cpus(1)
                .storeBytes(64L << 20)
                .withoutSpilling()
                .putTimeout(Duration.ofSeconds(90))
                .build();
        try (AtollSession session = Atoll.init(options)) {
            ObjectRef<byte[]> most = Atoll.put(new byte[56 << 20]);
            AtomicReference<Thread> last = new AtomicReference<>();
            List<CompletableFuture<ObjectRef<byte[]>>> put = new ArrayList<>();
            for (int i = 0; i < 5; ++i) {
                put.add(run(() -> Atoll.put(new byte[9 << 20]), last));
            }
            Thread.sleep(200);
            last.get().interrupt();
            assertThat(put.remove(4))
                    .failsWithin(Duration.ofSeconds(30))
                    .withThrowableThat()
                    .withCauseInstanceOf(CallInterruptedException.class);
            run(() -> {
                        most.close();
                        return true;
                    })
                    .get(30, TimeUnit.SECONDS);
            for (CompletableFuture<ObjectRef<byte[]>> each : put) {
                assertThat(each.get(60, TimeUnit.SECONDS).get()).hasSize(9 << 20);
            }
        }
    }
}
