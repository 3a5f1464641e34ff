package io.atoll.internal.call;

import io.atoll.ObjectId;
import io.atoll.ObjectStoreFullException;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.Room;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.ObjectStore;
import io.atoll.jni.StoreLayout;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes values into the store. When it is full, waits for room: for a while, and for as long as others are written to
 * disk for it. Any thread.
 */
public final class ObjectWriter implements Room {
    private final ObjectStore store;
    private final Duration patience;
    private final BooleanSupplier isSpilling;

    /** @param patience how long a write waits for room */
    public ObjectWriter(ObjectStore store, Duration patience) {
        this.store = store;
        this.patience = patience;
        isSpilling = store instanceof NativeStore shared
                ? () -> shared.stats().get(StoreLayout.STATS_BYTES_SPILLING) > 0
                : () -> false;
    }

    /** Stores the value under the expected id, or, for null, a new one, to which the caller then holds a reference. */
    public ObjectId write(@Nullable ObjectId expected, Encoded value) {
        return write(create(expected, value.size(), value.contained().length, value.tag()), expected, value);
    }

    /** The same under an expected id, waiting for room no longer than that. */
    public ObjectId write(ObjectId expected, Encoded value, Duration most) {
        int contained = value.contained().length;
        Duration time = most.compareTo(patience) < 0 ? most : patience;
        return write(store.create(expected, value.size(), contained, value.tag(), time), expected, value);
    }

    private ObjectId write(ObjectStore.Creation creation, @Nullable ObjectId expected, Encoded value) {
        boolean sealed = false;
        try {
            value.writeTo(creation.address());
            creation.seal(value.contained());
            sealed = true;
            return creation.id();
        } finally {
            if (!sealed) {
                creation.close();
                if (expected == null) {
                    store.dereference(creation.id());
                }
            }
        }
    }

    @Override
    public ObjectStore.Creation create(long size, long tag) {
        return create(null, size, 0, tag);
    }

    /** Begins a node of a stream, or what acknowledges one: it names so many objects, and has 8 bytes that say nothing. */
    public ObjectStore.Creation create(ObjectId expected, int contained) {
        return create(expected, Long.BYTES, contained, StreamPlace.NODE_TAG);
    }

    /** Begins the object with the expected id, or, for null, a new one, to which the caller then holds a reference. */
    public ObjectStore.Creation create(@Nullable ObjectId expected, long size, int contained, long tag) {
        while (true) {
            long start = System.nanoTime();
            try {
                return store.create(expected, size, contained, tag, patience);
            } catch (ObjectStoreFullException e) {
                throwUnlessSpilling(e, start);
            }
        }
    }

    /** Begins the object with the expected id when there is room for it now; else null. */
    public ObjectStore.@Nullable Creation createNow(ObjectId expected, long size, long tag) {
        try {
            return store.create(expected, size, 0, tag, Duration.ZERO);
        } catch (ObjectStoreFullException e) {
            return null;
        }
    }

    @Override
    public void resize(ObjectStore.Creation creation, long size) {
        while (true) {
            long start = System.nanoTime();
            try {
                creation.resize(size, patience);
                return;
            } catch (ObjectStoreFullException e) {
                throwUnlessSpilling(e, start);
            }
        }
    }

    private void throwUnlessSpilling(ObjectStoreFullException e, long start) {
        // One that fails at once would fail again.
        boolean waited = System.nanoTime() - start >= patience.toNanos() / 2;
        if (!waited || !isSpilling.getAsBoolean()) {
            throw e;
        }
    }
}
