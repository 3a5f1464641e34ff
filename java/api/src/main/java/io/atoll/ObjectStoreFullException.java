package io.atoll;

/**
 * The store has no room for the bytes asked for, and nothing in it may be taken away.
 *
 * @since 0.1
 */
public class ObjectStoreFullException extends AtollException {
    private static final long serialVersionUID = 1;

    /**
     * With a message alone.
     *
     * @param message what was wrong, with its values
     */
    public ObjectStoreFullException(String message) {
        super(message);
    }
}
