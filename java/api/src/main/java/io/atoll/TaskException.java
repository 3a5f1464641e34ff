package io.atoll;

/** A task threw a checked exception, which is the cause. */
public class TaskException extends AtollException {
    private static final long serialVersionUID = 1;

    public TaskException(String message) {
        super(message);
    }

    public TaskException(String message, Throwable cause) {
        super(message, cause);
    }
}
