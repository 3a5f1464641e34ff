package io.atoll;

/** The store refused an operation for a reason that no other exception names. */
public class StoreException extends AtollException {
    private static final long serialVersionUID = 1;

    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
