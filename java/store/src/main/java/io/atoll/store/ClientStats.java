package io.atoll.store;

import io.atoll.internal.store.Struct;
import io.atoll.jni.StoreLayout;

/**
 * What one attached process has done since it attached, and holds now. Immutable.
 *
 * @since 0.1
 */
public final class ClientStats {
    private final Struct struct;

    ClientStats(Struct struct) {
        this.struct = struct;
    }

    /**
     * Its process.
     *
     * @return the system's number of it
     */
    public long pid() {
        return struct.get(StoreLayout.CLIENT_STATS_PID);
    }

    /**
     * Pins that it holds.
     *
     * @return their number
     */
    public long pins() {
        return struct.get(StoreLayout.CLIENT_STATS_PINS);
    }

    /**
     * Of the objects that it looks at, together.
     *
     * @return bytes
     */
    public long pinnedBytes() {
        return struct.get(StoreLayout.CLIENT_STATS_PINNED_BYTES);
    }

    /**
     * References that it holds.
     *
     * @return their number
     */
    public long references() {
        return struct.get(StoreLayout.CLIENT_STATS_REFERENCES);
    }

    /**
     * Of the objects that it has begun and not sealed, together.
     *
     * @return bytes
     */
    public long creatingBytes() {
        return struct.get(StoreLayout.CLIENT_STATS_CREATING_BYTES);
    }

    /**
     * Memory that is its own for objects to come, with what it has in there.
     *
     * @return bytes
     */
    public long leasedBytes() {
        return struct.get(StoreLayout.CLIENT_STATS_LEASED_BYTES);
    }

    /**
     * What it has done.
     *
     * @return their numbers
     */
    public StoreOperations done() {
        return new StoreOperations(struct.part(StoreLayout.CLIENT_STATS_DONE));
    }

    @Override
    public String toString() {
        return "ClientStats(pid " + pid() + ", " + pins() + " pins, " + references() + " references, " + done() + ")";
    }
}
