package io.atoll;

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

    @Override
    RunCall self() {
        return this;
    }
}
