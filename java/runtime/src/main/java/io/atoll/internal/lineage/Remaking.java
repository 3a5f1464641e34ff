package io.atoll.internal.lineage;

import io.atoll.ObjectId;
import io.atoll.internal.call.Claim;
import io.atoll.internal.call.EndedCall;
import io.atoll.internal.call.ScheduledCall;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A call that is to be run again: what it names, and who may run it. Who has the scheduler's turn; closed once it is submitted. */
final class Remaking implements AutoCloseable {
    /** A disk that spoils what is written to it does so again. */
    private static final int MOST = 3;

    private final NativeStore store;
    private final EndedCall call;
    /** Ids in the place of those that nobody refers to any more. */
    private final List<ObjectId> fresh = new ArrayList<>();

    Remaking(NativeStore store, EndedCall call) {
        this.store = store;
        this.call = call;
    }

    /** Null when it may be. */
    @Nullable
    String whyNot(int times) {
        if (times == MOST) {
            return "it has been made again " + MOST + " times";
        }
        boolean isCancelled = call.hasOneResult() && Claim.isCancelled(store.claimed(call.task()));
        return isCancelled ? "its task was cancelled" : null;
    }

    /** @throws io.atoll.ObjectStoreFullException when there are no ids */
    ScheduledCall again() {
        // Of several results the task's own object is gone.
        ObjectId task = call.hasOneResult() ? call.task() : expect();
        return call.again(task, output -> isGone(store, output) ? expect() : output);
    }

    private ObjectId expect() {
        ObjectId id = store.expect();
        fresh.add(id);
        return id;
    }

    /** Anybody may run it, as when it was submitted. */
    void unclaim() {
        if (call.hasOneResult()) {
            int claim = store.claimed(call.task());
            while (!store.claim(call.task(), claim, Claim.NOBODY)) {
                claim = store.claimed(call.task());
            }
        }
    }

    static boolean isGone(NativeStore store, ObjectId id) {
        return store.state(id) == ObjectStore.State.ABSENT;
    }

    /** Who has taken it in refers to what it needs. */
    @Override
    public void close() {
        fresh.forEach(store::dereference);
    }
}
