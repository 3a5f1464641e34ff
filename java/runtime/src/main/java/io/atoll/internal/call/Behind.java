package io.atoll.internal.call;

import io.atoll.ObjectId;
import io.atoll.internal.store.NativeStore;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Calls that wait in a worker behind the tasks that run there: one behind each, and one behind that, in chains. A call begins on
 * the resources of a task that has just ended, and only if nobody else has taken it: the claim word settles that. One for a
 * task that is not here is forgotten, since the scheduler hears of that one's end and takes back what is behind it. The
 * caller's lock.
 */
public final class Behind {
    private static final byte[] NOTHING = {};

    private final NativeStore store;
    /** By the task that has to end first: every task that was sent here and has not ended. */
    private final Map<ObjectId, byte[]> calls = new HashMap<>();
    /** Those whose beginning the scheduler wants to be told. */
    private final Set<ObjectId> told = new HashSet<>();

    public Behind(NativeStore store) {
        this.store = store;
    }

    /**
     * What follows a task that has ended.
     *
     * @param task that was begun; null for none
     * @param call its record; null for none
     * @param isLow nothing is behind it, or so little that the scheduler has asked to be told
     */
    public record Next(@Nullable ObjectId task, byte @Nullable [] call, boolean isLow) {
        private static final Next NONE = new Next(null, null, true);
    }

    /** The task is here. */
    public void arrived(ObjectId task) {
        calls.putIfAbsent(task, NOTHING);
    }

    /**
     * The call is to follow the leader. One that it had before has been taken back.
     *
     * @param isTold whether the scheduler wants to know when it begins
     */
    public void add(ObjectId leader, byte[] call, boolean isTold) {
        byte[] before = calls.get(leader);
        if (before != null) {
            forgetTask(before);
            calls.put(leader, call);
            arrived(result(call));
            if (isTold) {
                told.add(result(call));
            }
        }
    }

    /** The task is not here any more. What was behind it is begun, when that may be and it is this worker's still. */
    public Next ended(ObjectId task, boolean mayBegin) {
        byte[] call = calls.remove(task);
        if (call == null || call == NOTHING) {
            return Next.NONE;
        }
        if (!mayBegin || !begin(call)) {
            forgetTask(call);
            return Next.NONE;
        }
        ObjectId next = result(call);
        arrived(next);
        return new Next(next, call, told.remove(next) || calls.get(next) == NOTHING);
    }

    /** A call that is not to be begun from here, with all that is behind it. */
    private void forgetTask(byte[] call) {
        for (byte[] each = call; each != null && each != NOTHING; ) {
            ObjectId task = result(each);
            told.remove(task);
            each = calls.remove(task);
        }
    }

    private boolean begin(byte[] call) {
        UnsafeBuffer record = new UnsafeBuffer(call);
        ObjectId task = CallRecord.result(record);
        int own = Claim.of(store.clientIndex(), CallRecord.attempt(record));
        try {
            return store.claim(task, Claim.ahead(own), own)
                    || store.claim(task, Claim.cancelled(Claim.ahead(own)), Claim.cancelled(own));
        } catch (RuntimeException e) {
            return false; // It has ended elsewhere, and is gone.
        }
    }

    private static ObjectId result(byte[] call) {
        return CallRecord.result(new UnsafeBuffer(call));
    }
}
