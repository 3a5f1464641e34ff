package io.atoll.scheduler;

import io.atoll.ObjectId;
import java.util.List;

/**
 * What a {@link Scheduler} has done by others. Called on its thread, from within its methods, and must not call them
 * back.
 */
public interface SchedulerActions {
    /** Claims the task for the worker and sends it there. */
    Dispatch dispatch(Task task, int worker);

    /** Claims the task for the worker of the leader, and sends it there, to be begun when that has ended and not before. */
    Dispatch sendAhead(Task task, Task leader);

    /**
     * Takes back a task that was sent ahead: it is nobody's then. False when its worker has begun it, or somebody else has
     * claimed it: {@link #claimedBy} runs it.
     */
    boolean recall(Task task);

    /** The client whose claim on the task stands, or {@link Scheduler#NOBODY}. */
    int claimedBy(Task task);

    /**
     * Takes away the claim of a client that is dead or gave the task back; {@link Task#attempt()} is the new one. One that is
     * {@link Task#isReserved reserved} is nobody's to claim but the scheduler's. False when it has been cancelled: then the
     * claim stays.
     */
    boolean unclaim(Task task);

    /**
     * Marks the task, so that whoever has it ends it as cancelled, and nobody begins it. The client that has it, or {@link
     * Scheduler#NOBODY}.
     */
    int mark(Task task);

    /** Has the worker interrupt the thread that runs the task. */
    void interrupt(Task task, int worker);

    /**
     * Has the wait of a task end by a failure, as by an interrupt: each of these waits for the next, the last of which is among
     * them already.
     */
    void breakWait(Task task, List<Task> cycle);

    /** Ends the worker's process. {@link Scheduler#workerLost} follows. */
    void kill(int worker, String why);

    /** The worker takes no more tasks, having begun as many as it may: another is to be started in its place. */
    void replace(int worker);

    /** The worker takes no more tasks, and has nothing left: it is to end by itself. {@link Scheduler#workerLost} follows. */
    void retire(int worker);

    /** So many workers of the kind are to be there, beside those that were replaced and those that were told to end. */
    void want(WorkerKind kind, int count);

    /** Whether the object is there, or is known never to be: either way nobody has to wait for it. */
    boolean isReady(ObjectId id);

    /** Tells the worker that the thread of the task has its CPU again. */
    void grant(Task task, int worker);

    /** Makes the task's result an error, {@link Failure#CANCELLED} whenever it is marked; {@link #done} follows. */
    void fail(Task task, Failure reason, String message);

    /** The scheduler has forgotten the task: what was kept for it, retries included, may go. Once for every task. */
    void done(Task task);

    /** What came of sending a task. */
    enum Dispatch {
        /** It is on its way. */
        SENT,
        /** Somebody else had claimed it: {@link #claimedBy} runs it with resources that it already holds. */
        HELPED,
        /** Unclaimed still: the worker cannot take it now. It is asked again after it has finished something. */
        FULL,
        /** Nobody has it, and nobody will: it was cancelled. */
        CANCELLED
    }

    /** Why a task will never have a result. */
    enum Failure {
        /** The node does not have what it demands. */
        INFEASIBLE,
        /** No worker can be started in its environment. */
        NO_WORKER,
        /** Its worker died, and it may not be retried. */
        WORKER_DIED,
        /** It ran on beyond its time, and its worker had to be killed. */
        OVERDUE,
        /** Somebody wanted no result. */
        CANCELLED,
        /** Those who have what it needs wait for it, or for each other. */
        DEADLOCK
    }
}
