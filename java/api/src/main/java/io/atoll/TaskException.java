package io.atoll;

import io.atoll.concurrent.TaskTimeoutException;
import io.atoll.spi.UserThrowables;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A task has no result: it threw, or could not be run. This is what {@code get} throws for it, and nothing else is: other
 * exceptions of Atoll that come out of a call are the call's own (its time was over, the store was full, the object is
 * lost, its thread was interrupted), whatever the task has thrown.
 *
 * <p>The cause is what the task threw, with its own stack trace, or null when it threw nothing. The stack trace of this
 * exception holds the frames of the worker first, then those of the thread that asked for the result. A cause whose class
 * cannot be made here is a {@link StandInException}.
 *
 * <p>A task whose argument has failed is not run: its result is the same failure. The same holds for a task that lets a
 * {@code TaskException} through. So task, worker and attempt are those of the task that failed first.
 *
 * @since 0.1
 */
public sealed class TaskException extends AtollException
        permits WorkerDiedException, TaskCancelledException, TaskTimeoutException, DeadlockException {
    private static final long serialVersionUID = 1;

    /** What it is about. */
    private final String taskName;

    /** Process id, or 0. */
    private final long workerPid;

    /** From 1, or 0. */
    private final int attempt;

    /**
     * With all that it tells.
     *
     * @param message what went wrong, with its values
     * @param taskName the task's name
     * @param workerPid process id of the worker that ran it; 0 when none did
     * @param attempt which run of the task it was, from 1; 0 when it was not run
     * @param cause what the task threw; null for nothing
     */
    public TaskException(String message, String taskName, long workerPid, int attempt, @Nullable Throwable cause) {
        super(message, cause);
        this.taskName = Objects.requireNonNull(taskName, "taskName");
        this.workerPid = workerPid;
        this.attempt = attempt;
    }

    /**
     * What a task that threw has as its result: with the message and the stack trace of what it threw.
     *
     * @param taskName the task's name
     * @param workerPid process id of the worker that ran it
     * @param attempt which run of the task it was, from 1
     * @param thrown becomes the cause, unless it is the failure of another task, which stays as it is
     * @return not thrown yet
     */
    public static TaskException of(String taskName, long workerPid, int attempt, Throwable thrown) {
        if (thrown instanceof TaskException through) {
            return through;
        }
        TaskException failed = new TaskException(
                "task " + taskName + " (worker " + workerPid + ", attempt " + attempt + ") threw "
                        + UserThrowables.text(thrown),
                taskName,
                workerPid,
                attempt,
                thrown);
        failed.setStackTrace(UserThrowables.trace(thrown));
        return failed;
    }

    /**
     * The name of the task that failed: the function's own, or what {@code name} has given it.
     *
     * @return as in the message
     */
    public final String taskName() {
        return taskName;
    }

    /**
     * Where the task was run.
     *
     * @return process id of the worker; 0 when no worker ran it
     */
    public final long workerPid() {
        return workerPid;
    }

    /**
     * Which run of the task has failed.
     *
     * @return from 1; 0 when it was not run
     */
    public final int attempt() {
        return attempt;
    }
}
