package io.atoll.internal.runtime;

import io.atoll.ObjectId;
import io.atoll.StoreException;
import io.atoll.TaskCancelledException;
import io.atoll.TaskException;
import io.atoll.internal.memory.ArrowNames;
import io.atoll.internal.memory.Encoded;
import io.atoll.spi.UserThrowables;
import io.atoll.store.ObjectStore;
import java.lang.ref.Reference;

/** Writes what tasks return and throw into objects that are expected. Any thread. */
final class ResultWriter {
    private final WorkerRuntime runtime;

    ResultWriter(WorkerRuntime runtime) {
        this.runtime = runtime;
    }

    /** The value, or why it cannot be stored. */
    void storeOrFail(Run run, ObjectId result, Object value) {
        try {
            store(result, value);
        } catch (Throwable thrown) {
            putError(run, result, run.failure(thrown));
        }
    }

    /** A new object, to which the caller has a reference. */
    ObjectId put(Object value) {
        return store(null, value);
    }

    /**
     * A task gives away what it returns. Two tasks may have returned one table, by mistake: the second is told that it is
     * closed, and does not write what the first frees.
     */
    ObjectId store(ObjectId result, Object value) {
        if (value == null || !ArrowNames.isArrow(value.getClass())) {
            return storeAndClose(result, value);
        } else {
            synchronized (value) {
                return storeAndClose(result, value);
            }
        }
    }

    private ObjectId storeAndClose(ObjectId result, Object value) {
        Encoded encoded = runtime.codec.encode(value);
        try {
            return runtime.writer.write(result, encoded);
        } finally {
            encoded.closeValue();
            Reference.reachabilityFence(value); // its refs hold what the result names, until that does so itself
        }
    }

    void putError(Run run, ObjectId result, TaskException failure) {
        if (!(failure instanceof TaskCancelledException)) {
            runtime.ring.tellFailedWith(run.task, result, run.name, failure);
        }
        putError(result, failure);
    }

    private void putError(ObjectId result, TaskException failure) {
        try {
            runtime.codec.putError(result, failure);
        } catch (Throwable second) {
            if (isSealed(result)) {
                return;
            }
            try {
                runtime.codec.putError(
                        result,
                        new TaskException(
                                failure.getMessage() + ", which cannot be stored: " + UserThrowables.text(second),
                                failure.taskName(),
                                failure.workerPid(),
                                failure.attempt(),
                                null));
            } catch (Throwable third) {
                if (!isSealed(result)) {
                    // Somebody waits for this: the scheduler keeps it where it needs no room.
                    runtime.ring.tellFailure(
                            result,
                            failure.attempt(),
                            failure.taskName(),
                            failure.getMessage() + ", which cannot be stored: " + third);
                }
            }
        }
    }

    boolean isSealed(ObjectId result) {
        try {
            return runtime.store.state(result) != ObjectStore.State.EXPECTED;
        } catch (StoreException | IllegalStateException e) {
            return true; // Gone: nobody waits.
        }
    }
}
