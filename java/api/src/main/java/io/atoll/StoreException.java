package io.atoll;

import org.jspecify.annotations.Nullable;

/**
 * The store refused an operation for a reason that no other exception names.
 *
 * @since 0.1
 */
public class StoreException extends AtollException {
    private static final long serialVersionUID = 1;

    /**
     * With a message alone.
     *
     * @param message what was wrong, with its values
     */
    public StoreException(String message) {
        super(message);
    }

    /**
     * With a message and a cause.
     *
     * @param message what was wrong, with its values
     * @param cause what has led to it
     */
    public StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
