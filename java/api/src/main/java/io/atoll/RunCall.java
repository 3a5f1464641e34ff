package io.atoll;

import org.jspecify.annotations.Nullable;

/**
 * A call of a function that returns nothing, made by {@link Atoll#run}: say what it needs, then start it with
 * {@link #remote}. The get of its ref returns null, once it has ended, or throws what it threw. Not thread-safe.
 *
 * @since 0.1
 */
public final class RunCall extends Call<RunCall> {
    RunCall(Object function, @Nullable Object[] arguments) {
        super(function, arguments);
    }

    /**
     * Starts the task and returns at once, unless the node has as many unfinished tasks as it may have ({@link
     * AtollOptions.Builder#maxUnfinishedTasks}): then it waits until one has ended. Each further call starts it once more.
     *
     * @return the ref of its end
     * @throws CallInterruptedException when the calling thread is interrupted while it waits for that
     * @throws IllegalStateException when Atoll is not running in this process, or a ref is closed
     * @throws UnserializableException when the function captures or an argument is something that cannot be stored
     * @throws ObjectStoreFullException when a large argument does not fit in the store
     */
    public ObjectRef<@Nullable Void> remote() {
        return options().submit(function(), arguments());
    }

    @Override
    RunCall self() {
        return this;
    }
}
