package io.atoll;

import io.atoll.spi.UserThrowables;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A ref as a {@link Future}. Any thread.
 *
 * @param <T> type of the value
 */
final class RefFuture<T> implements Future<T> {
    private final ObjectRef<T> ref;

    RefFuture(ObjectRef<T> ref) {
        this.ref = ref;
    }

    /** A task cannot be cancelled. */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        return false;
    }

    @Override
    public boolean isCancelled() {
        return false;
    }

    @Override
    public boolean isDone() {
        return ref.isReady();
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        try {
            return ref.get();
        } catch (TaskException e) {
            throw failed(e);
        } catch (CallInterruptedException e) {
            throw interrupted(e);
        }
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        try {
            return ref.get(Duration.of(timeout, unit.toChronoUnit()));
        } catch (TaskException e) {
            throw failed(e);
        } catch (CallInterruptedException e) {
            throw interrupted(e);
        } catch (GetTimeoutException e) {
            throw (TimeoutException) new TimeoutException(e.getMessage()).initCause(e);
        }
    }

    private static ExecutionException failed(TaskException e) {
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
