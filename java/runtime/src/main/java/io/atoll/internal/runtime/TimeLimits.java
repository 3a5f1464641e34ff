package io.atoll.internal.runtime;

import io.atoll.internal.log.Log;
import io.atoll.internal.threads.LateThread;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Tells runs when their time is over, and each while later, if they have not ended, that it has been for that long. One
 * thread, from the first limit on; the methods are any thread's.
 */
final class TimeLimits {
    /** How long a task has to heed the interrupt. */
    private static final long GRACE_NANOS = 2_000_000_000L;

    private final PriorityQueue<Limit> limits =
            new PriorityQueue<>(Comparator.comparingLong((Limit limit) -> limit.at)); // guarded by this
    private final LateThread thread = new LateThread("atoll-limits", this::run);

    /** A time of a run's; {@link TimeLimits#end} takes it away. */
    final class Limit {
        private final Runnable over;
        private final Runnable longOver;
        private long at; // since the start; guarded by the limits
        private boolean isOver; // guarded by the limits

        private Limit(long at, Runnable over, Runnable longOver) {
            this.at = at;
            this.over = over;
            this.longOver = longOver;
        }
    }

    private final long startedAt = System.nanoTime();

    /** @param longOver is run again and again after that, until the limit is taken away */
    synchronized Limit begin(long nanos, Runnable over, Runnable longOver) {
        thread.start();
        long now = now();
        Limit limit = new Limit(nanos < Long.MAX_VALUE - now ? now + nanos : Long.MAX_VALUE, over, longOver);
        limits.add(limit);
        notifyAll();
        return limit;
    }

    synchronized void end(Limit limit) {
        limits.remove(limit);
    }

    private long now() {
        return System.nanoTime() - startedAt;
    }

    private void run() {
        try {
            while (true) {
                tellNext();
            }
        } catch (Error e) {
            WorkerMain.fail(e);
        }
    }

    private void tellNext() {
        try {
            next().run();
        } catch (InterruptedException e) {
            // By a user who interrupts all threads there are.
        } catch (RuntimeException e) { // Of others the times are kept all the same.
            Log.of(TimeLimits.class).debug("a task cannot be told that its time is over", e);
        }
    }

    private synchronized Runnable next() throws InterruptedException {
        while (true) {
            Limit first = limits.peek();
            long left = first == null ? Long.MAX_VALUE : first.at - now();
            if (left > 0) {
                long millis = Math.min(left / 1_000_000, Integer.MAX_VALUE);
                wait(first == null ? 0 : millis, first == null || millis > 0 ? 0 : (int) Math.min(left, 999_999));
                continue;
            }
            limits.remove();
            first.at = now() + GRACE_NANOS;
            limits.add(first);
            if (first.isOver) {
                return first.longOver;
            }
            first.isOver = true;
            return first.over;
        }
    }
}
