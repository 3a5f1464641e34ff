package io.atoll.internal.call;

import io.atoll.ObjectId;
import io.atoll.ObjectLostException;
import io.atoll.internal.store.ObjectStore;

/**
 * The claim word of a result's entry: who runs the task, and whether it may still have a value.
 *
 * <pre>
 *   0        nobody
 *   else     bits 0 to 11 the client plus one | bits 12 to 27 the number of the run | bit 28 AHEAD | bit 30 ENDING |
 *            bit 31 CANCELLED
 * </pre>
 *
 * <p>Whoever changes it from 0 runs the task: the scheduler on behalf of the worker that it sends it to, or a thread of the
 * submitter that would have to wait for it. AHEAD is a worker's that has not begun it: the worker begins it, the scheduler takes
 * it back, or a thread of the submitter takes it, whoever is the first to change the word. Whoever wants it cancelled sets CANCELLED, and who is about to store a result
 * ENDING: each only while neither is set, so that one of the two is told that it is too late. After CANCELLED the result is a
 * {@link io.atoll.TaskCancelledException}, whoever stores it. A run that is given up, by a death or a retry, takes its ENDING
 * with it; CANCELLED stays. `native/model/claims.pml` has all of it.
 */
public final class Claim {
    public static final int NOBODY = 0;

    private static final int CLIENT_BITS = 12;
    /** More than there are clients. */
    private static final int SCHEDULER = (1 << CLIENT_BITS) - 2;

    /** One of several results: its task is another object. */
    public static final int PART = (1 << CLIENT_BITS) - 3;

    /** What the readers of a stream refer to: no task has it for a result. */
    public static final int READERS = (1 << CLIENT_BITS) - 4;

    private static final int RUNS = 0xffff;
    private static final int AHEAD = 1 << 28;
    private static final int ENDING = 1 << 30;
    private static final int CANCELLED = 1 << 31;

    private Claim() {}

    public static int of(int client, int attempt) {
        return (attempt & RUNS) << CLIENT_BITS | client + 1;
    }

    /** Takes a task that nobody has begun, by its first run; false when that is not so any more. */
    public static boolean take(ObjectStore store, ObjectId task, int own) {
        try {
            if (store.claim(task, NOBODY, own)) {
                return true;
            }
            int now = store.claimed(task);
            return isFirstAhead(now) && store.claim(task, now, own);
        } catch (ObjectLostException e) {
            return false; // It has ended elsewhere, and is gone: one of several results was not there a moment ago.
        }
    }

    /** The scheduler's own, before it sends the task to somebody: nobody else may take it. */
    public static int reserved(int attempt) {
        return of(SCHEDULER, attempt);
    }

    /** Negative for nobody's, and for the scheduler's own. */
    public static int client(int claim) {
        int client = (claim & (1 << CLIENT_BITS) - 1) - 1;
        return client == SCHEDULER ? -1 : client;
    }

    /** The same, of a task that its client is not to begin yet. */
    public static int ahead(int claim) {
        return claim | AHEAD;
    }

    /** Whether the client has not begun it. */
    public static boolean isAhead(int claim) {
        return (claim & AHEAD) != 0;
    }

    /** Whether the client has not begun it, nobody has begun it before, and it may have a value. */
    public static boolean isFirstAhead(int claim) {
        return (claim & (AHEAD | CANCELLED | RUNS << CLIENT_BITS)) == AHEAD;
    }

    /** Whether its task has no value, whatever becomes of it. */
    public static boolean isCancelled(int claim) {
        return (claim & CANCELLED) != 0;
    }

    public static int cancelled(int claim) {
        return claim | CANCELLED;
    }

    /** Whether its result is just being stored. */
    public static boolean isEnding(int claim) {
        return (claim & ENDING) != 0;
    }

    public static int ending(int claim) {
        return claim | ENDING;
    }
}
