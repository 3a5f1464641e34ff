package io.atoll.internal.node;

import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.Ring;
import io.atoll.scheduler.Hunger;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A few words that all processes of a node see, in the memory of the ring down to the driver, which is sent nothing:
 *
 * <pre>
 *    0  when the scheduler is to be woken by the end of a task: {@link Hunger}
 *   64  1024 bits: clients that take part in tasks
 *  192  tasks that wait, are queued, and run: an int each
 *  204  how many unfinished ones the node may have
 *  208  how many have ended
 * </pre>
 *
 * <p>Any thread of any process.
 */
public final class Board {
    public static final int MAX_CLIENTS = 1024;

    private static final int HUNGER = 0;
    private static final int JOINED = 64;
    private static final int TASKS = JOINED + MAX_CLIENTS / Byte.SIZE;
    private static final int MOST = TASKS + 3 * Integer.BYTES;
    private static final int ENDED = MOST + Integer.BYTES;
    private static final int END = ENDED + Long.BYTES;

    private final UnsafeBuffer words;
    /** The scheduler's alone. */
    private int most = Integer.MAX_VALUE;

    public Board(NativeStore store, int driverIndex) {
        Ring ring = store.ring(driverIndex, Ring.Direction.DOWN);
        words = new UnsafeBuffer(ring.address(), END);
    }

    /** The scheduler's alone: it looks at the rings once more after it has said so, and then sleeps. */
    void setHunger(Hunger hunger) {
        words.putIntVolatile(HUNGER, hunger.ordinal());
    }

    /**
     * Whether a message that only sets resources free must ring the bell. Pairs with {@link #setHunger}: the message is in
     * the ring before a full fence and this reads after it, so either this thread sees the word or the scheduler the message.
     *
     * @param isLow little is left here that was sent ahead
     */
    boolean isHungry(boolean isLow) {
        return words.getIntVolatile(HUNGER) >= (isLow ? Hunger.WHEN_LOW : Hunger.ALWAYS).ordinal();
    }

    /** How many tasks may be unfinished. To be called before others see the board. */
    public void setMost(int most) {
        this.most = most;
        setTasks(0, 0, 0, 0);
    }

    /** The scheduler's alone. All is written again and again, whoever may have written there. */
    void setTasks(int waiting, int queued, int running, long ended) {
        words.putIntOrdered(TASKS, waiting);
        words.putIntOrdered(TASKS + Integer.BYTES, queued);
        words.putIntOrdered(TASKS + 2 * Integer.BYTES, running);
        words.putIntOrdered(MOST, most);
        words.putLongOrdered(ENDED, ended);
    }

    /** Whether as many tasks are unfinished as may be. */
    boolean isFull() {
        long unfinished = (long) words.getInt(TASKS) + words.getInt(TASKS + Integer.BYTES);
        return unfinished + words.getInt(TASKS + 2 * Integer.BYTES) >= words.getIntVolatile(MOST);
    }

    int most() {
        return words.getIntVolatile(MOST);
    }

    /** Tasks that have ended since the node is there. */
    long ended() {
        return words.getLongVolatile(ENDED);
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
