package io.atoll;

/** The root of everything Atoll itself throws. The message carries the values that were wrong. */
public class AtollException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public AtollException(String message) {
        super(message);
    }

    public AtollException(String message, Throwable cause) {
        super(message, cause);
    }
}
