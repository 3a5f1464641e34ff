package io.atoll;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Stands for a throwable of a task that cannot be made here: its class is not on this process's class path, say, or one
 * of its fields cannot be stored. It has the original's stack trace, cause and suppressed, which may be stand-ins too.
 *
 * @since 0.1
 */
public final class StandInException extends AtollException {
    private static final long serialVersionUID = 1;

    /** As {@link Class#getName} says. */
    private final String originalClass;

    /** May be null. */
    private final @Nullable String originalMessage;

    /**
     * With what the original said.
     *
     * @param originalClass name of its class
     * @param originalMessage its message; may be null
     * @param reason why it cannot be made here
     * @param cause the original's, or a stand-in for it; may be null
     */
    public StandInException(
            String originalClass, @Nullable String originalMessage, String reason, @Nullable Throwable cause) {
        super(
                originalClass + (originalMessage == null ? "" : ": " + originalMessage)
                        + " (a stand-in for the original: " + reason + ")",
                cause);
        this.originalClass = Objects.requireNonNull(originalClass, "originalClass");
        this.originalMessage = originalMessage;
    }

    /**
     * The class of the original.
     *
     * @return its name
     */
    public String originalClass() {
        return originalClass;
    }

    /**
     * The message of the original.
     *
     * @return null when it had none
     */
    public @Nullable String originalMessage() {
        return originalMessage;
    }
}
