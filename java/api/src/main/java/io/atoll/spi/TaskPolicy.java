package io.atoll.spi;

import io.atoll.concurrent.WorkerEnvironment;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How long a task may run, what it is run again for, and where it runs.
 *
 * @param timeout of each run; zero for no limit
 * @param retryOn names of classes of exceptions: one that the task throws counts if it is of one of them or of a subclass
 * @param backoff before the first retry after such an exception; doubled for each further one
 * @param longestBackoff where that ends
 * @param isIsolated whether it never runs on the stack of a task that waits for it
 * @param environment in which it runs; null: that of the task that submits it
 */
public record TaskPolicy(
        Duration timeout,
        List<String> retryOn,
        Duration backoff,
        Duration longestBackoff,
        boolean isIsolated,
        @Nullable WorkerEnvironment environment) {
    /** No limit, no exception, and anywhere. */
    public static final TaskPolicy NONE =
            new TaskPolicy(Duration.ZERO, List.of(), Duration.ZERO, Duration.ZERO, false, null);

    /** With all that it says. */
    public TaskPolicy {
        retryOn = List.copyOf(retryOn);
        check("timeout", timeout);
        check("backoff", backoff);
        check("longest backoff", longestBackoff);
        if (longestBackoff.compareTo(backoff) < 0) {
            throw new IllegalArgumentException(
                    "a backoff of " + backoff + " at first and " + longestBackoff + " at most");
        }
    }

    /**
     * Whether it says nothing.
     *
     * @return nearly always, and not by {@code equals}: to link that of a record takes a young JVM some 20 ms
     */
    public boolean isNone() {
        boolean isAtOnce = timeout.isZero() && backoff.isZero() && longestBackoff.isZero();
        return isAtOnce && retryOn.isEmpty() && !isIsolated && environment == null;
    }

    /**
     * The same in an environment.
     *
     * @param other in the place of what it has
     * @return a new policy
     */
    public TaskPolicy in(WorkerEnvironment other) {
        return new TaskPolicy(timeout, retryOn, backoff, longestBackoff, isIsolated, other);
    }

    private static void check(String what, Duration duration) {
        if (Objects.requireNonNull(duration, what).isNegative()) {
            throw new IllegalArgumentException(what + ": " + duration + " asked; it takes zero or more");
        }
    }
}
