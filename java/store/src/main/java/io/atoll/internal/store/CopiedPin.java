package io.atoll.internal.store;

import io.atoll.ObjectId;
import java.util.concurrent.atomic.AtomicBoolean;

/** An object that was on disk and found no room in the store: a copy in this process's own memory, which closing gives back. */
final class CopiedPin implements ObjectStore.Pin {
    /** As objects in the store lie. */
    private static final int ALIGNMENT = 64;

    private final ObjectId id;
    private final long size;
    private final long tag;
    private final long memory;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * With memory that nobody has written to.
     *
     * @throws OutOfMemoryError when there is none
     */
    CopiedPin(ObjectId id, long size, long tag) {
        this.id = id;
        this.size = size;
        this.tag = tag;
        memory = Memory.allocate(size + ALIGNMENT);
    }

    @Override
    public ObjectId id() {
        return id;
    }

    @Override
    public long address() {
        if (closed.get()) {
            throw new IllegalStateException("object " + id + ": this pin is closed");
        }
        return (memory + ALIGNMENT - 1) & -ALIGNMENT;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long tag() {
        return tag;
    }

    /** It lies nowhere in the data segment. */
    @Override
    public long offset() {
        return -1;
    }

    @Override
    public ObjectId[] contained() {
        return new ObjectId[0]; // Others are not copied.
    }

    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            Memory.free(memory);
        }
    }

    @Override
    public String toString() {
        return "CopiedPin(" + id + ", " + size + " bytes)";
    }
}
