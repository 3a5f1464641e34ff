package io.atoll;

import org.jspecify.annotations.Nullable;

/**
 * A call of a function that returns a value, made by {@link Atoll#task}: say what it needs, then start it with
 * {@link #remote}. Not thread-safe.
 *
 * @param <R> type of the result
 * @since 0.1
 */
public final class TaskCall<R extends @Nullable Object> extends Call<TaskCall<R>, R> {
    TaskCall(Object function, @Nullable Object[] arguments) {
        super(function, arguments);
    }

    @Override
    TaskCall<R> self() {
        return this;
    }
}
