package io.atoll.runtime;

/** The kinds of messages in the rings. Unless said otherwise a message is the 16 bytes of a task's id. */
final class Messages {
    // From a client to the scheduler.

    /** A whole {@link CallRecord}. */
    static final int SUBMIT = 1;
    /** The task's result is sealed. */
    static final int FINISHED = 2;
    /** The thread that has the task's resources waits for something. */
    static final int BLOCKED = 3;
    /** It need not wait any longer, and asks for its CPU. */
    static final int RESUME = 4;
    /** A task is given back that this client has no thread for. */
    static final int RETURNED = 5;

    // From the scheduler to a worker.

    /** A whole {@link CallRecord}, to be run. */
    static final int RUN = 16;
    /** The task has its CPU back. */
    static final int GRANT = 17;

    private Messages() {}
}
