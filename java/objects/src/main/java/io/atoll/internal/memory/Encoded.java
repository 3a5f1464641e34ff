package io.atoll.internal.memory;

import io.atoll.ObjectId;

/**
 * A value made ready to be stored: its size is known, its bytes are written straight to where they will stay. It refers
 * to the value, which must not change until it has been written. Used by one thread.
 */
public abstract class Encoded {
    private static final ObjectId[] NONE = {};

    private final long tag;
    private final long size;

    public Encoded(long tag, long size) {
        this.tag = tag;
        this.size = size;
    }

    /** What decoding needs to read the bytes. */
    public final long tag() {
        return tag;
    }

    /** In bytes. */
    public final long size() {
        return size;
    }

    /** The ids of the refs inside the value, each once. */
    public ObjectId[] contained() {
        return NONE;
    }

    /** Whether arrays, tensors or vectors of the value lie in buffers of their own, which are worth being shared. */
    public boolean hasBuffers() {
        return false;
    }

    /**
     * Closes the Arrow tables, batches and vectors in the value, whose memory nothing else frees: for who has written it,
     * and has it from somebody who has given it away.
     */
    public void closeValue() {}

    /** Writes all {@link #size()} bytes. The address must be aligned to 64 when {@link #hasBuffers()}. */
    public abstract void writeTo(long address);
}
