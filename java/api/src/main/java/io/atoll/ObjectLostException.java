package io.atoll;

/**
 * The bytes of an object cannot be had any more: it was deleted or freed.
 *
 * @since 0.1
 */
public class ObjectLostException extends AtollException {
    private static final long serialVersionUID = 1;

    /**
     * With a message alone.
     *
     * @param message what was wrong, with its values
     */
    public ObjectLostException(String message) {
        super(message);
    }
}
