package io.atoll.concurrent;

import io.atoll.CallInterruptedException;
import io.atoll.ObjectRef;
import io.atoll.TaskCancelledException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A task of an {@link AtollExecutor}. Its {@code run} does nothing: a worker runs what it stands for. Any thread.
 *
 * @param <T> type of what get returns
 */
final class RemoteTask<T extends @Nullable Object> implements RunnableFuture<T> {
    private final AtollExecutor executor;
    /** What a worker calls. */
    private final Object function;
    /** What get returns instead of what the function does, where that is known. */
    private final @Nullable T known;

    private final boolean isKnown;
    /** Given to execute: nobody gets it. */
    private final boolean isLonely;

    private volatile @Nullable ObjectRef<T> ref; // null until it is started
    private volatile boolean cancelled;
    private volatile boolean ended;
    /** Threads in get, which a cancel interrupts; guarded by this. */
    private final List<Thread> getting = new ArrayList<>(1);

    private boolean interrupted; // whether a cancel has interrupted those; guarded by this

    private RemoteTask(AtollExecutor executor, Object function, @Nullable T known, boolean isKnown, boolean isLonely) {
        this.executor = executor;
        this.function = Objects.requireNonNull(function, "task");
        this.known = known;
        this.isKnown = isKnown;
        this.isLonely = isLonely;
    }

    static <T extends @Nullable Object> RemoteTask<T> of(AtollExecutor executor, Callable<T> function) {
        return new RemoteTask<>(executor, function, null, false, false);
    }

    static <T extends @Nullable Object> RemoteTask<T> of(AtollExecutor executor, Runnable function, T known) {
        return new RemoteTask<>(executor, function, known, true, false);
    }

    static RemoteTask<@Nullable Void> executed(AtollExecutor executor, Runnable function) {
        return new RemoteTask<>(executor, function, null, true, true);
    }

    boolean isOf(AtollExecutor other) {
        return executor == other;
    }

    /** Null before it is started. */
    @Nullable
    ObjectRef<T> ref() {
        return ref;
    }

    private ObjectRef<T> started() {
        return Objects.requireNonNull(ref, "ref");
    }

    /** What the user gave to execute, else this. */
    Runnable asGiven() {
        return isLonely ? (Runnable) function : this;
    }

    void start(@Nullable Runnable watcher) {
        if (!cancelled) { // It may be held back until others have ended: by then it may be so.
            ObjectRef<T> submitted = executor.submitted(function);
            if (!begin(submitted)) {
                submitted.cancel();
            } else {
                executor.runtime().whenReady(submitted, () -> ended(watcher));
                return;
            }
        }
        throw new RejectedExecutionException("task " + this + " is rejected: its executor was shut down meanwhile");
    }

    /** False when it was cancelled before it could be submitted. */
    private synchronized boolean begin(ObjectRef<T> submitted) {
        if (cancelled) {
            return false;
        }
        ref = submitted;
        return true;
    }

    private void ended(@Nullable Runnable watcher) {
        ended = true;
        try {
            if (watcher != null) {
                watcher.run();
            } else if (isLonely) {
                tellFailure();
            }
        } finally {
            executor.ended(this);
        }
    }

    private void tellFailure() {
        try {
            started().get(Duration.ZERO);
        } catch (TaskCancelledException | IllegalStateException e) {
            // By shutdownNow; or the session is closed.
        } catch (RuntimeException e) {
            Thread here = Thread.currentThread();
            here.getUncaughtExceptionHandler().uncaughtException(here, e);
        }
    }

    /** Of a completion service, once the task has ended. */
    @Override
    public void run() {}

    // ---- as a future

    @Override
    public T get() throws InterruptedException, ExecutionException {
        try {
            return value(null);
        } catch (TimeoutException e) {
            throw new AssertionError("there was no time to be over", e);
        }
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        return value(duration(timeout, unit));
    }

    @SuppressWarnings("NullAway") // where T may be null
    private T value(@Nullable Duration timeout) throws InterruptedException, ExecutionException, TimeoutException {
        enter();
        try {
            Future<T> future = started().asFuture();
            T value = timeout == null ? future.get() : future.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            return isKnown ? known : value;
        } catch (CancellationException e) {
            cancelled = true; // By somebody else who has the ref.
            throw e;
        } finally {
            leave();
        }
    }

    private synchronized void enter() {
        throwIfCancelled();
        getting.add(Thread.currentThread());
    }

    /** A cancel meanwhile has interrupted this thread, which is to know nothing of it. */
    private synchronized void leave() {
        getting.remove(Thread.currentThread());
        if (interrupted) {
            Thread.interrupted();
            throwIfCancelled();
        }
    }

    private void throwIfCancelled() {
        if (cancelled) {
            throw new CancellationException(this + " was cancelled");
        }
    }

    /** One that has not begun never will; one that runs is interrupted if it may be, and nobody gets what it returns. */
    @Override
    public synchronized boolean cancel(boolean mayInterruptIfRunning) {
        if (isDone()) {
            return false;
        }
        cancelNow();
        if (ref != null) {
            ref.cancel(mayInterruptIfRunning ? Cancel.INTERRUPT : Cancel.QUEUED);
        }
        return true;
    }

    /** Cancels it if it was submitted and has not begun; false when there was nothing to cancel. */
    synchronized boolean cancelQueued() {
        if (cancelled || (ref != null && !ref.cancel(Cancel.QUEUED))) {
            return false;
        }
        cancelNow();
        return ref != null;
    }

    /** Has one that runs interrupted; its future is cancelled once that has ended, whatever it returns. */
    synchronized void interrupt() {
        if (ref != null && !isDone()) {
            ref.cancel(Cancel.INTERRUPT);
        }
    }

    private void cancelNow() {
        cancelled = true;
        interrupted = !getting.isEmpty();
        getting.forEach(Thread::interrupt);
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public boolean isDone() {
        return cancelled || ended || (ref != null && ref.isReady());
    }

    static Duration duration(long timeout, TimeUnit unit) {
        return Duration.ofNanos(unit.toNanos(timeout)); // Which stops at 292 years.
    }

    /** The one clears the flag, the other has set it. */
    static InterruptedException interrupted(CallInterruptedException e) {
        Thread.interrupted();
        return (InterruptedException) new InterruptedException(e.getMessage()).initCause(e);
    }

    @Override
    public String toString() {
        String state = cancelled ? "cancelled" : ref == null ? "not submitted" : isDone() ? "done" : "not done";
        return "RemoteTask(" + function.getClass().getName() + ", " + state + ")";
    }
}
