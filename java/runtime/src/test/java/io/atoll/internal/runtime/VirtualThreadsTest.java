package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.CallInterruptedException;
import io.atoll.GetTimeoutException;
import io.atoll.ObjectRef;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
    void shouldHaveVirtualThreads() {
        try {
            start = Thread.class.getMethod("startVirtualThread", Runnable.class);
        } catch (NoSuchMethodException e) {
            assumeTrue(false, "they are there from JDK 21 on");
        }
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
}
