package io.atoll.internal.lineage;

import io.atoll.AtollException;
import io.atoll.ObjectId;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.ObjectEvent;

/**
 * The client that watches results: one of its own, since the driver's refers to them for its user's refs, too, and could not
 * be told that it is alone. Any thread.
 */
final class Keeper implements AutoCloseable {
    private final NativeStore store;

    Keeper(NativeStore driver) {
        store = NativeStore.attach(driver.socket());
    }

    /** Refers to it, and is told of its loss, and when nobody else refers to it. False when it is gone. */
    boolean watch(ObjectId id) {
        boolean referred = false;
        try {
            store.reference(id);
            referred = true;
            store.watchDamaged(id);
            store.watchAlone(id);
            return true;
        } catch (AtollException | IllegalArgumentException e) {
            if (referred) {
                leave(id);
            }
            return false;
        }
    }

    /** The same for one that was lost and is there again; false when it was deleted. */
    boolean watchAgain(ObjectId id) {
        try {
            store.watchDamaged(id);
            return true;
        } catch (AtollException | IllegalArgumentException e) {
            return false;
        }
    }

    void leave(ObjectId id) {
        try {
            store.unwatch(id);
            store.dereference(id);
        } catch (RuntimeException e) {
            // The store is closed or gone, and with it all references.
        }
    }

    /** It is made again. */
    void sayYes(ObjectId id) {
        try {
            store.expectAgain(id);
        } catch (AtollException e) {
            // It was deleted meanwhile, or somebody has made it.
        }
    }

    /** It stays lost. */
    void sayNo(ObjectId id) {
        try {
            store.giveUp(id);
        } catch (AtollException | IllegalArgumentException e) {
            // It was deleted meanwhile, or this has been said before.
        }
    }

    ObjectEvent[] events(long nanos) {
        return store.takeEvents(nanos);
    }

    @Override
    public void close() {
        store.close();
    }
}
