package io.atoll.internal.call;

import io.atoll.ObjectId;
import io.atoll.ObjectStoreFullException;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Ids for what is not there yet; waits for them when all are in use. Any thread. */
public final class NewIds {
    private static final long PAUSE_NANOS = 2_000_000;

    private final NativeStore store;
    private final Runnable whenNone;
    private final Duration patience;

    /** @param whenNone has those found that are garbage and in use still */
    public NewIds(NativeStore store, Runnable whenNone, Duration patience) {
        this.store = store;
        this.whenNone = whenNone;
        this.patience = patience;
    }

    /** Adds new ones until there are so many, or none. */
    public void expect(List<ObjectId> ids, int count) {
        try {
            while (ids.size() < count) {
                ids.add(expect());
            }
        } catch (Throwable e) {
            ids.forEach(store::dereference);
            ids.clear();
            throw e;
        }
    }

    /** Refs that are garbage may be what holds all entries. */
    public ObjectId expect() {
        try {
            return store.expect();
        } catch (ObjectStoreFullException e) {
            whenNone.run();
            for (long end = System.nanoTime() + patience.toNanos(); System.nanoTime() < end; ) {
                LockSupport.parkNanos(PAUSE_NANOS);
                Waiting.checkInterrupt("waiting for one of the store's ids, all of which are in use");
                try {
                    return store.expect();
                } catch (ObjectStoreFullException again) {
                    e = again;
                }
            }
            throw e;
        }
    }
}
