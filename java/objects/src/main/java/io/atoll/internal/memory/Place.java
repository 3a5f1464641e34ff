package io.atoll.internal.memory;

import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.internal.store.ObjectStore;

/** Where a user writes an object in place: the running runtime's store. Any thread. */
public interface Place {
    ObjectStore store();

    Room room();

    /** A ref that stands for the reference which its creation gave. */
    <T> ObjectRef<T> ref(ObjectId id);
}
