package io.atoll;

/** A value cannot be stored; the message names the path to the field that is at fault. */
public class UnserializableException extends AtollException {
    private static final long serialVersionUID = 1;

    public UnserializableException(String message) {
        super(message);
    }

    public UnserializableException(String message, Throwable cause) {
        super(message, cause);
    }
}
