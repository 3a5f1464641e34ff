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
public final class TaskCall<R extends @Nullable Object> extends Call<TaskCall<R>> {
    /** Their ids travel in the call. */
    private static final int MOST_RESULTS = 1000;

    TaskCall(Object function, @Nullable Object[] arguments) {
        super(function, arguments);
    }

    /**
     * Starts the task and returns at once, unless the node has as many unfinished tasks as it may have ({@link
     * AtollOptions.Builder#maxUnfinishedTasks}): then it waits until one has ended. Each further call starts it once more.
     *
     * @return the ref of its result
     * @throws CallInterruptedException when the calling thread is interrupted while it waits for that
     * @throws IllegalStateException when Atoll is not running in this process, or a ref is closed
     * @throws UnserializableException when the function captures or an argument is something that cannot be stored
     * @throws ObjectStoreFullException when a large argument does not fit in the store
     */
    public ObjectRef<R> remote() {
        return options().submit(function(), arguments());
    }

    /** As its function returns several. */
    <T extends @Nullable Object> List<ObjectRef<T>> remoteParts(int count) {
        if (count < 1 || count > MOST_RESULTS) {
            throw new IllegalArgumentException(
                    "remoteEach: " + count + " results asked; it takes 1 to " + MOST_RESULTS);
        }
        return options().submitEach(function(), arguments(), count);
    }

    @Override
    TaskCall<R> self() {
        return this;
    }
}
