package io.atoll.store;

import io.atoll.ObjectId;
import io.atoll.internal.store.Memory;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.ObjectStore;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * An object that is being written: its bytes are this process's alone until {@link #seal}. One thread's. Buffers that were
 * had from it must not be touched once it is sealed or closed.
 *
 * @since 0.1
 */
public final class WritableObject implements AutoCloseable {
    private final NativeStore store;
    private final ObjectStore.Creation creation;

    WritableObject(NativeStore store, ObjectStore.Creation creation) {
        this.store = store;
        this.creation = creation;
    }

    /**
     * Its name.
     *
     * @return the same in every process
     */
    public ObjectId id() {
        return creation.id();
    }

    /**
     * How long it is.
     *
     * @return bytes
     */
    public long size() {
        return creation.size();
    }

    /**
     * All of its bytes, where they lie.
     *
     * @return of any contents, little-endian
     * @throws IllegalArgumentException when they do not fit a buffer: {@link #buffer(long, int)} gives a part
     * @throws IllegalStateException when it is sealed or closed
     */
    public ByteBuffer buffer() {
        return Memory.buffer(creation.address(), size());
    }

    /**
     * Some of its bytes, where they lie.
     *
     * @param offset of the first
     * @param length in bytes
     * @return of any contents, little-endian
     * @throws IndexOutOfBoundsException when it has not got them all
     * @throws IllegalStateException when it is sealed or closed
     */
    public ByteBuffer buffer(long offset, int length) {
        Objects.checkFromIndexSize(offset, length, size());
        return Memory.buffer(creation.address() + offset, length);
    }

    /**
     * Where its bytes lie in this process, for native code.
     *
     * @return the address of the first byte, a multiple of 64
     * @throws IllegalStateException when it is sealed or closed
     */
    public long address() {
        return creation.address();
    }

    /**
     * Makes it immutable, and visible to everybody.
     *
     * @return its name, to which this process has one reference
     * @throws IllegalStateException when it is sealed or closed
     */
    public ObjectId seal() {
        creation.seal();
        return creation.id();
    }

    /** Gives it up when it is not sealed: nothing half-written stays. Twice is fine. */
    @Override
    public void close() {
        if (creation.isOpen()) {
            creation.close();
            if (!store.isClosed()) { // else it has no references any more
                store.dereference(id());
            }
        }
    }

    @Override
    public String toString() {
        return "WritableObject(" + id() + ", " + size() + " bytes)";
    }
}
