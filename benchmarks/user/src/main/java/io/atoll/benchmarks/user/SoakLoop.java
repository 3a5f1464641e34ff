package io.atoll.benchmarks.user;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** A loop on a thread of its own until it is told to end, or a turn fails. */
final class SoakLoop extends Thread {
    private static final long PATIENCE_MILLIS = 60_000;

    private final Turn turn;
    private final AtomicReference<Throwable> failure;
    private final AtomicLong turns = new AtomicLong();
    private final AtomicLong worstNanos = new AtomicLong();
    private volatile long startedAt = System.nanoTime(); // of the turn that is running
    private volatile boolean isEnding;

    interface Turn {
        /** @return nanoseconds of the longest call, or 0 when that is the turn itself */
        long run(int number) throws Exception;
    }

    /** @param failure of the first loop that has one */
    SoakLoop(String name, Turn turn, AtomicReference<Throwable> failure) {
        super(name);
        this.turn = turn;
        this.failure = failure;
        setDaemon(true);
    }

    @Override
    public void run() {
        try {
            for (int number = 0; !isEnding; ++number) {
                startedAt = System.nanoTime();
                long worst = turn.run(number);
                long pause = worst > 0 ? worst : System.nanoTime() - startedAt;
                worstNanos.accumulateAndGet(pause, Math::max);
                turns.incrementAndGet();
            }
        } catch (Throwable e) {
            failure.compareAndSet(null, new IllegalStateException(getName() + ", turn " + turns, e));
        }
    }

    /** Since it was last asked, a turn that has run for more than a second and not ended included. */
    long takeWorstNanos() {
        long running = System.nanoTime() - startedAt;
        return Math.max(worstNanos.getAndSet(0), running > 1_000_000_000 ? running : 0);
    }

    long turns() {
        return turns.get();
    }

    void end() throws InterruptedException {
        isEnding = true;
        join(PATIENCE_MILLIS);
        if (isAlive()) {
            failure.compareAndSet(null, new IllegalStateException(getName() + ": turn " + turns + " does not end"));
        }
    }
}
