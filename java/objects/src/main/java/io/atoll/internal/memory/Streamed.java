package io.atoll.internal.memory;

import io.atoll.ObjectId;
import io.atoll.internal.store.ObjectStore;
import java.io.IOException;

/** A value that is not there as a whole yet, and is stored piece by piece. */
public interface Streamed {
    /**
     * Stores it; the caller then holds one reference to the object.
     *
     * @throws IOException when it cannot be had to its end; nothing stays in the store then
     */
    ObjectId write(ObjectStore store, Room room) throws IOException;
}
