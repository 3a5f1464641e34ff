package io.atoll.store;

import io.atoll.ObjectId;
import io.atoll.internal.store.Memory;
import io.atoll.internal.store.ObjectStore;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * A sealed object that this process looks at: its bytes stay where they are until {@link #close}, which any thread may
 * call, twice too. Buffers that were had from it must not be touched afterwards.
 *
 * @since 0.1
 */
public final class StoredObject implements AutoCloseable {
    private final ObjectStore.Pin pin;

    StoredObject(ObjectStore.Pin pin) {
        this.pin = pin;
    }

    /**
     * Its name.
     *
     * @return the same in every process
     */
    public ObjectId id() {
        return pin.id();
    }

    /**
     * How long it is.
     *
     * @return bytes
     */
    public long size() {
        return pin.size();
    }

    /**
     * All of its bytes, where they lie.
     *
     * @return read-only, little-endian
     * @throws IllegalArgumentException when they do not fit a buffer: {@link #buffer(long, int)} gives a part
     * @throws IllegalStateException when this is closed
     */
    public ByteBuffer buffer() {
        return Memory.buffer(pin.address(), size()).asReadOnlyBuffer().order(ByteOrder.nativeOrder());
    }

    /**
     * Some of its bytes, where they lie.
     *
     * @param offset of the first
     * @param length in bytes
     * @return read-only, little-endian
     * @throws IndexOutOfBoundsException when it has not got them all
     * @throws IllegalStateException when this is closed
     */
    public ByteBuffer buffer(long offset, int length) {
        Objects.checkFromIndexSize(offset, length, size());
        return Memory.buffer(pin.address() + offset, length).asReadOnlyBuffer().order(ByteOrder.nativeOrder());
    }

    /**
     * Where its bytes lie in this process, for native code. Whoever writes there ends the process.
     *
     * @return the address of the first byte, a multiple of 64
     * @throws IllegalStateException when this is closed
     */
    public long address() {
        return pin.address();
    }

    @Override
    public void close() {
        pin.close();
    }

    @Override
    public String toString() {
        return "StoredObject(" + id() + ", " + size() + " bytes)";
    }
}
