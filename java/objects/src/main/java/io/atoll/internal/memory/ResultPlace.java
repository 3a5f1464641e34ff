package io.atoll.internal.memory;

import io.atoll.internal.store.ObjectStore;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where a task writes its result in place. The task's own thread. */
public interface ResultPlace {
    /**
     * Begins the object that is the result of the task which runs on the calling thread.
     *
     * @throws IllegalStateException when it runs none, or that has begun its result already
     */
    default InPlace beginResult(long size, long tag) {
        return Objects.requireNonNull(beginResult(size, tag, true));
    }

    /**
     * The same.
     *
     * @param mayWait for room; else it is null, and nothing is begun, when there is none now
     */
    @Nullable
    InPlace beginResult(long size, long tag, boolean mayWait);

    /** A result on its way. Nobody but the task that began it has it. */
    interface InPlace {
        /** Closing it gives the result up: another one may be begun then, or returned. */
        ObjectStore.Creation creation();

        /** When the task returns this very value, the object is sealed, and the value closed. */
        void handOver(AutoCloseable value);
    }
}
