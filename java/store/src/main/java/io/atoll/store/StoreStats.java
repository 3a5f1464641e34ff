package io.atoll.store;

import io.atoll.internal.store.Struct;
import io.atoll.jni.StoreLayout;

/**
 * What a store holds, and what has been done to it, read without disturbing it; not a snapshot. Immutable.
 *
 * @since 0.1
 */
public final class StoreStats {
    private final Struct struct;

    StoreStats(Struct struct) {
        this.struct = struct;
    }

    /**
     * What all objects in memory can have together.
     *
     * @return bytes
     */
    public long capacityBytes() {
        return struct.get(StoreLayout.STATS_CAPACITY);
    }

    /**
     * What live objects take of it, rounding included.
     *
     * @return bytes
     */
    public long usedBytes() {
        return struct.get(StoreLayout.STATS_ALLOCATED);
    }

    /**
     * The longest run of memory that is nobody's: a larger object waits until others are moved.
     *
     * @return bytes
     */
    public long largestFreeBytes() {
        return struct.get(StoreLayout.STATS_LARGEST_FREE);
    }

    /**
     * Memory of the system's that the objects' part of the store has now.
     *
     * @return bytes
     */
    public long backedBytes() {
        return struct.get(StoreLayout.STATS_RESERVED);
    }

    /**
     * Of all sealed objects together, those on disk too.
     *
     * @return bytes
     */
    public long sealedBytes() {
        return struct.get(StoreLayout.STATS_SEALED_BYTES);
    }

    /**
     * Of the objects that somebody looks at, which cannot leave memory meanwhile, together.
     *
     * @return bytes
     */
    public long pinnedBytes() {
        return struct.get(StoreLayout.STATS_PINNED_BYTES);
    }

    /**
     * Of the objects that are on disk alone, together.
     *
     * @return bytes
     */
    public long spilledBytes() {
        return struct.get(StoreLayout.STATS_SPILLED_BYTES);
    }

    /**
     * Ids in use, of objects that nobody has sealed yet too.
     *
     * @return their number
     */
    public long objects() {
        return struct.get(StoreLayout.STATS_OBJECTS);
    }

    /**
     * Ids that can be in use at a time.
     *
     * @return their number
     */
    public long maxObjects() {
        return struct.get(StoreLayout.STATS_MAX_OBJECTS);
    }

    /**
     * Objects that are sealed.
     *
     * @return their number
     */
    public long sealedObjects() {
        return struct.get(StoreLayout.STATS_SEALED_OBJECTS);
    }

    /**
     * Objects that are on disk alone.
     *
     * @return their number
     */
    public long spilledObjects() {
        return struct.get(StoreLayout.STATS_SPILLED_OBJECTS);
    }

    /**
     * Objects whose bytes cannot be had any more.
     *
     * @return their number
     */
    public long lostObjects() {
        return struct.get(StoreLayout.STATS_LOST_OBJECTS);
    }

    /**
     * Pins that all clients hold.
     *
     * @return their number
     */
    public long pins() {
        return struct.get(StoreLayout.STATS_PINS);
    }

    /**
     * Names of objects.
     *
     * @return their number
     */
    public long names() {
        return struct.get(StoreLayout.STATS_NAMES);
    }

    /**
     * Names there can be at a time.
     *
     * @return their number
     */
    public long maxNames() {
        return struct.get(StoreLayout.STATS_MAX_NAMES);
    }

    /**
     * Clients that are attached.
     *
     * @return their number
     */
    public int clients() {
        return (int) struct.get(StoreLayout.STATS_CLIENTS);
    }

    /**
     * Clients that can be attached at a time.
     *
     * @return their number
     */
    public int maxClients() {
        return (int) struct.get(StoreLayout.STATS_MAX_CLIENTS);
    }

    /**
     * Objects freed since the store was made.
     *
     * @return their number
     */
    public long freed() {
        return struct.get(StoreLayout.STATS_FREED);
    }

    /**
     * Objects whose memory was taken away for others since then.
     *
     * @return their number
     */
    public long evicted() {
        return struct.get(StoreLayout.STATS_EVICTED);
    }

    /**
     * Objects read back from disk since then.
     *
     * @return their number
     */
    public long restored() {
        return struct.get(StoreLayout.STATS_RESTORED);
    }

    /**
     * Written to disk since then.
     *
     * @return bytes
     */
    public long bytesSpilled() {
        return struct.get(StoreLayout.STATS_BYTES_SPILLED);
    }

    /**
     * Read back from disk since then.
     *
     * @return bytes
     */
    public long bytesRestored() {
        return struct.get(StoreLayout.STATS_BYTES_RESTORED);
    }

    /**
     * What all clients have done since the store was made.
     *
     * @return their numbers
     */
    public StoreOperations done() {
        return new StoreOperations(struct.part(StoreLayout.STATS_DONE));
    }

    @Override
    public String toString() {
        return "StoreStats(" + usedBytes() + " bytes used of " + capacityBytes() + ", " + objects() + " objects, "
                + spilledObjects() + " of them on disk alone, " + clients() + " clients)";
    }
}
