package io.atoll.concurrent;

import io.atoll.RunCall;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A call of a function that emits items, made by {@link io.atoll.Atoll#stream}: say what it needs, then start it with {@link
 * #remote}. Each further {@code remote} starts it once more. Not thread-safe.
 *
 * @param <T> type of the items
 * @since 0.1
 */
public final class StreamCall<T extends @Nullable Object> {
    private static final int USUAL_WINDOW = 16;

    private final RunCall call;
    private int window = USUAL_WINDOW;

    private StreamCall(RunCall call) {
        this.call = Objects.requireNonNull(call, "call");
    }

    /**
     * What {@link io.atoll.Atoll#stream} calls.
     *
     * @param <T> type of the items
     * @param call whose last argument stands for the emitter
     * @return not started yet
     */
    public static <T extends @Nullable Object> StreamCall<T> of(RunCall call) {
        return new StreamCall<>(call);
    }

    /**
     * How far the function may be ahead of who reads; 16 items if this is not called.
     *
     * @param items that are stored and have not been taken from the stream, at most; 1 or more
     * @return this
     * @throws IllegalArgumentException when there is no such number
     */
    public StreamCall<T> window(int items) {
        if (items < 1) {
            throw new IllegalArgumentException("window: " + items + " asked; it takes 1 or more");
        }
        window = items;
        return this;
    }

    /**
     * As {@link RunCall#numCpus}.
     *
     * @param cpus fractions down to a ten-thousandth, or 0
     * @return this
     */
    public StreamCall<T> numCpus(double cpus) {
        call.numCpus(cpus);
        return this;
    }

    /**
     * As {@link RunCall#resource}.
     *
     * @param resourceName one that the node has
     * @param quantity fractions down to a ten-thousandth, or 0
     * @return this
     */
    public StreamCall<T> resource(String resourceName, double quantity) {
        call.resource(resourceName, quantity);
        return this;
    }

    /**
     * How often the function is begun anew when its worker dies, or for what {@link #retryOn} names; 3 if this is not
     * called. It emits from the first item on, then: those that are stored stay, and what it emits in their place is thrown
     * away.
     *
     * @param count 0 or more
     * @return this
     */
    public StreamCall<T> retries(int count) {
        call.retries(count);
        return this;
    }

    /**
     * As {@link RunCall#retryOn}.
     *
     * @param exceptions in the place of those of an earlier call
     * @return this
     */
    @SafeVarargs
    public final StreamCall<T> retryOn(Class<? extends Throwable>... exceptions) {
        call.retryOn(exceptions);
        return this;
    }

    /**
     * As {@link RunCall#backoff}.
     *
     * @param first before the first retry
     * @param longest where doubling it ends
     * @return this
     */
    public StreamCall<T> backoff(Duration first, Duration longest) {
        call.backoff(first, longest);
        return this;
    }

    /**
     * As {@link RunCall#timeout}, waiting for who reads included.
     *
     * @param time more than zero
     * @return this
     */
    public StreamCall<T> timeout(Duration time) {
        call.timeout(time);
        return this;
    }

    /**
     * As {@link RunCall#in}.
     *
     * @param environment of the workers
     * @return this
     */
    public StreamCall<T> in(WorkerEnvironment environment) {
        call.in(environment);
        return this;
    }

    /**
     * As {@link RunCall#name}.
     *
     * @param taskName any text
     * @return this
     */
    public StreamCall<T> name(String taskName) {
        call.name(taskName);
        return this;
    }

    /**
     * Starts the task and returns at once.
     *
     * @return to read from while it runs
     */
    public RefStream<T> remote() {
        return call.remoteStream(window);
    }
}
