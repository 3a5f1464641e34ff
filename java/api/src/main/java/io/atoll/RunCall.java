package io.atoll;

import io.atoll.concurrent.RefStream;
import org.jspecify.annotations.Nullable;

/**
 * A call of a function that returns nothing, made by {@link Atoll#run}: say what it needs, then start it with
 * {@link #remote}. The get of its ref returns null, once it has ended, or throws what it threw. Not thread-safe.
 *
 * @since 0.1
 */
public final class RunCall extends Call<RunCall, @Nullable Void> {
    RunCall(Object function, @Nullable Object[] arguments) {
        super(function, arguments);
    }

    /**
     * What {@link io.atoll.concurrent.StreamCall#remote} calls: starts a task whose last argument stands for an emitter.
     *
     * @param <T> type of the items
     * @param window how many items may be stored and not read
     * @return to read from while it runs
     * @throws IllegalStateException as {@link #remote}
     */
    public <T extends @Nullable Object> RefStream<T> remoteStream(int window) {
        return options().submitStream(function(), arguments(), window);
    }

    @Override
    RunCall self() {
        return this;
    }
}
