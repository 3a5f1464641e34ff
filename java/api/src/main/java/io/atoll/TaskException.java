package io.atoll;

/** A task threw a checked exception, which is the cause. */
public class TaskException extends AtollException {
    private static final long serialVersionUID = 1;

    /**
     * With a message alone.
     *
     * @param message what was wrong, with its values
     */
    public TaskException(String message) {
        super(message);
    }

    /**
     * With a message and a cause.
     *
     * @param message what was wrong, with its values
     * @param cause what has led to it
     */
    public TaskException(String message, Throwable cause) {
        super(message, cause);
    }
}
