package io.atoll.internal.call;

/**
 * The claim word of a result's entry: who runs the task. 0 is nobody; else the run's number and, in the low 12 bits, the
 * client plus one. Whoever changes it from 0 runs the task: the scheduler on behalf of the worker that it sends it to, or
 * a thread of the submitter that would have to wait for it.
 */
public final class Claim {
    public static final int NOBODY = 0;

    private static final int CLIENT_BITS = 12;
    /** More than there are clients. */
    private static final int SCHEDULER = (1 << CLIENT_BITS) - 2;

    private Claim() {}

    public static int of(int client, int attempt) {
        return attempt << CLIENT_BITS | client + 1;
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
}
