package io.atoll.internal.call;

/** The kinds of messages in the rings. Unless said otherwise a message is the 16 bytes of a task's id. */
public final class Messages {
    // From a client to the scheduler.

    /** A whole {@link CallRecord}. */
    public static final int SUBMIT = 1;
    /**
     * The task's result is sealed. A second id is that of the task, sent {@link #AHEAD} behind it, that has been begun on its
     * resources.
     */
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

    /**
     * The thread that has the task's resources has gone on, whoever has its CPU: it could not wait for that, or not any longer.
     */
    public static final int RESUMED_AT_ONCE = 13;

    /** A thread of this client will never go on: the task waits for a lock, and has failed with all that wait for it. */
    public static final int STUCK = 14;

    /** The task's function has returned and holds no thread: something else will end it. */
    public static final int DETACHED = 12;
    /** A stream has come this far: its task's id, a long with the number of items, and the id of the next node. */
    public static final int STREAMED = 11;

    /**
     * A result is about to be an error: the task's id, the result's, and a string each with the task's name, the kind of
     * error and a line about it. {@link #FINISHED} follows.
     */
    public static final int FAILED_WITH = 24;
    /** Somebody has got the error that the object is, or asked for it: the object's id. */
    public static final int HEARD = 25;
    /** The answer to {@link #CHECK}, with what it had in the place of an id, when no thread goes on by itself. */
    public static final int CHECKED = 15;

    /**
     * Before that answer, or without it, what a thread waits for: the long of {@link #CHECK}, the id of the task that has the
     * thread's resources, an int each with the number of objects that are wanted, of tasks that run on top of it, and of
     * objects; and the ids of these two.
     */
    public static final int WAITS = 27;

    /**
     * A small result for which a worker finds no room, to lie in the driver's reserve: its id, a long with its tag, an int with the
     * number of ids that it contains, those, and its bytes. The worker keeps what it contains until it is sealed.
     */
    public static final int RESULT = 28;

    /** How far a task is: its id, and a double from 0 to 1. */
    public static final int PROGRESS = 26;

    /** The task has all that it was given, among which is a stream. */
    public static final int GIVEN = 29;

    // From the scheduler to a worker.

    /** A whole {@link CallRecord}, to be run. */
    public static final int RUN = 16;
    /** The id of a task that runs here, and a whole {@link CallRecord}, to be run once that has ended. */
    public static final int AHEAD = 19;
    /** The same for one whose beginning is told at once, so that more comes before all that is ahead has begun. */
    public static final int AHEAD_AND_TELL = 21;
    /** The task has its CPU back. */
    public static final int GRANT = 17;

    /** The thread that runs the task is to be interrupted. */
    public static final int INTERRUPT = 18;

    /** Whether any thread of a task waits for what is there already. In the place of an id is what the answer is to name. */
    public static final int CHECK = 20;

    /** The wait of a task is to fail: its id, and a string with the reason, cut to what fits. */
    public static final int BREAK = 22;

    private Messages() {}
}
