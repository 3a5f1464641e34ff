package io.atoll;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What became of a task: its value, or why there is none. From {@link ObjectRef#outcome}.
 *
 * @param <T> type of the value
 * @since 0.1
 */
public sealed interface Outcome<T extends @Nullable Object> {
    /**
     * There is a value.
     *
     * @param <T> type of the value
     * @param value may be null
     * @since 0.1
     */
    record Success<T extends @Nullable Object>(T value) implements Outcome<T> {}

    /**
     * There is none.
     *
     * @param <T> type of the value that there is not
     * @param exception what {@code get} throws
     * @since 0.1
     */
    record Failure<T extends @Nullable Object>(TaskException exception) implements Outcome<T> {
        /**
         * With its reason.
         *
         * @param exception what {@code get} throws
         */
        public Failure {
            Objects.requireNonNull(exception, "exception");
        }
    }

    /**
     * Whether there is a value.
     *
     * @return false for a {@link Failure}
     */
    default boolean isSuccess() {
        return this instanceof Success;
    }

    /**
     * The value, as {@code get} gives it.
     *
     * @return the value
     * @throws TaskException when there is none
     */
    default T orElseThrow() {
        if (this instanceof Failure<T> failure) {
            throw failure.exception();
        }
        return ((Success<T>) this).value();
    }
}
