package io.atoll.internal.runtime;

import io.atoll.ObjectId;
import io.atoll.ObjectStoreFullException;
import io.atoll.TaskCancelledException;
import io.atoll.concurrent.Cancel;
import io.atoll.internal.call.Claim;
import io.atoll.internal.call.Messages;
import io.atoll.internal.node.UpRing;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.store.NativeStore;
import io.atoll.store.ObjectStore;

/**
 * Cancels tasks for who has their refs. One that nobody has is claimed, as a thread that helps would do, and given its failure
 * instead of being run; one that somebody has is marked on its claim word, which settles what becomes of it, and the scheduler
 * has whoever has it told. Any thread.
 */
final class Cancelling {
    private final NativeStore store;
    private final ObjectCodec codec;
    private final UpRing ring;

    Cancelling(NativeStore store, ObjectCodec codec, UpRing ring) {
        this.store = store;
        this.codec = codec;
        this.ring = ring;
    }

    /** False when it has ended, or is about to, and when it has begun and is not to be stopped. */
    boolean cancel(ObjectId id, Cancel how) {
        while (store.state(id) == ObjectStore.State.EXPECTED) {
            int claim = store.claimed(id);
            if (claim == Claim.NOBODY) {
                int own = Claim.cancelled(Claim.of(store.clientIndex(), 0));
                if (store.claim(id, Claim.NOBODY, own)) {
                    end(id);
                    return true;
                }
            } else if (Claim.isEnding(claim) || how == Cancel.QUEUED && Claim.client(claim) >= 0) {
                return false;
            } else if (Claim.isCancelled(claim) || store.claim(id, claim, Claim.cancelled(claim))) {
                ring.tell(how == Cancel.FORCE ? Messages.CANCEL_BY_FORCE : Messages.CANCEL, id);
                return true;
            }
        }
        return false;
    }

    private void end(ObjectId id) {
        try {
            codec.putError(
                    id,
                    new TaskCancelledException(
                            "the task whose result is object " + id + " was cancelled before it had begun",
                            id.toString()));
        } catch (ObjectStoreFullException e) {
            store.delete(id); // Who waits hears that it is lost, and does not wait for ever.
        }
        ring.tell(Messages.FINISHED, id);
    }
}
