package io.atoll;

import io.atoll.spi.AtollRuntime;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;

/**
 * A future and a share of an object in the store: the object lives at least as long as a ref to it does, in any process.
 * Immutable; any thread may use it. Refs travel as arguments, as results, and inside stored values.
 *
 * @param <T> the type of the value
 */
public final class ObjectRef<T> {
    private static final Cleaner CLEANER = Cleaner.create();

    private final ObjectId id;
    private final AtollRuntime runtime;

    /**
     * Made by a runtime only.
     *
     * @param id of the object
     * @param runtime gets the value
     * @param onUnreachable gives the reference back; must not hold this ref
     */
    public ObjectRef(ObjectId id, AtollRuntime runtime, Runnable onUnreachable) {
        this.id = Objects.requireNonNull(id);
        this.runtime = Objects.requireNonNull(runtime);
        CLEANER.register(this, onUnreachable);
    }

    /**
     * The name of the object.
     *
     * @return the same for all refs to one object, in any process
     */
    public ObjectId id() {
        return id;
    }

    /**
     * The value, waiting for it as long as it takes.
     *
     * @return the value
     * @throws TaskException as {@link Atoll#get(ObjectRef)}
     */
    public T get() {
        try {
            return runtime.get(this, null);
        } finally {
            // Else a ref that is used for the last time may be given back while its value is waited for.
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Like {@link #get()}, but does not wait longer than the timeout.
     *
     * @param timeout zero or less looks once
     * @return the value
     * @throws GetTimeoutException when the time was over first
     */
    public T get(Duration timeout) {
        Objects.requireNonNull(timeout, "timeout");
        try {
            return runtime.get(this, timeout);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * The bytes that the object is stored as, waiting for it as long as it takes: of a tensor an Arrow Tensor IPC
     * message, of a table an Arrow IPC stream, both of which any implementation of Arrow can read; of a primitive array
     * its elements in native order, so that {@code ref.bytes().order(ByteOrder.nativeOrder()).asDoubleBuffer()} looks at
     * a {@code double[]} without the copy that {@link #get()} makes.
     *
     * @return a read-only view of the store, which stays pinned while the view or any made from it is reachable
     * @throws IllegalArgumentException when they are more than 2^31 - 1, which {@link #bytes(long, int)} shows in parts
     * @throws TaskException as {@link Atoll#get(ObjectRef)}
     */
    public ByteBuffer bytes() {
        return bytes(0, Long.MAX_VALUE);
    }

    /**
     * Some of what {@link #bytes()} gives.
     *
     * @param offset of the first byte; no bytes are left at or beyond the end
     * @param length how many, unless fewer are left
     * @return a read-only view of the store
     * @throws TaskException as {@link Atoll#get(ObjectRef)}
     */
    public ByteBuffer bytes(long offset, int length) {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("offset " + offset + " or length " + length + " is negative");
        }
        return bytes(offset, (long) length);
    }

    private ByteBuffer bytes(long offset, long length) {
        try {
            return runtime.bytes(this, offset, length);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Two refs are equal when they are refs to one object. */
    @Override
    public boolean equals(Object other) {
        return other instanceof ObjectRef<?> ref && ref.id.equals(id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return "ObjectRef(" + id + ")";
    }
}
