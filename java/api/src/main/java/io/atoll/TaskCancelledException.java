package io.atoll;

import org.jspecify.annotations.Nullable;

/**
 * The task was cancelled: before it had begun, so that it has not run and never will, or while it ran. Then it has a worker
 * and an attempt, and the cause is what it threw, if it did.
 *
 * @since 0.1
 */
public final class TaskCancelledException extends TaskException {
    private static final long serialVersionUID = 1;

    /**
     * With all that it tells.
     *
     * @param message what was cancelled
     * @param taskName the task's name, or the id of its result where only that is known
     */
    public TaskCancelledException(String message, String taskName) {
        this(message, taskName, 0, 0, null);
    }

    /**
     * Of a task that had begun.
     *
     * @param message what was cancelled
     * @param taskName the task's name
     * @param workerPid process id of the worker that ran it
     * @param attempt which run of the task it was, from 1
     * @param cause what the task threw then; null for nothing
     */
    public TaskCancelledException(
            String message, String taskName, long workerPid, int attempt, @Nullable Throwable cause) {
        super(message, taskName, workerPid, attempt, cause);
    }
}
