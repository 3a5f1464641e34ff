package io.atoll.internal.memory;

import io.atoll.internal.store.ObjectStore;

/** Makes room for objects that are written piece by piece, waiting for it as its owner sees fit. Any thread. */
public interface Room {
    /** Begins a new object, to which the caller then holds a reference. */
    ObjectStore.Creation create(long size, long tag);

    /** Makes it larger or smaller. */
    void resize(ObjectStore.Creation creation, long size);
}
