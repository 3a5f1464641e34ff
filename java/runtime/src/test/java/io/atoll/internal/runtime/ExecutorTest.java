package io.atoll.internal.runtime;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.Resources;
import io.atoll.TaskException;
import io.atoll.UnserializableException;
import io.atoll.concurrent.AtollExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The contract of ExecutorService, kept by tasks in workers: one CPU, so that what is submitted second is queued. */
@Timeout(120)
class ExecutorTest {
    private static AtollSession session;

    @TempDir
    Path directory;

    /** As users declare it: lambdas are Callables and Runnables. */
    private final ExecutorService pool = Atoll.executor();

    @BeforeAll
    static void start() {
        session = Atoll.init(
                AtollOptions.builder().workers(1).cpus(1).storeBytes(64L << 20).build());
    }

    @AfterAll
    static void stop() {
        session.close();
    }

    /** Before the directory goes, in which tasks look for what they wait for. */
    @AfterEach
    void end() throws InterruptedException {
        pool.shutdown();
        assertThat(pool.awaitTermination(60, SECONDS)).isTrue();
    }

    private static long here() {
        return ProcessHandle.current().pid();
    }

    /** Runs until the file is there. */
    private Callable<String> blocker(String name) {
        String file = directory.resolve(name).toString();
        return () -> {
            Files.createFile(Path.of(file + ".begun"));
            while (!Files.exists(Path.of(file))) {
                Thread.sleep(2);
            }
            return name;
        };
    }

    private void unblock(String name) throws IOException {
        Files.createFile(directory.resolve(name));
    }

    private void awaitBegun(String name) throws InterruptedException {
        while (!Files.exists(directory.resolve(name + ".begun"))) {
            Thread.sleep(2);
        }
    }

