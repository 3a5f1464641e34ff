package io.atoll.internal.run;

import io.atoll.ObjectId;
import io.atoll.ObjectStoreFullException;
import io.atoll.StoreException;
import io.atoll.TaskCancelledException;
import io.atoll.TaskException;
import io.atoll.internal.call.ObjectWriter;
import io.atoll.internal.memory.ArrowNames;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.node.SmallResults;
import io.atoll.internal.node.UpRing;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.store.Memory;
import io.atoll.internal.store.ObjectStore;
import io.atoll.spi.UserThrowables;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Writes what tasks return and throw into objects that are expected. Any thread. */
public final class ResultWriter {
    /** What is small and finds no room for so long is given to the node, which has a reserve. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    /** The same where that has just been so. */
    private static final Duration LITTLE_PATIENCE = Duration.ofMillis(20);

    private static final long JUST = 2_000_000_000;
    /** How long the node may take, and how often this looks whether it has. */
    private static final long ANSWER_NANOS = 2_000_000_000;

    private static final long LOOK_NANOS = 200_000;
    /** As of what lies in the store. */
    private static final int ALIGNMENT = 64;

    private final ObjectStore store;
    private final ObjectCodec codec;
    private final ObjectWriter writer;
    private final UpRing ring;
    /** When the node has last stored something for this one. */
    private volatile long lastAt = System.nanoTime() - JUST;

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
            return result == null || encoded.size() > SmallResults.MOST_BYTES
                    ? writer.write(result, encoded)
                    : writeSmall(result, encoded);
        } finally {
            encoded.closeValue();
            Reference.reachabilityFence(value); // its refs hold what the result names, until that does so itself
        }
    }

    private ObjectId writeSmall(ObjectId result, Encoded encoded) {
        boolean isSoon = System.nanoTime() - lastAt < JUST;
        try {
            return writer.write(result, encoded, isSoon ? LITTLE_PATIENCE : PATIENCE);
        } catch (ObjectStoreFullException e) {
            return isStoredByTheNode(result, encoded) ? result : writer.write(result, encoded);
        }
    }

    private boolean isStoredByTheNode(ObjectId result, Encoded encoded) {
        byte[] bytes = new byte[(int) encoded.size()];
        long memory = Memory.allocate(bytes.length + ALIGNMENT);
        try {
            long address = (memory + ALIGNMENT - 1) & -ALIGNMENT;
            encoded.writeTo(address);
            Memory.copyToArray(address, bytes, bytes.length);
        } finally {
            Memory.free(memory);
        }
        ring.tellResult(result, encoded.tag(), encoded.contained(), bytes);
        for (long toldAt = System.nanoTime(); System.nanoTime() - toldAt < ANSWER_NANOS; ) {
            if (isSealed(result)) {
                lastAt = System.nanoTime();
                return true;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return isSealed(result);
    }

    public void putError(Run run, ObjectId result, TaskException failure) {
        if (!(failure instanceof TaskCancelledException)) {
            ring.tellFailedWith(run.task, result, run.name, failure);
        }
        putError(result, failure);
    }

    private void putError(ObjectId result, TaskException failure) {
        try {
            Encoded encoded = ObjectCodec.encodeError(failure);
            if (encoded.size() > SmallResults.MOST_ERROR_BYTES) {
                codec.putError(result, failure);
            } else {
                writeSmall(result, encoded);
            }
            Reference.reachabilityFence(failure);
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
