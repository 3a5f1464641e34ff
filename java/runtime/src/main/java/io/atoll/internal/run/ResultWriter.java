package io.atoll.internal.run;

import io.atoll.ObjectId;
import io.atoll.StoreException;
import io.atoll.TaskCancelledException;
import io.atoll.TaskException;
import io.atoll.internal.call.ObjectWriter;
import io.atoll.internal.memory.ArrowNames;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.node.UpRing;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.store.ObjectStore;
import io.atoll.spi.UserThrowables;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/** Writes what tasks return and throw into objects that are expected. Any thread. */
public final class ResultWriter {
    private final ObjectStore store;
    private final ObjectCodec codec;
    private final ObjectWriter writer;
    private final UpRing ring;

    public ResultWriter(ObjectStore store, ObjectCodec codec, ObjectWriter writer, UpRing ring) {
        this.store = store;
        this.codec = codec;
        this.writer = writer;
        this.ring = ring;
    }

    /** The value, or why it cannot be stored. */
    public void storeOrFail(Run run, ObjectId result, @Nullable Object value) {
        try {
            store(result, value);
        } catch (Throwable thrown) {
            putError(run, result, run.failure(thrown));
        }
    }

    /** A new object, to which the caller has a reference. */
    public ObjectId put(@Nullable Object value) {
        return store(null, value);
    }

    /**
     * A task gives away what it returns. Two tasks may have returned one table, by mistake: the second is told that it is
     * closed, and does not write what the first frees.
     */
    ObjectId store(@Nullable ObjectId result, @Nullable Object value) {
        if (value == null || !ArrowNames.isArrow(value.getClass())) {
            return storeAndClose(result, value);
        } else {
            synchronized (value) {
                return storeAndClose(result, value);
            }
        }
    }

    private ObjectId storeAndClose(@Nullable ObjectId result, @Nullable Object value) {
        Encoded encoded = codec.encode(value);
        try {
            return writer.write(result, encoded);
        } finally {
            encoded.closeValue();
            Reference.reachabilityFence(value); // its refs hold what the result names, until that does so itself
        }
    }

    public void putError(Run run, ObjectId result, TaskException failure) {
        if (!(failure instanceof TaskCancelledException)) {
            ring.tellFailedWith(run.task, result, run.name, failure);
        }
        putError(result, failure);
    }

    private void putError(ObjectId result, TaskException failure) {
        try {
            codec.putError(result, failure);
        } catch (Throwable second) {
            if (isSealed(result)) {
                return;
            }
            try {
                codec.putErrorNow( // It has been waited for room.
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
                    ring.tellFailure(
                            result,
                            failure.attempt(),
                            failure.taskName(),
                            failure.getMessage() + ", which cannot be stored: " + third);
                }
            }
        }
    }

    public boolean isSealed(ObjectId result) {
        try {
            return store.state(result) != ObjectStore.State.EXPECTED;
        } catch (StoreException | IllegalStateException e) {
            return true; // Gone: nobody waits.
        }
    }
}
