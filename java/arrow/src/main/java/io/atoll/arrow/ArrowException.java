package io.atoll.arrow;

import io.atoll.AtollException;
import java.nio.charset.StandardCharsets;

/**
 * What Arrow C++ has failed with, in its own words, behind the function's name and the types that it was given. It comes out of
 * {@code get} as the cause of a {@link io.atoll.TaskException}.
 *
 * @since 0.1
 */
public final class ArrowException extends AtollException {
    private static final long serialVersionUID = 1;

    private final String code;

    /**
     * With all that it tells.
     *
     * @param code Arrow's name of the kind of failure: {@code Invalid}, {@code Type error}, {@code Key error}, ...
     * @param message what it says
     */
    public ArrowException(String code, String message) {
        super(code + ": " + message);
        this.code = code;
    }

    /** For native code. */
    @SuppressWarnings("UnusedMethod") // found by its name
    private static ArrowException of(byte[] code, byte[] message) {
        return new ArrowException(
                new String(code, StandardCharsets.UTF_8), new String(message, StandardCharsets.UTF_8));
    }

    /** Arrow's name of the kind of failure. */
    public String code() {
        return code;
    }
}
