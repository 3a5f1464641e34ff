package io.atoll.runtime;

import io.atoll.ObjectId;
import io.atoll.objects.Encoded;
import io.atoll.store.ObjectStore;
import java.time.Duration;

/** Writes values into the store; when it is full, waits for room. Any thread. */
final class ObjectWriter {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ObjectStore store;

    ObjectWriter(ObjectStore store) {
        this.store = store;
    }

    /** Stores the value under the expected id, or, for null, a new one, to which the caller then holds a reference. */
    ObjectId write(ObjectId expected, Encoded value) {
        ObjectId[] contained = value.contained();
        ObjectStore.Creation creation = create(expected, value.size(), contained.length, value.tag());
        boolean sealed = false;
        try {
            value.writeTo(creation.address());
            creation.seal(contained);
            sealed = true;
            return creation.id();
        } finally {
            if (!sealed) {
                creation.close();
                if (expected == null) {
                    store.dereference(creation.id());
                }
            }
        }
    }

    /** Begins an object. */
    ObjectStore.Creation create(ObjectId expected, long size, int contained, long tag) {
        return store.create(expected, size, contained, tag, PATIENCE);
    }
}
