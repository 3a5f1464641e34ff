package io.atoll.concurrent;

import io.atoll.Atoll;
import io.atoll.AtollException;
import io.atoll.CallInterruptedException;
import io.atoll.F0;
import io.atoll.ObjectRef;
import io.atoll.Resources;
import io.atoll.UnserializableException;
import io.atoll.WaitResult;
import io.atoll.spi.AtollRuntime;
import io.atoll.spi.Constructors;
import io.atoll.spi.Runtimes;
import io.atoll.spi.TaskRequest;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * An {@link ExecutorService} whose tasks run in the workers of this node: from {@link Atoll#executor()}. Any thread, of the
 * driver or of a task.
 *
 * <p><b>What it takes.</b> Lambdas, method references, and objects whose classes can be stored. A task works on a copy of
 * what it captures, so it says what it has found by its result and not by changing that; a {@code Runnable} is of use for
 * what it does to the world. The object of a lambda need not be {@link Serializable}: one that is not is read by means of
 * the JVM, which knows what it calls, and refused with an {@link UnserializableException} where it does not. What cannot
 * leave this process is refused, too: a {@link FutureTask}, and what the {@code Async} methods of {@link CompletableFuture}
 * hand to an executor. ({@link ObjectRef#toCompletableFuture} makes a {@code CompletableFuture} of a task.) An {@link
 * ExecutorCompletionService} works, and so does what is built on one; its {@code take} in a task keeps the task's CPU, which
 * {@link Atoll#asReady} gives to others.
 *
 * <p><b>What a task throws</b> is the cause of the {@link ExecutionException} that {@code get} throws, and the {@link
 * io.atoll.TaskException}, which knows worker and attempt, is suppressed in it. What a task given to {@code execute} throws
 * goes to the default handler of uncaught exceptions. A task whose worker dies is run again, up to three times, as all are.
 *
 * <p><b>Futures</b> get the value from the store anew with each {@code get}: views of shared memory where it is one. {@code
 * cancel} keeps a task that has not begun from being run, and interrupts one that runs if it may. The future is cancelled
 * at once and whoever waits for it is told; what runs goes on to its end, which {@link #awaitTermination} waits for.
 *
 * <p>Executors are cheap, have no threads, and share the workers. One that is not shut down holds nothing back, and the end
 * of the session is its end: then it takes no more tasks.
 *
 * @since 0.1
 */
public final class AtollExecutor extends AbstractExecutorService implements AutoCloseable {
    private static final int RETRIES = 3;
    /** For tasks that have ended, until that has been noted. */
    private static final long NOTING_MILLIS = 50;

    private final AtollRuntime runtime;
    private final Resources resources;
    private final Set<RemoteTask<?>> pending = ConcurrentHashMap.newKeySet();
    /** What this thread made last, for a completion service that will wrap it. */
    @SuppressWarnings("ThreadLocalUsage") // one for each executor: what another made is none of its business
    private final ThreadLocal<RemoteTask<?>> made = new ThreadLocal<>();

    private volatile boolean isShutdown;

    static {
        Constructors.install((Constructors.OfExecutors) AtollExecutor::new);
    }

    private AtollExecutor(AtollRuntime runtime, Resources resources) {
        this.runtime = runtime;
        this.resources = resources;
    }

    /**
     * A {@link Runnable} whose lambdas are Serializable.
     *
     * @since 0.1
     */
    @FunctionalInterface
    public interface Job extends Runnable, Serializable {}

    // ---- taking tasks

    /**
     * As {@link #submit(Callable)}: what lambdas and method references are compiled to.
     *
     * @param <T> type of the result
     * @param task runs in a worker
     * @return gets the result
     * @throws RejectedExecutionException after {@link #shutdown}, and when the session is closed
     * @throws UnserializableException when something that is captured cannot be stored
     */
    public <T extends @Nullable Object> Future<T> submit(F0<T> task) {
        return submit((Callable<T>) task);
    }

    /**
     * As {@link #submit(Runnable)}: what lambdas and method references are compiled to.
     *
     * @param task runs in a worker
     * @return gets null once the task has ended
     * @throws RejectedExecutionException after {@link #shutdown}, and when the session is closed
     * @throws UnserializableException when something that is captured cannot be stored
     */
    public Future<?> submit(Job task) {
        return submit((Runnable) task);
    }

    /**
     * As {@link #submit(Runnable, Object)}: what lambdas and method references are compiled to.
     *
     * @param <T> type of the result
     * @param task runs in a worker
     * @param result stays here
     * @return gets that very result once the task has ended
     * @throws RejectedExecutionException after {@link #shutdown}, and when the session is closed
     * @throws UnserializableException when something that is captured cannot be stored
     */
    public <T extends @Nullable Object> Future<T> submit(Job task, T result) {
        return submit((Runnable) task, result);
    }

    /**
     * As {@link #execute(Runnable)}: what lambdas and method references are compiled to.
     *
     * @param task runs in a worker
     * @throws RejectedExecutionException after {@link #shutdown}, and when the session is closed
     * @throws UnserializableException when something that is captured cannot be stored
     */
    public void execute(Job task) {
        execute((Runnable) task);
    }

    /**
     * Runs a task in a worker.
     *
     * @param task a lambda, or an object of a class that can be stored
     * @throws RejectedExecutionException after {@link #shutdown}, and when the session is closed
     * @throws UnserializableException when it cannot be stored, or is of use in this process alone
     */
    @Override
    public void execute(Runnable task) {
        RemoteTask<?> last = made.get();
        made.remove();
        if (task instanceof RemoteTask<?> own && own.isOf(this)) {
            start(own, null);
        } else if (last != null && task.getClass().getEnclosingClass() == ExecutorCompletionService.class) {
            start(
                    last,
                    task); // It wraps what it has just had made, and queues that once it is run: when that has ended.
        } else if (task instanceof Future || task instanceof CompletableFuture.AsynchronousCompletionTask) {
            throw new UnserializableException(
                    "a " + task.getClass().getName() + " completes an object of this process and cannot run in a"
                            + " worker: submit what it calls, or use"
                            + " Atoll.task(...).remote().toCompletableFuture()");
        } else {
            start(RemoteTask.executed(this, Objects.requireNonNull(task, "task")), null);
        }
    }

    @Override
    protected <T extends @Nullable Object> RunnableFuture<T> newTaskFor(Callable<T> task) {
        return noted(RemoteTask.of(this, task));
    }

    @Override
    protected <T extends @Nullable Object> RunnableFuture<T> newTaskFor(Runnable task, T result) {
        return noted(RemoteTask.of(this, task, result));
    }

    private <T extends @Nullable Object> RemoteTask<T> noted(RemoteTask<T> task) {
        made.set(task);
        return task;
    }

    /**
     * Submits a task.
     *
     * @param watcher is run in this process once the task has ended; null for nobody
     */
    private void start(RemoteTask<?> task, @Nullable Runnable watcher) {
        pending.add(task); // Before the look at the flag: shutdownNow sees it, or this sees the flag.
        boolean started = false;
        try {
            if (isShutdown || !Runtimes.isRunning() || Runtimes.current() != runtime) {
                throw new RejectedExecutionException("task " + task + " is rejected: "
                        + (isShutdown ? this + " is shut down" : "the session is closed"));
            }
            task.start(watcher);
            started = true;
        } finally {
            if (!started) {
                pending.remove(task);
            }
        }
    }

    <T extends @Nullable Object> ObjectRef<T> submitted(Object function) {
        return runtime.submit(new TaskRequest(function, new Object[0], resources, RETRIES, null));
    }

    AtollRuntime runtime() {
        return runtime;
    }

    /** A task has ended, or its session has. */
    void ended(RemoteTask<?> task) {
        pending.remove(task);
        if (pending.isEmpty()) {
            synchronized (pending) {
                pending.notifyAll();
            }
        }
    }

    // ---- several at once

    @Override
    public <T extends @Nullable Object> T invokeAny(Collection<? extends Callable<T>> tasks)
            throws InterruptedException, ExecutionException {
        try {
            return any(tasks, null);
        } catch (TimeoutException e) {
            throw new AssertionError("there was no time to be over", e);
        }
    }

    @Override
    public <T extends @Nullable Object> T invokeAny(
            Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        return any(tasks, RemoteTask.duration(timeout, unit));
    }

    /** Waits as a task has to, which the queue of a completion service does not. */
    private <T extends @Nullable Object> T any(Collection<? extends Callable<T>> tasks, @Nullable Duration timeout)
            throws InterruptedException, ExecutionException, TimeoutException {
        if (tasks.isEmpty()) {
            throw new IllegalArgumentException("invokeAny of no tasks");
        }
        long startedAt = System.nanoTime();
        List<RemoteTask<T>> open = new ArrayList<>(tasks.size());
        try {
            for (Callable<T> task : tasks) {
                RemoteTask<T> started = RemoteTask.of(this, task);
                start(started, null);
                open.add(started);
            }
            ExecutionException failure = null;
            while (!open.isEmpty()) {
                WaitResult<T> found = waitFor(refs(open), 1, timeout, startedAt);
                if (found.ready().isEmpty()) {
                    throw new TimeoutException("none of " + open.size() + " tasks has succeeded in " + timeout);
                }
                for (RemoteTask<T> task : List.copyOf(open)) {
                    if (task.isDone()) {
                        open.remove(task);
                        try {
                            return task.get();
                        } catch (ExecutionException e) {
                            failure = e;
                        }
                    }
                }
            }
            throw failure;
        } finally {
            open.forEach(task -> task.cancel(true));
        }
    }

    private static <T extends @Nullable Object> List<ObjectRef<T>> refs(Collection<RemoteTask<T>> tasks) {
        return tasks.stream().map(RemoteTask::ref).toList();
    }

    private static <T extends @Nullable Object> WaitResult<T> waitFor(
            List<ObjectRef<T>> refs, int wanted, @Nullable Duration timeout, long startedAt)
            throws InterruptedException {
        try {
            return timeout == null
                    ? Atoll.wait(refs, wanted)
                    : Atoll.wait(refs, wanted, timeout.minusNanos(System.nanoTime() - startedAt));
        } catch (CallInterruptedException e) {
            throw RemoteTask.interrupted(e);
        }
    }

    // ---- its end

    @Override
    public void shutdown() {
        isShutdown = true;
    }

    /**
     * Takes no more tasks, cancels those that have not begun, and interrupts those that run.
     *
     * @return what had not begun: a task given to {@code execute} as it was given, any other as its future, which is
     *     cancelled and whose {@code run} does nothing
     */
    @Override
    public List<Runnable> shutdownNow() {
        shutdown();
        List<Runnable> never = new ArrayList<>();
        List<RemoteTask<?>> begun = new ArrayList<>();
        for (RemoteTask<?> task : pending) {
            if (task.cancelQueued()) {
                never.add(task.asGiven());
            } else {
                begun.add(task);
            }
        }
        begun.forEach(RemoteTask::interrupt); // Not before, else one that is queued takes its place.
        return never;
    }

    @Override
    public boolean isShutdown() {
        return isShutdown;
    }

    @Override
    public boolean isTerminated() {
        return isShutdown && pending.isEmpty();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        Duration limit = RemoteTask.duration(timeout, unit);
        long startedAt = System.nanoTime();
        while (!isTerminated()) {
            Duration left = limit.minusNanos(System.nanoTime() - startedAt);
            if (left.isNegative() || left.isZero()) {
                return false;
            }
            List<ObjectRef<Object>> refs = pendingRefs();
            if (isShutdown && Runtimes.isRunning() && Runtimes.current() == runtime) {
                waitFor(refs, refs.size(), limit, startedAt);
            }
            synchronized (pending) {
                if (!isTerminated()) {
                    pending.wait(Math.min(NOTING_MILLIS, left.toMillis() + 1));
                }
            }
        }
        return true;
    }

    @SuppressWarnings("unchecked")
    private List<ObjectRef<Object>> pendingRefs() {
        List<ObjectRef<Object>> refs = new ArrayList<>();
        for (RemoteTask<?> task : pending) {
            if (task.ref() != null) {
                refs.add((ObjectRef<Object>) task.ref());
            }
        }
        return refs;
    }

    /**
     * Takes no more tasks and waits until all have ended. When this thread is interrupted meanwhile that is {@link
     * #shutdownNow}, and the flag is set again in the end.
     */
    @Override
    public void close() {
        shutdown();
        boolean interrupted = false;
        for (boolean over = isTerminated(); !over; ) {
            try {
                over = awaitTermination(1, TimeUnit.DAYS);
            } catch (InterruptedException e) {
                interrupted = true;
                shutdownNow();
            } catch (AtollException | IllegalStateException e) {
                over = isTerminated(); // The session is closed, which ends all of them.
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        String state = isTerminated() ? "terminated" : isShutdown ? "shut down" : "running";
        return "AtollExecutor(" + resources + " a task, " + state + ", " + pending.size() + " tasks not ended)";
    }
}
