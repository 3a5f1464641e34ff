package io.atoll;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call of a function that returns a value, made by {@link Atoll#task}: say what it needs, then start it with
 * {@link #remote}. Not thread-safe.
 *
 * @param <R> type of the result
 * @since 0.1
 */
public final class TaskCall<R extends @Nullable Object> extends Call<TaskCall<R>, R> {
    /** Their ids travel in the call. */
    private static final int MOST_RESULTS = 1000;

    TaskCall(Object function, @Nullable Object[] arguments) {
        super(function, arguments);
    }

    /**
     * Starts a task whose function returns several results: a list, a collection or an array of objects, each element of which
     * is one. Each has its own ref, and is there as soon as it is stored. When the task fails each of them has failed.
     *
     * @param <T> type of the elements
     * @param count how many the function returns, 1 to 1000; a task that returns another number fails
     * @return the refs, in their order
     * @throws IllegalArgumentException when there is no such number
     * @throws IllegalStateException as {@link #remote}
     */
    public <T extends @Nullable Object> List<ObjectRef<T>> remoteEach(int count) {
        if (count < 1 || count > MOST_RESULTS) {
            throw new IllegalArgumentException(
                    "remoteEach: " + count + " results asked; it takes 1 to " + MOST_RESULTS);
        }
        return options().submitEach(function(), arguments(), count);
    }

    /**
     * Starts a task whose function returns a {@link java.util.concurrent.CompletionStage}, whose value is the result: the
     * function returns at once, no thread waits for that, and the CPU of the task is free for others until then. Cancelling
     * the task cancels what it has returned.
     *
     * @param <T> type of the value
     * @return the ref of the value
     * @throws IllegalStateException as {@link #remote}
     */
    @SuppressWarnings("unchecked")
    public <T extends @Nullable Object> ObjectRef<T> remoteAsync() {
        return (ObjectRef<T>) remote();
    }

    @Override
    TaskCall<R> self() {
        return this;
    }
}