    private static void appendTo(String file) {
        try {
            Files.writeString(Path.of(file), "x");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String fail() throws IOException {
        throw new IOException("no such luck");
    }

    private static final class Named implements Runnable {
        private final String file;

        Named(String file) {
            this.file = file;
        }

        @Override
        public void run() {
            appendTo(file);
        }
    }

    // ---- what it takes

    @Test
    void shouldRunLambdasThatAreNotSerializableInAWorker() throws Exception {
        int two = 2;
        String text = "ab";
        List<String> list = List.of("c");
        long there = pool.submit(() -> ProcessHandle.current().pid()).get();
        assertThat(there).isNotEqualTo(here()).isEqualTo(pool.submit(Tasks::pid).get());
        assertThat(pool.submit(() -> text + two + list).get()).isEqualTo("ab2[c]");
        assertThat(pool.submit(text::length).get()).isEqualTo(2);
        assertThat(pool.submit(list::size).get()).isEqualTo(1);
        assertThat(pool.submit((Callable<Object>) ArrayList::new).get()).isEqualTo(List.of());
        Callable<Object> nothing = () -> null;
        assertThat(pool.submit(nothing).get()).isNull();
        AtollExecutor own = Atoll.executor(Resources.none());
        assertThat(own.submit(() -> text + two).get()).isEqualTo("ab2");
    }

    /** A lambda's object is what it uses this of. */
    static final class Holder {
        private final int value;

        Holder(int value) {
            this.value = value;
        }

        Callable<Integer> twice() {
            return () -> 2 * value();
        }

        private int value() {
            return value;
        }
    }

    @Test
    void shouldRunLambdasOfObjects() throws Exception {
        assertThat(pool.submit(new Holder(4).twice()).get()).isEqualTo(8);
        assertThat(pool.submit(new Holder(4)::value).get()).isEqualTo(4);
    }

    @Test
    void shouldRunRunnables() throws Exception {
        String file = directory.resolve("a").toString();
        assertThat(pool.submit(() -> appendTo(file)).get()).isNull();
        assertThat(directory.resolve("a")).exists();
        Object mine = new Object();
        assertThat(pool.submit(new Named(directory.resolve("b").toString()), mine)
                        .get())
                .isSameAs(mine);
        assertThat(directory.resolve("b")).exists();
        pool.execute(() -> appendTo(file + "c"));
        pool.execute(new Named(file + "d"));
        pool.shutdown();
        assertThat(pool.awaitTermination(60, SECONDS)).isTrue();
        assertThat(directory.resolve("ac")).exists();
        assertThat(directory.resolve("ad")).exists();
    }

    @Test
    void shouldSayWhyWhatItCannotTakeIsRefused() {
        Thread thread = Thread.currentThread();
        assertThatThrownBy(() -> pool.submit(() -> thread.isAlive())).isInstanceOf(UnserializableException.class);
        assertThatThrownBy(() -> pool.execute(new FutureTask<>(() -> 1)))
                .isInstanceOf(UnserializableException.class)
                .hasMessageContaining("completes an object of this process");
        assertThatThrownBy(() -> CompletableFuture.supplyAsync(() -> 1, pool))
                .isInstanceOf(UnserializableException.class)
                .hasMessageContaining("toCompletableFuture");
        assertThatThrownBy(() -> pool.submit((Callable<?>) null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> pool.submit((Runnable) null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> pool.execute(null)).isInstanceOf(NullPointerException.class);
    }

    // ---- futures

    @Test
    void shouldGiveWhatATaskThrowsAsTheCause() {
        Future<String> future = pool.submit(ExecutorTest::fail);
        assertThatThrownBy(future::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IOException.class)
                .hasRootCauseMessage("no such luck")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1))
                .satisfies(e -> assertThat(e.getSuppressed()[0]).isInstanceOf(TaskException.class));
        assertThat(future.isDone()).isTrue();
        assertThat(future.isCancelled()).isFalse();
    }

    @Test
    void shouldKeepTimes() throws Exception {
        Future<String> future = pool.submit(blocker("times"));
        assertThatThrownBy(() -> future.get(20, MILLISECONDS)).isInstanceOf(TimeoutException.class);
        assertThat(future.isDone()).isFalse();
        unblock("times");
        assertThat(future.get(Long.MAX_VALUE, TimeUnit.DAYS)).isEqualTo("times");
        assertThat(future.isDone()).isTrue();
        assertThat(future.cancel(true)).isFalse();
        assertThat(future.isCancelled()).isFalse();
        assertThat(future.get()).isEqualTo("times");
    }

    @Test
    void shouldEndAGetWhoseThreadIsInterrupted() throws Exception {
        Future<String> future = pool.submit(blocker("interrupted"));
        Thread.currentThread().interrupt();
        assertThatThrownBy(future::get).isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(future.isDone()).isFalse();
        unblock("interrupted");
        assertThat(future.get()).isEqualTo("interrupted");
    }

    @Test
    void shouldNeverRunAQueuedTaskThatWasCancelled() throws Exception {
        Future<String> running = pool.submit(blocker("running"));
        awaitBegun("running");
        String file = directory.resolve("never").toString();
        Future<?> queued = pool.submit(() -> appendTo(file));
        assertThat(queued.cancel(false)).isTrue();
        assertThat(queued.cancel(true)).isFalse();
        assertThat(queued.isCancelled()).isTrue();
        assertThat(queued.isDone()).isTrue();
        assertThatThrownBy(queued::get).isInstanceOf(CancellationException.class);
        assertThatThrownBy(() -> queued.get(1, SECONDS)).isInstanceOf(CancellationException.class);
        unblock("running");
        assertThat(running.get()).isEqualTo("running");
        assertThat(pool.submit(() -> 1).get()).isEqualTo(1);
        assertThat(directory.resolve("never")).doesNotExist();
        assertThat(session.awaitTasks(Duration.ofSeconds(60))).isTrue();
    }

    @Test
    void shouldTellWhoWaitsForARunningTaskThatItWasCancelled() throws Exception {
        Future<String> running = pool.submit(blocker("told"));
        awaitBegun("told");
        AtomicReference<Object> got = new AtomicReference<>();
        CountDownLatch begun = new CountDownLatch(1);
        Thread getter = new Thread(() -> {
            begun.countDown();
            try {
                got.set(running.get());
            } catch (CancellationException e) {
                got.set(Thread.currentThread().isInterrupted());
            } catch (Exception e) {
                got.set(e);
            }
        });
        getter.start();
        begun.await();
        while (getter.getState() == Thread.State.NEW) {
            Thread.sleep(1);
        }
        Thread.sleep(20);
        assertThat(running.cancel(false)).isTrue();
        getter.join();
        assertThat(got).as("cancelled, and not interrupted").hasValue(false);
        assertThat(running.isDone()).isTrue();
        pool.shutdown();
        assertThat(pool.awaitTermination(30, MILLISECONDS)).as("it goes on").isFalse();
        unblock("told");
        assertThat(pool.awaitTermination(60, SECONDS)).isTrue();
    }

    @Test
    void shouldInterruptARunningTaskThatIsCancelled() throws Exception {
        Future<String> running = pool.submit(blocker("stopped"));
        awaitBegun("stopped");
        assertThat(running.cancel(true)).isTrue();
        assertThat(running.isDone()).isTrue();
        assertThatThrownBy(running::get).isInstanceOf(CancellationException.class);
        pool.shutdown();
        assertThat(pool.awaitTermination(60, SECONDS)).as("it does not go on").isTrue();
    }

    // ---- several at once

    @Test
    void shouldInvokeAll() throws Exception {
        List<Callable<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 20; ++i) {
            int number = i;
            tasks.add(() -> number == 13 ? Integer.parseInt("x") : number);
        }
        List<Future<Integer>> futures = pool.invokeAll(tasks);
        assertThat(futures).hasSize(20).allMatch(Future::isDone).noneMatch(Future::isCancelled);
        for (int i = 0; i < 20; ++i) {
            Future<Integer> each = futures.get(i);
            if (i == 13) {
                assertThatThrownBy(each::get).hasCauseInstanceOf(NumberFormatException.class);
            } else {
                assertThat(each.get()).isEqualTo(i);
            }
        }
        assertThat(pool.invokeAll(List.<Callable<Integer>>of())).isEmpty();
        assertThatThrownBy(() -> pool.invokeAll(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> pool.invokeAll(Arrays.asList(tasks.get(0), null)))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> pool.execute(new FutureTask<>(() -> 1)))
                .as("what invokeAll has not started is not taken for this one's")
                .isInstanceOf(UnserializableException.class);
    }

    @Test
    void shouldCancelWhatInvokeAllHasNoTimeFor() throws Exception {
        pool.submit(() -> 1).get(); // else the worker may still be starting when the time is over
        List<Future<String>> futures =
                pool.invokeAll(List.of(() -> "soon", blocker("late"), blocker("later")), 5, SECONDS);
        assertThat(futures).hasSize(3).allMatch(Future::isDone);
        assertThat(futures.get(0).get()).isEqualTo("soon");
        assertThat(futures.get(1).isCancelled()).isTrue();
        assertThat(futures.get(2).isCancelled()).isTrue();
        unblock("late");
        unblock("later");
        pool.shutdown();
        assertThat(pool.awaitTermination(60, SECONDS)).isTrue();
        assertThat(pool.invokeAll(List.<Callable<Integer>>of(), 0, SECONDS)).isEmpty();
    }

    @Test
    void shouldInvokeAny() throws Exception {
        String any = pool.invokeAny(List.of(ExecutorTest::fail, () -> "b"));
        assertThat(any).isEqualTo("b");
        any = pool.invokeAny(List.of(() -> "c"), 60, SECONDS);
        assertThat(any).isEqualTo("c");
        assertThatThrownBy(() -> pool.invokeAny(List.<Callable<String>>of(ExecutorTest::fail, ExecutorTest::fail)))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IOException.class);
        assertThatThrownBy(() -> pool.invokeAny(List.<Callable<String>>of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> pool.invokeAny(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> pool.invokeAny(Arrays.asList((Callable<String>) null)))
                .isInstanceOf(NullPointerException.class);
        List<Callable<String>> late = List.of(blocker("any"));
        assertThatThrownBy(() -> pool.invokeAny(late, 50, MILLISECONDS)).isInstanceOf(TimeoutException.class);
        unblock("any");
    }

    @Test
    void shouldServeACompletionService() throws Exception {
        ExecutorCompletionService<Integer> service = new ExecutorCompletionService<>(pool);
        assertThat(service.poll()).isNull();
        Set<Future<Integer>> submitted = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 10; ++i) {
            int number = i;
            submitted.add(service.submit(() -> number));
        }
        Set<Integer> got = new HashSet<>();
        for (int i = 0; i < 10; ++i) {
            Future<Integer> next = service.take();
            assertThat(next.isDone()).isTrue();
            assertThat(submitted.remove(next)).isTrue();
            got.add(next.get());
        }
        assertThat(got).hasSize(10);
        assertThat(service.poll(10, MILLISECONDS)).isNull();
        service.submit(() -> {}, 42);
        assertThat(service.poll(60, SECONDS).get()).isEqualTo(42);
        service.submit(() -> Integer.parseInt("x"));
        assertThatThrownBy(service.take()::get).hasCauseInstanceOf(NumberFormatException.class);
    }

    private static int inner(int n) throws Exception {
        ExecutorService own = Atoll.executor();
        List<Callable<Integer>> tasks = List.of(() -> n + 1, () -> n + 1);
        int sum = own.invokeAny(tasks) + own.submit(() -> n).get();
        for (Future<Integer> each : own.invokeAll(tasks)) {
            sum += each.get();
        }
        own.shutdown();
        return own.awaitTermination(60, SECONDS) ? sum : -1;
    }

    @Test
    void shouldServeTasksWithoutHoldingTheirCpu() throws Exception {
        assertThat(pool.submit(() -> inner(1)).get()).isEqualTo(7);
    }

    // ---- its end

    @Test
    void shouldRejectTasksOnceItIsShutDown() throws Exception {
        assertThat(pool.isShutdown()).isFalse();
        assertThat(pool.isTerminated()).isFalse();
        Future<String> running = pool.submit(blocker("last"));
        pool.shutdown();
        assertThat(pool.isShutdown()).isTrue();
        assertThat(pool.isTerminated()).isFalse();
        assertThatThrownBy(() -> pool.submit(() -> 1))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("shut down");
        assertThatThrownBy(() -> pool.execute(ExecutorTest::here)).isInstanceOf(RejectedExecutionException.class);
        assertThat(pool.awaitTermination(20, MILLISECONDS)).isFalse();
        unblock("last");
        assertThat(pool.awaitTermination(60, SECONDS)).isTrue();
        assertThat(pool.isTerminated()).isTrue();
        assertThat(running.get()).isEqualTo("last");
    }

    @Test
    void shouldReturnWhatHadNotBegun() throws Exception {
        Future<String> running = pool.submit(blocker("begun"));
        awaitBegun("begun");
        String file = directory.resolve("not-begun").toString();
        Runnable given = () -> appendTo(file);
        pool.execute(given);
        Future<Integer> queued = pool.submit(() -> 1);
        List<Runnable> never = pool.shutdownNow();
        assertThat(never).hasSize(2).contains(given);
        assertThat(queued.isCancelled()).isTrue();
        assertThatThrownBy(queued::get).isInstanceOf(CancellationException.class);
        // What runs is interrupted.
        assertThat(pool.awaitTermination(60, SECONDS)).isTrue();
        assertThatThrownBy(running::get).isInstanceOf(CancellationException.class);
        assertThat(directory.resolve("not-begun")).doesNotExist();
    }

    @Test
    void shouldEndAWaitForTerminationWhenInterrupted() throws Exception {
        pool.submit(blocker("termination"));
        pool.shutdown();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> pool.awaitTermination(60, SECONDS)).isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        unblock("termination");
    }

    @Test
    void shouldWaitForItsTasksWhenClosed() throws Exception {
        String file = directory.resolve("closed").toString();
        try (AtollExecutor own = Atoll.executor()) {
            own.execute(() -> {
                Tasks.effect(1);
                appendTo(file);
            });
        }
        assertThat(directory.resolve("closed")).exists();
    }

    @Test
    void shouldTellOfWhatNobodyGets() throws Exception {
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> told.complete(e));
        try {
            pool.execute(() -> Tasks.effect(-1));
            assertThat(told.get(60, SECONDS))
                    .isInstanceOf(TaskException.class)
                    .hasCauseInstanceOf(IllegalArgumentException.class);
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }
}
