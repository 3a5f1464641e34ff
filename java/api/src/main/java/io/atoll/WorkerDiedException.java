package io.atoll;

/** The worker that ran a task died, and so did those of its retries. */
public class WorkerDiedException extends AtollException {
    private static final long serialVersionUID = 1;

    /**
     * With a message alone.
     *
     * @param message what was wrong, with its values
     */
    public WorkerDiedException(String message) {
        super(message);
    }
}
