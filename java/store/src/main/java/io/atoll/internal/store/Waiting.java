package io.atoll.internal.store;

import io.atoll.CallInterruptedException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a blocking call passes its time: in slices of growing length, so that it sees interrupts and the store's end.
 */
public final class Waiting {
    /** Nanoseconds that stand for "for ever" in a {@code long}: 292 years. */
    public static final long FOREVER = Long.MAX_VALUE;

    static final long FIRST_SLICE = 1_000_000;
    private static final long LAST_SLICE = 100_000_000;

    private Waiting() {}

    /** Nanoseconds of a timeout; null waits for ever, a negative one looks once. */
    public static long nanos(@Nullable Duration timeout) {
        if (timeout == null) {
            return FOREVER;
        }
        if (timeout.isNegative()) {
            return 0;
        }
        try {
            return timeout.toNanos();
        } catch (ArithmeticException e) {
            return FOREVER;
        }
    }

    /** How long the slice after one of {@code slice} is. */
    static long longer(long slice) {
        return Math.min(slice * 2, LAST_SLICE);
    }

    /** What is left of a wait; 0 when it is over. */
    public static long left(long nanos, long startedAt) {
        return nanos == FOREVER ? FOREVER : Math.max(0, nanos - (System.nanoTime() - startedAt));
    }

    /** What is left of a timeout, null for ever. */
    public static @Nullable Duration left(@Nullable Duration timeout, long startedAt) {
        return timeout == null ? null : Duration.ofNanos(left(nanos(timeout), startedAt));
    }

    /** Throws when this thread is interrupted, with its flag set. */
    public static void checkInterrupt(String what) {
        if (Thread.currentThread().isInterrupted()) {
            throw interrupted(what);
        }
    }

    public static CallInterruptedException interrupted(String what) {
        return new CallInterruptedException(what + ": the waiting thread was interrupted");
    }
}
