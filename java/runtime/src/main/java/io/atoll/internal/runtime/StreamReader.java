package io.atoll.internal.runtime;

import io.atoll.GetTimeoutException;
import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.StoreException;
import io.atoll.internal.call.StreamPlace;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.ObjectStore;
import io.atoll.internal.store.Waiting;
import io.atoll.spi.StreamItem;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Takes items from streams: see {@link StreamPlace}. Any thread. */
final class StreamReader {
    private static final StreamItem END = new StreamItem(null, null);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ClientRuntime runtime;
    private final NativeStore store;

    StreamReader(ClientRuntime runtime) {
        this.runtime = runtime;
        store = runtime.store;
    }

    /** @param node stays referred to during the call */
    StreamItem next(ObjectId node, @Nullable Duration timeout) {
        long startedAt = System.nanoTime();
        if (!runtime.isReady(node) && !runtime.awaitReady(new ObjectId[] {node}, 1, timeout)[0]) {
            throw new GetTimeoutException("the next item of a stream, " + runtime.described(node, timeout)
                    + " is not there after " + timeout);
        }
        Duration left = Waiting.left(timeout, startedAt);
        ObjectStore.Pin pin = store.get(node, left == null ? null : left.plus(PATIENCE)); // It may be on disk.
        try {
            if (pin.tag() != StreamPlace.NODE_TAG) {
                runtime.value(node, PATIENCE); // Throws what the task has failed with.
                throw new StoreException("object " + node + " is no place in a stream");
            }
            ObjectId[] named = pin.contained();
            if (named.length == 0) {
                return END;
            }
            ObjectRef<?> value = runtime.adopt(named[1]);
            ObjectRef<?> next = runtime.adopt(named[0]);
            if (named.length > 2) {
                acknowledge(named[2]);
            }
            return new StreamItem(value, next);
        } finally {
            pin.close();
        }
    }

    /** Whoever is first. */
    private void acknowledge(ObjectId mark) {
        if (store.state(mark) != ObjectStore.State.EXPECTED) {
            return;
        }
        try (ObjectStore.Creation creation = runtime.writer.create(mark, 0)) {
            creation.seal();
        } catch (StoreException e) {
            if (store.state(mark) == ObjectStore.State.EXPECTED) {
                throw e;
            }
        }
    }
}
