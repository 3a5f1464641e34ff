package io.atoll;

import java.util.Objects;

/**
 * The worker that ran a task died, and so did those of its retries; or no worker can be started. The message also has
 * the last lines that the worker has printed.
 *
 * @since 0.1
 */
public final class WorkerDiedException extends TaskException {
    private static final long serialVersionUID = 1;

    /** In words. */
    private final String ending;

    /**
     * With all that it tells.
     *
     * @param message what went wrong, with its values
     * @param taskName the task's name
     * @param workerPid process id of the worker that died last; 0 when none could be started
     * @param attempt which run of the task it was, from 1; 0 when it was not run
     * @param ending how that worker ended
     */
    public WorkerDiedException(String message, String taskName, long workerPid, int attempt, String ending) {
        super(message, taskName, workerPid, attempt, null);
        this.ending = Objects.requireNonNull(ending, "ending");
    }

    /**
     * How the worker ended.
     *
     * @return {@code exit code 3} or {@code signal 9 (SIGKILL)}, say
     */
    public String ending() {
        return ending;
    }
}
