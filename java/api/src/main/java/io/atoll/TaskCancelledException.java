package io.atoll;

/**
 * The task was cancelled before it had begun: it has not run, and never will.
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
        super(message, taskName, 0, 0, null);
    }
}
