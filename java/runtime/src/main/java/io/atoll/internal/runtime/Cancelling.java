package io.atoll.internal.runtime;

import io.atoll.ObjectId;
import io.atoll.ObjectStoreFullException;
import io.atoll.TaskCancelledException;
import io.atoll.concurrent.Cancel;
import io.atoll.internal.call.Claim;
import io.atoll.internal.call.Messages;
import io.atoll.internal.node.UpRing;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.ObjectStore;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Cancels tasks for who has their refs. One that nobody has is claimed, as a thread that helps would do, and given its failure
 * instead of being run; one that somebody has is marked on its claim word, which settles what becomes of it, and the scheduler
 * has whoever has it told. Any thread.
 */
final class Cancelling {
    private final NativeStore store;
    private final ObjectCodec codec;
    private final UpRing ring;
    /** Which task makes each of several results: of those to which this process has a ref that it got from the submission. */
    private final ConcurrentHashMap<ObjectId, ObjectId> parts = new ConcurrentHashMap<>();

    Cancelling(NativeStore store, ObjectCodec codec, UpRing ring) {
        this.store = store;
        this.codec = codec;
        this.ring = ring;
    }

    /** An object that is one of several results of a task. */
    void addPart(ObjectId part, ObjectId task) {
        parts.put(part, task);
    }

    /** Nobody here has a ref to it any more. */
    void removePart(ObjectId part) {
        if (!parts.isEmpty()) {
            parts.remove(part);
        }
    }

    /** False when it has ended, or is about to, and when it has begun and is not to be stopped. */
    boolean cancel(ObjectId id, Cancel how) {
        ObjectId task = parts.get(id);
        return task == null ? cancel(id, id, how) : cancel(task, id, how);
    }

    /** @param result the task's, or one of several: it keeps what it is asked about */
    private boolean cancel(ObjectId id, ObjectId result, Cancel how) {
        while (store.state(id) == ObjectStore.State.EXPECTED) {
            int claim = store.claimed(id);
            if (claim == Claim.PART) { // of a task that another process has submitted
                if (how != Cancel.QUEUED) {
                    tell(id, how);
                }
                return how != Cancel.QUEUED;
            } else if (claim == Claim.NOBODY && !id.equals(result)) {
                if (store.claim(id, Claim.NOBODY, Claim.cancelled(Claim.reserved(0)))) {
                    tell(id, how); // The scheduler ends all that it was to make.
                    return true;
                }
            } else if (claim == Claim.NOBODY) {
                int own = Claim.cancelled(Claim.of(store.clientIndex(), 0));
                if (store.claim(id, Claim.NOBODY, own)) {
                    end(id);
                    return true;
                }
            } else if (Claim.isEnding(claim) || (how == Cancel.QUEUED && isBegun(claim))) {
                return false;
            } else if (Claim.isCancelled(claim) || store.claim(id, claim, Claim.cancelled(claim))) {
                tell(id, how);
                return true;
            }
        }
        return false;
    }

    private static boolean isBegun(int claim) {
        return Claim.client(claim) >= 0 && !Claim.isAhead(claim);
    }

    private void tell(ObjectId id, Cancel how) {
        ring.tell(how == Cancel.FORCE ? Messages.CANCEL_BY_FORCE : Messages.CANCEL, id);
    }

    private void end(ObjectId id) {
        TaskCancelledException why = new TaskCancelledException(
                "the task whose result is object " + id + " was cancelled before it had begun", id.toString());
        try {
            storeNowOrLater(id, why);
        } catch (ObjectStoreFullException e) {
            store.delete(id); // Who waits hears that it is lost, and does not wait for ever.
        }
        ring.tell(Messages.FINISHED, id);
    }

    private void storeNowOrLater(ObjectId id, TaskCancelledException why) {
        try {
            codec.putErrorNow(id, why);
        } catch (ObjectStoreFullException e) {
            codec.putError(id, why);
        }
    }
}
