package io.atoll;

import org.jspecify.annotations.Nullable;

/**
 * The root of everything Atoll itself throws. The message carries the values that were wrong.
 *
 * @since 0.1
 */
public class AtollException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * With a message alone.
     *
     * @param message what was wrong, with its values
     */
    public AtollException(String message) {
        super(message);
    }

    /**
     * With a message and a cause.
     *
     * @param message what was wrong, with its values
     * @param cause what has led to it
     */
    public AtollException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
