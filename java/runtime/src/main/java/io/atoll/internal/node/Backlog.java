package io.atoll.internal.node;

import io.atoll.internal.log.Log;
import io.atoll.internal.store.Waiting;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Holds back who submits while the node has as many unfinished tasks as it may have: each takes an id of the store and some of
 * the driver's heap. What is on its way to the scheduler is not counted. Any thread.
 */
public final class Backlog {
    /** For a process that tasks do not wait for. */
    public static final long FOR_EVER = Long.MAX_VALUE;
    /** For tasks: those that could end may be the ones that wait here. */
    public static final long UNTIL_NOTHING_ENDS = 1_000_000_000L;

    /** What the driver's heap keeps of a task of few arguments and of its ref; measured: 480. */
    private static final long TASK_BYTES = 512;

    /** The same, when nothing has ended either since somebody was last let through. */
    private static final long SHORT_PATIENCE_NANOS = 50_000_000;

    private static final long FIRST_PAUSE_NANOS = 50_000;
    private static final long LAST_PAUSE_NANOS = 2_000_000;
    private static final long TELL_NANOS = 10_000_000_000L;

    private final Board board;
    private final UpRing ring;
    private final Gate gate;
    private final long patience;
    private final AtomicBoolean isTold = new AtomicBoolean();
    /** How many had ended when somebody was last let through. */
    private volatile long endedAtLast = -1;

    /** @param patience for how long nothing may end before who waits is let through */
    public Backlog(Board board, UpRing ring, Gate gate, long patience) {
        this.board = board;
        this.ring = ring;
        this.gate = gate;
        this.patience = patience;
    }

    /** How many tasks a node may have where nobody says so: half of the ids, and what three quarters of the heap have room for. */
    public static int most(long maxObjects) {
        long fit = Runtime.getRuntime().maxMemory() / 4 * 3 / TASK_BYTES;
        return (int) Math.max(1, Math.min(maxObjects / 2, fit));
    }

    /** REQUIRES: the caller is inside the gate. */
    public boolean isFull() {
        return board.isFull();
    }

    /**
     * Waits until there is room for a task, or who waits is let through without. Which of them it is.
     *
     * @throws io.atoll.CallInterruptedException when this thread is interrupted meanwhile
     * @throws IllegalStateException when the session is closed, or the node has ended
     */
    public boolean await() {
        long startedAt = System.nanoTime();
        long quietSince = startedAt;
        long endedThen = -1;
        long pause = FIRST_PAUSE_NANOS;
        while (true) {
            int most;
            long ended;
            gate.enter();
            try {
                ring.checkOpen();
                if (!isFull()) {
                    return true;
                }
                most = board.most();
                ended = board.ended();
            } finally {
                gate.leave();
            }
            long now = System.nanoTime();
            if (ended != endedThen) {
                endedThen = ended;
                quietSince = now;
            } else if (now - quietSince
                    > (ended == endedAtLast ? Math.min(patience, SHORT_PATIENCE_NANOS) : patience)) {
                endedAtLast = ended;
                return false;
            }
            Waiting.checkInterrupt(
                    "waiting for one of the node's " + most
                            + " unfinished tasks to end: it has as many as it may have (AtollOptions.Builder.maxUnfinishedTasks)");
            if (now - startedAt > TELL_NANOS && isTold.compareAndSet(false, true)) {
                Log.of(Backlog.class)
                        .warn(
                                "who submits waits: {} tasks are unfinished, as many as there may be"
                                        + " (AtollOptions.Builder.maxUnfinishedTasks)",
                                most);
            }
            LockSupport.parkNanos(this, pause);
            pause = Math.min(2 * pause, LAST_PAUSE_NANOS);
        }
    }
}
