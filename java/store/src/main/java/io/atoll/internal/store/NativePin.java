package io.atoll.internal.store;

import io.atoll.ObjectId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A pin in the shared-memory store. */
final class NativePin implements ObjectStore.Pin {
    private static final VarHandle CLOSED;

    static {
        try {
            CLOSED = MethodHandles.lookup().findVarHandle(NativePin.class, "closed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Pins pins;
    private final ObjectId id;
    private final long address;
    private final long size;
    private final long tag;
    private final long offset;
    private final int containedCount;
    private final long containedAddress;
    private volatile boolean closed;

    NativePin(
            Pins pins,
            ObjectId id,
            long address,
            long size,
            long tag,
            long offset,
            int containedCount,
            long containedAddress) {
        this.pins = pins;
        this.id = id;
        this.address = address;
        this.size = size;
        this.tag = tag;
        this.offset = offset;
        this.containedCount = containedCount;
        this.containedAddress = containedAddress;
    }

    @Override
    public ObjectId id() {
        return id;
    }

    @Override
    public long address() {
        checkOpen();
        return address;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long tag() {
        return tag;
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public ObjectId[] contained() {
        checkOpen();
        return Copies.idsAt(containedAddress, containedCount);
    }

    @Override
    public void close() {
        if (CLOSED.compareAndSet(this, false, true)) {
            pins.release(id);
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("object " + id + ": this pin is closed");
        }
    }

    @Override
    public String toString() {
        return "Pin(" + id + ", " + size + " bytes)";
    }
}
