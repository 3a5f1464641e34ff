package io.atoll.internal.call;

/** The kinds of messages in the rings. Unless said otherwise a message is the 16 bytes of a task's id. */
public final class Messages {
    // From a client to the scheduler.

    /** A whole {@link CallRecord}. */
    public static final int SUBMIT = 1;
    /** The task's result is sealed. */
    public static final int FINISHED = 2;
    /** The thread that has the task's resources waits for something. */
    public static final int BLOCKED = 3;
    /** It need not wait any longer, and asks for its CPU. */
    public static final int RESUME = 4;
    /** A task is given back that this client has no thread for. */
    public static final int RETURNED = 5;

    /**
     * The task has failed, and not even its error has room in the store: its id, an int with the attempt, from 1, its name and
     * the error as a string each.
     */
    public static final int FAILED = 6;

    /** The task is marked as cancelled: whoever has it is to be interrupted, and its children are to be cancelled. */
    public static final int CANCEL = 7;
    /** The same, by ending the worker that has it. */
    public static final int CANCEL_BY_FORCE = 8;
    /**
     * The task has failed with what it is to be retried for: its id, a long with the delay in nanoseconds, an int with the
     * attempt, from 1, its name and the error as a string each.
     */
    public static final int RETRY = 9;
    /** The task's time is over, and it runs on although it was interrupted. */
    public static final int OVERDUE = 10;

    /** The task's function has returned and holds no thread: something else will end it. */
    public static final int DETACHED = 12;
    /** A stream has come this far: its task's id, a long with the number of items, and the id of the next node. */
    public static final int STREAMED = 11;

    // From the scheduler to a worker.

    /** A whole {@link CallRecord}, to be run. */
    public static final int RUN = 16;
    /** The task has its CPU back. */
    public static final int GRANT = 17;

    /** The thread that runs the task is to be interrupted. */
    public static final int INTERRUPT = 18;

    private Messages() {}
}
