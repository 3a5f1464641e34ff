package io.atoll.internal.store;

import io.atoll.ObjectId;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** An object being written in the shared-memory store. */
final class NativeCreation implements ObjectStore.Creation {
    private final Creations creations;
    private final ObjectId id;
    private final int contained;
    private long address;
    private long size;
    private boolean over;

    NativeCreation(Creations creations, ObjectId id, long address, long size, int contained) {
        this.creations = creations;
        this.id = id;
        this.address = address;
        this.size = size;
        this.contained = contained;
    }

    @Override
    public ObjectId id() {
        return id;
    }

    @Override
    public long address() {
        if (over) {
            throw new IllegalStateException("object " + id + ": it is sealed or given up, and cannot be written");
        }
        return address;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean isOpen() {
        return !over;
    }

    @Override
    public void resize(long newSize, @Nullable Duration timeout) {
        if (over) {
            throw new IllegalStateException("object " + id + ": it is sealed or given up, and cannot be resized");
        }
        address = creations.resize(id, newSize, timeout);
        size = newSize;
    }

    @Override
    public void seal(ObjectId... ids) {
        if (over) {
            throw new IllegalStateException("object " + id + ": it is sealed or given up already");
        }
        if (ids.length != contained) {
            throw new IllegalArgumentException(
                    "object " + id + ": " + ids.length + " contained ids given, " + contained + " announced");
        }
        creations.seal(id, ids);
        over = true;
    }

    @Override
    public void close() {
        if (!over) {
            over = true;
            creations.abort(id);
        }
    }
}
