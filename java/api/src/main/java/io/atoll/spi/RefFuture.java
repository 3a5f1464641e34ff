package io.atoll.spi;

import io.atoll.CallInterruptedException;
import io.atoll.GetTimeoutException;
import io.atoll.ObjectRef;
import io.atoll.TaskCancelledException;
import io.atoll.TaskException;
import io.atoll.concurrent.Cancel;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A ref as a {@link Future}. Any thread.
 *
 * @param <T> type of the value
 */
public final class RefFuture<T extends @Nullable Object> implements Future<T> {
    private final ObjectRef<T> ref;
    private volatile boolean cancelled;

    /** @param ref whose value it will have */
    public RefFuture(ObjectRef<T> ref) {
        this.ref = ref;
    }

    /** Cancels a task that has not begun; one that runs if it may be interrupted. */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean done = ref.cancel(mayInterruptIfRunning ? Cancel.INTERRUPT : Cancel.QUEUED);
        cancelled |= done;
        return done;
    }

    /** By this future, or as its get has found out. */
    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public boolean isDone() {
        return cancelled || ref.isReady();
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        throwIfCancelled();
        try {
            return ref.get();
        } catch (TaskException e) {
            throw failed(e);
        } catch (ClassCastException e) {
            throw new ExecutionException(e.getMessage(), e);
        } catch (CallInterruptedException e) {
            throw interrupted(e);
        }
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        throwIfCancelled();
        try {
            return ref.get(Duration.ofNanos(unit.toNanos(timeout)));
        } catch (TaskException e) {
            throw failed(e);
        } catch (ClassCastException e) {
            throw new ExecutionException(e.getMessage(), e);
        } catch (CallInterruptedException e) {
            throw interrupted(e);
        } catch (GetTimeoutException e) {
            throw (TimeoutException) new TimeoutException(e.getMessage()).initCause(e);
        }
    }

    /** It may still run to its end. */
    private void throwIfCancelled() {
        if (cancelled) {
            throw new CancellationException(this + " was cancelled");
        }
    }

    private ExecutionException failed(TaskException e) {
        if (e instanceof TaskCancelledException) {
            cancelled = true;
            throw (CancellationException) new CancellationException(e.getMessage()).initCause(e);
        }
        if (e.getCause() == null) {
            return new ExecutionException(e);
        }
        ExecutionException failed = new ExecutionException(UserThrowables.text(e.getCause()), e.getCause());
        failed.addSuppressed(e);
        return failed;
    }

    /** The one clears the flag, the other has set it. */
    private static InterruptedException interrupted(CallInterruptedException e) {
        Thread.interrupted();
        return (InterruptedException) new InterruptedException(e.getMessage()).initCause(e);
    }

    @Override
    public String toString() {
        return "Future(" + ref + ")";
    }
}
