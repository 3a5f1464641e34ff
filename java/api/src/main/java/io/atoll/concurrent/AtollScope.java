package io.atoll.concurrent;

import io.atoll.Atoll;
import io.atoll.CallInterruptedException;
import io.atoll.GetTimeoutException;
import io.atoll.ObjectRef;
import io.atoll.RunCall;
import io.atoll.TaskCall;
import io.atoll.spi.Runtimes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that do not outlive a block of code: structured concurrency, in the words of the JDK's {@code StructuredTaskScope}.
 *
 * <pre>{@code
 * try (var scope = AtollScope.open(Joiner.<Double>allSuccessfulOrThrow(), o -> o.withTimeout(ofSeconds(30)))) {
 *     for (int i = 0; i < parts; ++i) {
 *         scope.fork(Atoll.task(Means::mean, shared, i));
 *     }
 *     return Atoll.get(scope.join());
 * }
 * }</pre>
 *
 * <p>What is left when the joiner has enough, the time is over or the block is left early is cancelled, with all that it has
 * submitted, and has ended when {@link #close} returns. A task that is cancelled itself cancels what it has forked. The
 * thread that opens a scope alone may use it.
 *
 * @param <T> a type that the values of all tasks have
 * @param <R> what {@link #join} returns
 * @since 0.1
 */
public final class AtollScope<T extends @Nullable Object, R extends @Nullable Object> implements AutoCloseable {
    private final Joiner<? super T, ? extends R> joiner;
    private final Configuration configuration;
    private final Thread owner = Thread.currentThread();
    private final long openedAt = System.nanoTime();
    /** Those that have not ended, as far as this has looked: refs of its own, since whoever has forked may close his. */
    private final List<ObjectRef<? extends T>> open = new ArrayList<>();

    private boolean isCancelled;
    private boolean isJoined;
    private boolean isClosed;

    private AtollScope(Joiner<? super T, ? extends R> joiner, Configuration configuration) {
        this.joiner = Objects.requireNonNull(joiner, "joiner");
        this.configuration = configuration;
    }

    /**
     * What a scope may be told when it is opened: how long after its opening join waits, and what becomes of tasks that run
     * then, or are left when the scope is closed. Immutable.
     *
     * @since 0.1
     */
    public static final class Configuration {
        private static final Configuration USUAL = new Configuration(null, Cancel.INTERRUPT);

        private final @Nullable Duration timeout;
        private final Cancel cancelling;

        private Configuration(@Nullable Duration timeout, Cancel cancelling) {
            this.timeout = timeout;
            this.cancelling = cancelling;
        }

        /**
         * With a time limit.
         *
         * @param time from the opening of the scope to the end of join
         * @return another configuration
         */
        public Configuration withTimeout(Duration time) {
            return new Configuration(Objects.requireNonNull(time, "time"), cancelling);
        }

        /**
         * With another way of cancelling than an interrupt.
         *
         * @param how {@link Cancel#FORCE} for tasks that heed no interrupt
         * @return another configuration
         */
        public Configuration withCancel(Cancel how) {
            return new Configuration(timeout, Objects.requireNonNull(how, "how"));
        }

        @Override
        public String toString() {
            return "timeout " + (timeout == null ? "none" : timeout) + ", cancelled by " + cancelling;
        }
    }

    /**
     * A scope without a time limit.
     *
     * @param <T> a type that the values of all tasks have
     * @param <R> what join returns
     * @param joiner a new one
     * @return to be closed by this thread
     */
    public static <T extends @Nullable Object, R extends @Nullable Object> AtollScope<T, R> open(
            Joiner<? super T, ? extends R> joiner) {
        return open(joiner, configuration -> configuration);
    }

    /**
     * A scope.
     *
     * @param <T> a type that the values of all tasks have
     * @param <R> what join returns
     * @param joiner a new one
     * @param configure what differs from a scope without a time limit
     * @return to be closed by this thread
     */
    public static <T extends @Nullable Object, R extends @Nullable Object> AtollScope<T, R> open(
            Joiner<? super T, ? extends R> joiner, UnaryOperator<Configuration> configure) {
        Objects.requireNonNull(configure, "configure");
        return new AtollScope<>(
                joiner, Objects.requireNonNull(configure.apply(Configuration.USUAL), "configure: what it returns"));
    }

    /**
     * Starts a task in the scope.
     *
     * @param <U> type of its value
     * @param call not started yet
     * @return its result; one that the scope does not need any more is cancelled
     * @throws IllegalStateException after join or close
     */
    public <U extends T> ObjectRef<U> fork(TaskCall<U> call) {
        Objects.requireNonNull(call, "call");
        checkOpen();
        return forked(call.remote());
    }

    /**
     * Starts a task that returns nothing in the scope.
     *
     * @param call not started yet
     * @return its end, whose value is null
     * @throws IllegalStateException after join or close
     */
    @SuppressWarnings("unchecked")
    public ObjectRef<@Nullable Void> fork(RunCall call) {
        Objects.requireNonNull(call, "call");
        checkOpen();
        return (ObjectRef<@Nullable Void>) forked((ObjectRef<? extends T>) (ObjectRef<?>) call.remote());
    }

    @SuppressWarnings("unchecked")
    private <U extends T> ObjectRef<U> forked(ObjectRef<U> ref) {
        ObjectRef<U> own = (ObjectRef<U>) Runtimes.current().adopt(ref.id());
        open.add(own);
        joiner.onFork(own);
        if (isCancelled) {
            own.cancel(configuration.cancelling);
        }
        return ref;
    }

    /**
     * Waits until all tasks have ended, or the joiner has enough. Once.
     *
     * @return what the joiner makes of them
     * @throws GetTimeoutException when the scope's time was over first; the tasks are cancelled then
     * @throws io.atoll.TaskException as the joiner says
     * @throws CallInterruptedException when this thread is interrupted
     * @throws IllegalStateException after join or close
     */
    public R join() {
        checkOpen();
        isJoined = true;
        while (!open.isEmpty() && !isCancelled) {
            awaitOne();
            takeEnded();
        }
        return joiner.result();
    }

    /** Or as many as end meanwhile. */
    private void awaitOne() {
        Duration timeout = configuration.timeout;
        if (timeout == null) {
            Atoll.wait(open, 1);
            return;
        }
        Duration left = timeout.minusNanos(System.nanoTime() - openedAt);
        if (Atoll.wait(open, 1, left).ready().isEmpty()) {
            cancel();
            throw new GetTimeoutException("of the tasks of a scope " + open.size() + " have not ended after " + timeout
                    + ", and are cancelled");
        }
    }

    private void takeEnded() {
        for (Iterator<ObjectRef<? extends T>> each = open.iterator(); each.hasNext() && !isCancelled; ) {
            ObjectRef<? extends T> ref = each.next();
            if (ref.isReady()) {
                each.remove();
                if (joiner.onComplete(ref)) {
                    cancel();
                }
            }
        }
    }

    /** Cancels what has not ended. What is forked afterwards is cancelled at once. */
    public void cancel() {
        checkOwner();
        isCancelled = true;
        open.forEach(ref -> ref.cancel(configuration.cancelling));
    }

    /**
     * Cancels what has not ended, and waits for its end. When this thread is interrupted meanwhile that ends the workers of
     * what is left, and the flag is set again in the end. Closing twice is fine.
     */
    @Override
    public void close() {
        checkOwner();
        if (isClosed) {
            return;
        }
        isClosed = true;
        cancel();
        boolean interrupted = false;
        while (!open.isEmpty()) {
            try {
                Atoll.wait(open, open.size());
                open.clear();
            } catch (CallInterruptedException e) {
                interrupted |= Thread.interrupted();
                open.removeIf(ObjectRef::isReady);
                open.forEach(ref -> ref.cancel(Cancel.FORCE));
            } catch (IllegalStateException e) {
                open.clear(); // The session is closed, which has ended all of them.
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void checkOpen() {
        checkOwner();
        if (isClosed || isJoined) {
            throw new IllegalStateException("the scope is " + (isClosed ? "closed" : "joined") + " already");
        }
    }

    private void checkOwner() {
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("the scope is of the thread " + owner.getName() + ", not of "
                    + Thread.currentThread().getName());
        }
    }

    @Override
    public String toString() {
        return "AtollScope(" + open.size() + " tasks not ended" + (isCancelled ? ", cancelled)" : ")");
    }
}
