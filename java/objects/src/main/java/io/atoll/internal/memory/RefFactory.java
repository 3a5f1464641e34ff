package io.atoll.internal.memory;

import io.atoll.ObjectId;
import io.atoll.ObjectRef;

/** Makes the refs that are found inside stored values. */
@FunctionalInterface
public interface RefFactory {
    /**
     * A ref that has registered a reference of its own. Called while the container that names the id is pinned, so that
     * the object is alive.
     */
    ObjectRef<?> adopt(ObjectId id);
}
