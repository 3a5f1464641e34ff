package io.atoll;

import org.jspecify.annotations.Nullable;

/**
 * A value cannot be stored; the message names the path to the field that is at fault.
 *
 * @since 0.1
 */
public class UnserializableException extends AtollException {
    private static final long serialVersionUID = 1;

    /**
     * With a message alone.
     *
     * @param message what was wrong, with its values
     */
    public UnserializableException(String message) {
        super(message);
    }

    /**
     * With a message and a cause.
     *
     * @param message what was wrong, with its values
     * @param cause what has led to it
     */
    public UnserializableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
