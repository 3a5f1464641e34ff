package io.atoll.internal.call;

import io.atoll.internal.store.Waiting;
import io.atoll.spi.TaskPolicy;
import java.util.List;

/**
 * What the record of a call says of its time and its retries.
 *
 * @param timeoutNanos of each run; 0 for no limit
 * @param backoffNanos before the first retry for an exception
 * @param longestBackoffNanos after doubling that for each further one
 * @param retryOn names of classes of exceptions
 */
public record RetryPolicy(long timeoutNanos, long backoffNanos, long longestBackoffNanos, List<String> retryOn) {
    static final RetryPolicy NONE = new RetryPolicy(0, 0, 0, List.of());

    static RetryPolicy of(TaskPolicy policy) {
        return new RetryPolicy(
                Waiting.nanos(policy.timeout()),
                Waiting.nanos(policy.backoff()),
                Waiting.nanos(policy.longestBackoff()),
                policy.retryOn());
    }

    /** Whether one of the classes that are named is the exception's, or one that its extends. */
    public boolean isFor(Class<?> exception) {
        for (Class<?> each = exception; each != null && !retryOn.isEmpty(); each = each.getSuperclass()) {
            if (retryOn.contains(each.getName())) {
                return true;
            }
        }
        return false;
    }

    /** How long to wait after so many runs that have failed, from 1. */
    public long delayNanos(int failed) {
        long delay = backoffNanos;
        for (int i = 1; i < failed && delay < longestBackoffNanos && delay > 0; ++i) {
            delay = delay > longestBackoffNanos / 2 ? longestBackoffNanos : 2 * delay;
        }
        return delay;
    }
}
