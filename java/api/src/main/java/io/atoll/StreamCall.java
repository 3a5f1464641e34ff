package io.atoll;

import io.atoll.concurrent.RefStream;
import org.jspecify.annotations.Nullable;

/**
 * A call of a function that emits items, made by {@link Atoll#stream}: say what it needs, then start it with {@link #remote}.
 * Each further {@code remote} starts it once more. Not thread-safe.
 *
 * @param <T> type of the items
 * @since 0.1
 */
public final class StreamCall<T extends @Nullable Object> extends Call<StreamCall<T>> {
    private static final int USUAL_WINDOW = 16;

    private int window = USUAL_WINDOW;

    /** @param arguments of which one stands for the emitter */
    StreamCall(Object function, @Nullable Object[] arguments) {
        super(function, arguments);
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
     * How often the function is begun anew when its worker dies, or for what {@link #retryOn} names; 3 if this is not
     * called. It emits from the first item on, then: those that are stored stay, and what it emits in their place is thrown
     * away.
     *
     * @param count 0 or more
     * @return this
     * @throws IllegalArgumentException when negative
     */
    @Override
    public StreamCall<T> retries(int count) {
        return super.retries(count);
    }

    /**
     * Starts the task and returns at once, as {@link TaskCall#remote}. The time of {@link #timeout} includes waiting for who
     * reads.
     *
     * @return to read from while it runs
     */
    public RefStream<T> remote() {
        return options().submitStream(function(), arguments(), window);
    }

    @Override
    StreamCall<T> self() {
        return this;
    }
}
