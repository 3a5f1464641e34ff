package io.atoll;

/**
 * The time given to a blocking call was over before the value was there.
 *
 * @since 0.1
 */
public class GetTimeoutException extends AtollException {
    private static final long serialVersionUID = 1;

    /**
     * With a message alone.
     *
     * @param message what was wrong, with its values
     */
    public GetTimeoutException(String message) {
        super(message);
    }
}
