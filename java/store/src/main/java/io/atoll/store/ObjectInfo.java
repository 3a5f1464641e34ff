package io.atoll.store;

import io.atoll.ObjectId;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.ObjectStore;
import io.atoll.internal.store.Struct;
import io.atoll.jni.StoreLayout;

/**
 * One object as a list shows it. Immutable.
 *
 * @since 0.1
 */
public final class ObjectInfo {
    private final Struct struct;

    ObjectInfo(Struct struct) {
        this.struct = struct;
    }

    /**
     * Its name.
     *
     * @return the same in every process
     */
    public ObjectId id() {
        return struct.id(StoreLayout.OBJECT_INFO_ID);
    }

    /**
     * Whether it can be looked at.
     *
     * @return false before it is sealed, and when its bytes cannot be had any more
     */
    public boolean isSealed() {
        return NativeStore.stateIn(struct) == ObjectStore.State.SEALED;
    }

    /**
     * How long it is.
     *
     * @return bytes
     */
    public long size() {
        return struct.get(StoreLayout.OBJECT_INFO_BYTES);
    }

    /**
     * Pins of all clients on it.
     *
     * @return their number
     */
    public long pins() {
        return struct.get(StoreLayout.OBJECT_INFO_PINS);
    }

    /**
     * References of all clients to it.
     *
     * @return their number
     */
    public long references() {
        return struct.get(StoreLayout.OBJECT_INFO_REFERENCES);
    }

    @Override
    public String toString() {
        return "ObjectInfo(" + id() + ", " + size() + " bytes, " + (isSealed() ? "sealed, " : "not sealed, ") + pins()
                + " pins, " + references() + " references)";
    }
}
