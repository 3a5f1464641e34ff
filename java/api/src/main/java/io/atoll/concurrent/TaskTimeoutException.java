package io.atoll.concurrent;

import io.atoll.TaskException;

/**
 * The task ran for longer than it was given by {@code timeout}.
 *
 * @since 0.1
 */
public final class TaskTimeoutException extends TaskException {
    private static final long serialVersionUID = 1;

    /**
     * With all that it tells.
     *
     * @param message how long it was to run
     * @param taskName the task's name
     * @param workerPid process id of the worker that ran it
     * @param attempt which run of the task it was, from 1
     */
    public TaskTimeoutException(String message, String taskName, long workerPid, int attempt) {
        super(message, taskName, workerPid, attempt, null);
    }
}
