package io.atoll.internal.store;

/**
 * Where a message ring lies in this process.
 *
 * @param address of the first byte, aligned to 64
 * @param bytes for messages, a power of two; {@link #TRAILER_BYTES} more follow
 */
public record Ring(long address, long bytes) {
    /** Bytes after the ring's own for its counters. */
    public static final int TRAILER_BYTES = 1024;

    /**
     * Which way a client's ring goes.
     */
    public enum Direction {
        /** The client writes, the scheduler reads. */
        UP,
        /** The scheduler writes, the client reads. */
        DOWN
    }
}
