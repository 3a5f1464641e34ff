package io.atoll;

/** The bytes of an object cannot be had any more: it was deleted or freed. */
public class ObjectLostException extends AtollException {
    private static final long serialVersionUID = 1;

    public ObjectLostException(String message) {
        super(message);
    }
}
