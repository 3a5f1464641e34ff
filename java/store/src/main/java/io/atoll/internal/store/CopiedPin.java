package io.atoll.internal.store;

import io.atoll.ObjectId;
import java.util.concurrent.atomic.AtomicBoolean;

/** An object that was on disk and found no room in the store: a copy in this process's own memory, which closing gives back. */
final class CopiedPin implements ObjectStore.Pin {
    /** As objects in the store lie. */
    private static final int ALIGNMENT = 64;

    private final Copies copies;
    private final ObjectId id;
    private final long size;
    private final long tag;
    private final int containedCount;
    private final long memory;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * With memory that nobody has written to.
     *
     * @throws OutOfMemoryError when there is none
     */
    CopiedPin(Copies copies, ObjectId id, long size, long tag, int containedCount) {
        this.copies = copies;
        this.id = id;
        this.size = size;
        this.tag = tag;
        this.containedCount = containedCount;
        memory = Memory.allocate(bytes() + ALIGNMENT);
    }

    /** With the ids behind it, as {@link io.atoll.jni.StoreNative#readInto} gives them. */
    long bytes() {
        return containedCount == 0 ? size : containedAt() + (long) containedCount * ObjectId.BYTES;
    }

    private long containedAt() {
        return (size + 15) & -16;
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
        return begin();
    }

    private long begin() {
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
        return Copies.idsAt(address() + containedAt(), containedCount);
    }

    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            ObjectId[] contained = Copies.idsAt(begin() + containedAt(), containedCount);
            Memory.free(memory);
            copies.letGo(bytes(), contained);
        }
    }

    /** Of what refers to nothing yet. */
    void free() {
        closed.set(true);
        Memory.free(memory);
    }

    @Override
    public String toString() {
        return "CopiedPin(" + id + ", " + size + " bytes)";
    }
}
