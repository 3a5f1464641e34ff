package io.atoll.internal.memory;

import io.atoll.internal.store.ObjectStore;
import org.jspecify.annotations.Nullable;

/** Where a task writes its result in place. The task's own thread. */
public interface ResultPlace {
    /**
     * Begins the object that is the result of the task which runs on the calling thread.
     *
     * @throws IllegalStateException when it runs none, or that has begun its result already
     */
    InPlace beginResult(long size, long tag);

    /** The same when there is room for it now; null, and nothing is begun, when somebody would have to wait for that. */
    @Nullable
    InPlace tryBeginResult(long size, long tag);

    /** A result on its way. Nobody but the task that began it has it. */
    interface InPlace {
        /** Closing it gives the result up: another one may be begun then, or returned. */
        ObjectStore.Creation creation();

        /** When the task returns this very value, the object is sealed, and the value closed. */
        void handOver(AutoCloseable value);
    }
}
