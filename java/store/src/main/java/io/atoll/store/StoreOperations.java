package io.atoll.store;

import io.atoll.internal.store.Struct;
import io.atoll.jni.StoreLayout;

/**
 * Calls on a store that succeeded. Immutable.
 *
 * @since 0.1
 */
public final class StoreOperations {
    private final Struct struct;

    StoreOperations(Struct struct) {
        this.struct = struct;
    }

    /**
     * Objects begun.
     *
     * @return their number
     */
    public long creates() {
        return struct.get(StoreLayout.OPERATIONS_CREATES);
    }

    /**
     * Objects sealed.
     *
     * @return their number
     */
    public long seals() {
        return struct.get(StoreLayout.OPERATIONS_SEALS);
    }

    /**
     * Objects given up before they were sealed.
     *
     * @return their number
     */
    public long aborts() {
        return struct.get(StoreLayout.OPERATIONS_ABORTS);
    }

    /**
     * Objects pinned.
     *
     * @return their number
     */
    public long gets() {
        return struct.get(StoreLayout.OPERATIONS_GETS);
    }

    /**
     * Pins ended.
     *
     * @return their number
     */
    public long releases() {
        return struct.get(StoreLayout.OPERATIONS_RELEASES);
    }

    /**
     * References added.
     *
     * @return their number
     */
    public long references() {
        return struct.get(StoreLayout.OPERATIONS_REFERENCES);
    }

    /**
     * References given back.
     *
     * @return their number
     */
    public long dereferences() {
        return struct.get(StoreLayout.OPERATIONS_DEREFERENCES);
    }

    /**
     * Objects deleted.
     *
     * @return their number
     */
    public long deletes() {
        return struct.get(StoreLayout.OPERATIONS_DELETES);
    }

    /**
     * Names given.
     *
     * @return their number
     */
    public long publishes() {
        return struct.get(StoreLayout.OPERATIONS_PUBLISHES);
    }

    /**
     * Names taken away.
     *
     * @return their number
     */
    public long unpublishes() {
        return struct.get(StoreLayout.OPERATIONS_UNPUBLISHES);
    }

    /**
     * Names found.
     *
     * @return their number
     */
    public long lookups() {
        return struct.get(StoreLayout.OPERATIONS_LOOKUPS);
    }

    /**
     * In sealed objects.
     *
     * @return bytes
     */
    public long bytesWritten() {
        return struct.get(StoreLayout.OPERATIONS_BYTES_WRITTEN);
    }

    @Override
    public String toString() {
        return "StoreOperations(" + creates() + " creates, " + seals() + " seals, " + gets() + " gets, " + deletes()
                + " deletes, " + bytesWritten() + " bytes written)";
    }
}
