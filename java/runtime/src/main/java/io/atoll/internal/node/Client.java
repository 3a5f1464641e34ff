package io.atoll.internal.node;

import io.atoll.ObjectId;
import io.atoll.internal.call.ScheduledCall;
import io.atoll.internal.log.Log;
import io.atoll.internal.node.RingReader.BrokenRingException;
import io.atoll.internal.process.WorkerProcesses;
import io.atoll.internal.store.NativeStore;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A client as the scheduler's thread sees it: its two rings, and whether it can be believed. One whose messages make no
 * sense is dropped: its process is killed, and nothing that it says is read any more. Made when it joins, forgotten when
 * it is buried; who has the scheduler's turn.
 */
final class Client implements MessageHandler {
    private static final int MESSAGES_AT_ONCE = 64;
    private static final int MOST_LEFT_OUT = 16;

    /** A place in a ring that has been claimed is filled within nanoseconds, unless the process is stopped. */
    private static final long STALL_NANOS = 10_000_000_000L;

    final int index;
    final long pid;
    private final boolean isOwn;
    private final WorkerProcesses workers;
    private final Inbox inbox;
    private final RingReader up;
    private final DownRing down;

    private boolean dropped;
    /** Messages of it that made no sense. */
    private int leftOut;
    /** Since when its ring has been stalled; 0 when it was not at the last look. */
    private long stalledAt;

    private long stalledPosition;

    Client(int index, long pid, NativeStore store, WorkerProcesses workers, Inbox inbox) {
        this.index = index;
        this.pid = pid;
        this.workers = workers;
        this.inbox = inbox;
        isOwn = index == store.clientIndex();
        up = UpRing.open(store, index);
        down = new DownRing(store, index);
    }

    /** The number of messages read. */
    int read() {
        if (dropped) {
            return 0;
        }
        try {
            int count = up.read(this, MESSAGES_AT_ONCE);
            inbox.read();
            down.flush();
            if (count == 0 && up.isStalled()) {
                checkStall();
            } else {
                stalledAt = 0;
            }
            return count;
        } catch (BrokenRingException e) {
            inbox.read();
            drop(e.why());
            return 0;
        }
    }

    /** All that it has said before it died. */
    void readToTheEnd() {
        do {
            while (read() > 0) {}
            // It may have died between claiming a place in the ring and having written there.
        } while (!dropped && up.skip());
    }

    @Override
    public void onMessage(int type, MutableDirectBuffer buffer, int at, int length) {
        inbox.take(this, type, buffer, at, length);
    }

    /** False when it does not take the call now. */
    boolean run(ScheduledCall call) {
        try {
            if (dropped) {
                return false;
            }
            UnsafeBuffer record = call.forThisRun();
            return down.run(record, record.capacity());
        } catch (BrokenRingException e) {
            drop(e.why());
            return false;
        }
    }

    /** The same for one that is to be begun when the leader has ended. */
    boolean runAfter(ObjectId leader, ScheduledCall call) {
        try {
            if (dropped) {
                return false;
            }
            UnsafeBuffer record = call.forThisRun();
            return down.runAfter(leader, record, record.capacity(), call.task.isTold());
        } catch (BrokenRingException e) {
            drop(e.why());
            return false;
        }
    }

    /** @param message whose text is the task's id */
    void tell(int message, ObjectId task) {
        if (isOwn) {
            return; // The driver runs no tasks, and where its ring would be the board is.
        }
        try {
            down.tell(message, task);
        } catch (BrokenRingException e) {
            drop(e.why());
        }
    }

    /** The same with a reason. */
    void tell(int message, ObjectId task, String why) {
        if (isOwn) {
            return;
        }
        try {
            down.tell(message, task, why);
        } catch (BrokenRingException e) {
            drop(e.why());
        }
    }

    /** A message makes no sense: that is said, and of a worker not borne for ever. */
    void leaveOut(int type, String why, @Nullable Throwable cause) {
        if (++leftOut > MOST_LEFT_OUT && !isOwn) {
            throw new BrokenRingException("more than " + MOST_LEFT_OUT
                    + " of its messages make no sense, like one of kind " + type + ": " + why);
        }
        try {
            Log.of(SchedulerThread.class).warn("message {} of client {} is left out: {}", type, index, why, cause);
        } catch (OutOfMemoryError e) {
            // Not said, then.
        }
    }

    /** Its process ends, which is no fault of its own. */
    void kill(String why) {
        workers.kill(pid, why);
    }

    /** It takes no more tasks. */
    void replace() {
        workers.replace(pid);
    }

    /** It is to end by itself. */
    void retire() {
        workers.retire(pid);
    }

    private void checkStall() {
        long now = System.nanoTime();
        if (stalledAt == 0 || up.position() != stalledPosition || workers.isStopped(pid)) {
            stalledAt = now;
            stalledPosition = up.position();
        } else if (now - stalledAt > STALL_NANOS) {
            drop("a place in its ring was claimed and not filled for 10 s");
        }
    }

    /** What it has written cannot be believed: its process ends, and its tasks run elsewhere. */
    private void drop(String why) {
        if (isOwn) {
            throw new IllegalStateException("the messages of the driver itself cannot be read: " + why);
        }
        dropped = true;
        workers.kill(pid, "its messages cannot be read, so it was killed: " + why);
    }
}
