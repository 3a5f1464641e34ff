package io.atoll;

/** The time given to a blocking call was over before the value was there. */
public class GetTimeoutException extends AtollException {
    private static final long serialVersionUID = 1;

    public GetTimeoutException(String message) {
        super(message);
    }
}
