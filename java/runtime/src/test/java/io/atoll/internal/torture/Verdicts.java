package io.atoll.internal.torture;

import io.atoll.AtollException;
import io.atoll.ObjectStoreFullException;
import io.atoll.spi.UserThrowables;
import java.util.concurrent.atomic.AtomicLong;

/** What the tasks of a run have come to, and what was done to it. Any thread. */
final class Verdicts {
    /** Of one kind so many are told in full. */
    private static final int TOLD = 20;

    final AtomicLong tasks = new AtomicLong();
    final AtomicLong kills = new AtomicLong();
    final AtomicLong stops = new AtomicLong();
    final AtomicLong fills = new AtomicLong();
    private final AtomicLong wrong = new AtomicLong();
    private final AtomicLong stuck = new AtomicLong();
    private final AtomicLong left = new AtomicLong();
    /** Whether the disk for what is spilled has been full: then there may be no room for a value. */
    volatile boolean diskWasFull;

    void wrong(String what, Object got) {
        tell(wrong, "wrong: " + what + ": " + got);
        if (got instanceof Throwable thrown && wrong.get() <= 3) {
            thrown.printStackTrace(System.out);
        }
    }

    /** True for the first of all. */
    boolean stuck(String what) {
        tell(stuck, "stuck: " + what);
        return stuck.get() == 1;
    }

    void left(String what) {
        tell(left, "left: " + what);
    }

    private static void tell(AtomicLong count, String what) {
        if (count.incrementAndGet() <= TOLD) {
            System.out.println(what);
        }
    }

    /** Whether a value may fail to be stored with this. */
    boolean mayBeFull(AtollException thrown) {
        boolean isFull = false;
        for (Throwable each : UserThrowables.chain(thrown)) {
            isFull |= each instanceof ObjectStoreFullException
                    || String.valueOf(each.getMessage()).contains("ObjectStoreFull");
        }
        return isFull && diskWasFull;
    }

    boolean isGood() {
        return wrong.get() + stuck.get() + left.get() == 0;
    }

    @Override
    public String toString() {
        return "nodes: tasks=" + tasks + " kills=" + kills + " stops=" + stops + " fills=" + fills + " wrong=" + wrong
                + " stuck=" + stuck + " left=" + left;
    }
}
