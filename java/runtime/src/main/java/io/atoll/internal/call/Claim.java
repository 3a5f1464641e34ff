package io.atoll.internal.call;

/**
 * The claim word of a result's entry: who runs the task. 0 is nobody; else the run's number and, in the low 12 bits, the
 * client plus one. Whoever changes it from 0 runs the task: the scheduler on behalf of the worker that it sends it to, or
 * a thread of the submitter that would have to wait for it.
 */
public final class Claim {
    public static final int NOBODY = 0;

    private static final int CLIENT_BITS = 12;

    private Claim() {}

    public static int of(int client, int attempt) {
        return attempt << CLIENT_BITS | client + 1;
    }

    /** Negative for nobody's. */
    public static int client(int claim) {
        return (claim & (1 << CLIENT_BITS) - 1) - 1;
    }
}
