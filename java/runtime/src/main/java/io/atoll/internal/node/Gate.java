package io.atoll.internal.node;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets threads use memory that will be unmapped: closing lets nobody in any more and waits for those inside. Any thread;
 * a thread may be inside more than once.
 */
public final class Gate {
    private static final int CLOSED = Integer.MIN_VALUE;

    private final AtomicInteger inside = new AtomicInteger();

    /** False once it is closed; else {@link #leave} must follow. */
    boolean tryEnter() {
        if (inside.incrementAndGet() > 0) {
            return true;
        }
        inside.decrementAndGet();
        return false;
    }

    public void enter() {
        if (!tryEnter()) {
            throw new IllegalStateException("Atoll is not running in this process any more: its session is closed");
        }
    }

    public void leave() {
        inside.decrementAndGet();
    }

    /** Once. */
    public void close() {
        inside.addAndGet(CLOSED);
        while (inside.get() != CLOSED) {
            LockSupport.parkNanos(50_000);
        }
    }
}
