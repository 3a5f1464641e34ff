package io.atoll.internal.node;

import io.atoll.store.NativeStore;
import io.atoll.store.Ring;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A few words that all processes of a node see, in the memory of the ring down to the driver, which is sent nothing:
 *
 * <pre>
 *    0  whether the scheduler is to be woken when a task is finished
 *   64  1024 bits: clients that take part in tasks
 *  192  tasks that wait, are queued, and run: an int each
 * </pre>
 *
 * <p>Any thread of any process.
 */
public final class Board {
    public static final int MAX_CLIENTS = 1024;

    private static final int EAGER = 0;
    private static final int JOINED = 64;
    private static final int TASKS = JOINED + MAX_CLIENTS / Byte.SIZE;
    private static final int END = TASKS + 3 * Integer.BYTES;

    private final UnsafeBuffer words;

    public Board(NativeStore store, int driverIndex) {
        Ring ring = store.ring(driverIndex, Ring.Direction.DOWN);
        words = new UnsafeBuffer(ring.address(), END);
    }

    /** The scheduler's alone: it looks at the rings once more after it has said so, and then sleeps. */
    void setEager(boolean eager) {
        words.putIntVolatile(EAGER, eager ? 1 : 0);
    }

    /**
     * Whether a message that only sets resources free must ring the bell. Pairs with {@link #setEager}: the message is in
     * the ring before a full fence and this reads after it, so either this thread sees the flag or the scheduler the message.
     */
    boolean isEager() {
        return words.getIntVolatile(EAGER) != 0;
    }

    /** The scheduler's alone. */
    void setTasks(int waiting, int queued, int running) {
        words.putIntOrdered(TASKS, waiting);
        words.putIntOrdered(TASKS + Integer.BYTES, queued);
        words.putIntOrdered(TASKS + 2 * Integer.BYTES, running);
    }

    /** Tasks that wait, are queued, and run, as the scheduler has last said: each for itself. */
    public int[] tasks() {
        return new int[] {
            words.getIntVolatile(TASKS),
            words.getIntVolatile(TASKS + Integer.BYTES),
            words.getIntVolatile(TASKS + 2 * Integer.BYTES)
        };
    }

    /** This client's ring is to be read from now on. The caller rings the scheduler's bell. */
    public void join(int client) {
        change(client, true);
    }

    void leave(int client) {
        change(client, false);
    }

    /** 64 clients' bits, beginning with client {@code 64 * word}. */
    public long joined(int word) {
        return words.getLongVolatile(JOINED + word * Long.BYTES);
    }

    private void change(int client, boolean in) {
        int at = JOINED + client / Long.SIZE * Long.BYTES;
        long bit = 1L << client;
        long now;
        do {
            now = words.getLongVolatile(at);
        } while (!words.compareAndSetLong(at, now, in ? now | bit : now & ~bit));
    }
}
