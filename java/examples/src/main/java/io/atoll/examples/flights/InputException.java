package io.atoll.examples.flights;

/** The input cannot be used; the message is one line for the user. */
public final class InputException extends Exception {
    private static final long serialVersionUID = 1;

    InputException(String message) {
        super(message);
    }

    InputException(String message, Throwable cause) {
        super(message, cause);
    }
}
