package io.atoll;

/**
 * The thread of a blocking call was interrupted while it waited. The interrupt flag is set again; what was waited for
 * goes on.
 *
 * @since 0.1
 */
public final class CallInterruptedException extends AtollException {
    private static final long serialVersionUID = 1;

    /**
     * With an {@link InterruptedException} as its cause.
     *
     * @param message what was waited for
     */
    public CallInterruptedException(String message) {
        super(message, new InterruptedException());
    }
}
