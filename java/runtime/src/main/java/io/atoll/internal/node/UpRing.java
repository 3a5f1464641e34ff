package io.atoll.internal.node;

import io.atoll.AtollException;
import io.atoll.ObjectId;
import io.atoll.internal.call.Messages;
import io.atoll.store.NativeStore;
import io.atoll.store.Ring;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** The writing end of this process's ring to the scheduler. Any thread; who finds it full waits. */
public final class UpRing {
    private static final int ID_BYTES = 2 * Long.BYTES;
    private static final long PAUSE_NANOS = 50_000;

    private final NativeStore store;
    private final Board board;
    private final ManyToOneRingBuffer ring;
    private volatile boolean closed;

    public UpRing(NativeStore store, Board board) {
        this.store = store;
        this.board = board;
        ring = open(store, store.clientIndex());
    }

    /** The ring of any client. */
    static ManyToOneRingBuffer open(NativeStore store, int client) {
        Ring ring = store.ring(client, Ring.Direction.UP);
        return new ManyToOneRingBuffer(
                new UnsafeBuffer(ring.address(), Math.toIntExact(ring.bytes()) + RingBufferDescriptor.TRAILER_LENGTH));
    }

    /** The caller rings the scheduler's bell, or does what it would. */
    public void submit(DirectBuffer record, int length) {
        write(Messages.SUBMIT, record, length);
    }

    /** Sends a message about a task. The scheduler is woken unless nobody waits for what is finished. */
    public void tell(int message, ObjectId task) {
        int index;
        while ((index = ring.tryClaim(message, ID_BYTES)) < 0) {
            pause();
        }
        ring.buffer().putLong(index, task.store(), ByteOrder.LITTLE_ENDIAN);
        ring.buffer().putLong(index + Long.BYTES, task.place(), ByteOrder.LITTLE_ENDIAN);
        ring.commit(index);
        VarHandle.fullFence();
        if (message != Messages.FINISHED || board.isEager()) {
            store.bellRing(NativeStore.SCHEDULER_BELL, 1);
        }
    }

    /** A mark for {@link #isRead}: after all that has been written so far. */
    long position() {
        return ring.producerPosition();
    }

    boolean isRead(long position) {
        return ring.consumerPosition() >= position;
    }

    private void write(int message, DirectBuffer record, int length) {
        if (length > ring.maxMsgLength()) {
            throw new AtollException(
                    "a message of " + length + " bytes does not fit a ring, which takes " + ring.maxMsgLength());
        }
        while (!ring.write(message, record, 0, length)) {
            pause();
        }
    }

    /** Who waits for room gives up. */
    public void close() {
        closed = true;
    }

    private void pause() {
        if (closed) {
            throw new IllegalStateException("Atoll is not running in this process any more: its session is closed");
        }
        store.bellRing(NativeStore.SCHEDULER_BELL, 1);
        LockSupport.parkNanos(PAUSE_NANOS);
    }
}
