package io.atoll.internal.node;

import io.atoll.AtollException;
import io.atoll.ObjectId;
import io.atoll.TaskException;
import io.atoll.internal.call.CallRecord;
import io.atoll.internal.call.Messages;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.Ring;
import io.atoll.internal.store.Waiting;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.jspecify.annotations.Nullable;

/** The writing end of this process's ring to the scheduler. Any thread; who finds it full waits. */
public final class UpRing {
    private static final int ID_BYTES = 2 * Long.BYTES;
    private static final long PAUSE_NANOS = 50_000;
    private static final int LONGEST_TEXT = 1000;

    private final NativeStore store;
    private final Board board;
    private final ManyToOneRingBuffer ring;
    /** Why nothing is read any more; null while it is. */
    private volatile @Nullable String over;

    public UpRing(NativeStore store, Board board) {
        this.store = store;
        this.board = board;
        Ring own = store.ring(store.clientIndex(), Ring.Direction.UP);
        ring = new ManyToOneRingBuffer(
                new UnsafeBuffer(own.address(), Math.toIntExact(own.bytes()) + RingBufferDescriptor.TRAILER_LENGTH));
    }

    /** The scheduler's end of any client's ring. */
    static RingReader open(NativeStore store, int client) {
        return new RingReader(store.ring(client, Ring.Direction.UP));
    }

    /**
     * The caller rings the scheduler's bell, or does what it would.
     *
     * @throws io.atoll.CallInterruptedException when this thread is interrupted while it waits for room
     */
    public void submit(DirectBuffer record, int length) {
        write(Messages.SUBMIT, record, length);
    }

    /** Sends a message about a task. The scheduler is woken unless nobody waits for what is finished. */
    public void tell(int message, ObjectId task) {
        tell(message, task, null, true);
    }

    /**
     * Says that a task has ended.
     *
     * @param next which one has been begun on its resources; null for none
     * @param isLow whether nothing is behind that one, or little
     */
    public void tellFinished(ObjectId task, @Nullable ObjectId next, boolean isLow) {
        tell(Messages.FINISHED, task, next, isLow);
    }

    private void tell(int message, ObjectId task, @Nullable ObjectId next, boolean isLow) {
        int index;
        while ((index = ring.tryClaim(message, next == null ? ID_BYTES : 2 * ID_BYTES)) < 0) {
            pause();
        }
        if (next != null) {
            ring.buffer().putLong(index + ID_BYTES, next.store(), ByteOrder.LITTLE_ENDIAN);
            ring.buffer().putLong(index + ID_BYTES + Long.BYTES, next.place(), ByteOrder.LITTLE_ENDIAN);
        }
        ring.buffer().putLong(index, task.store(), ByteOrder.LITTLE_ENDIAN);
        ring.buffer().putLong(index + Long.BYTES, task.place(), ByteOrder.LITTLE_ENDIAN);
        ring.commit(index);
        VarHandle.fullFence();
        if (message != Messages.FINISHED || board.isHungry(isLow)) {
            store.bellRing(NativeStore.SCHEDULER_BELL, 1);
        }
    }

    /** Says what a task has failed with whose error cannot be stored. */
    public void tellFailure(ObjectId task, int attempt, String name, String error) {
        MutableDirectBuffer record = new ExpandableArrayBuffer();
        record.putLong(0, task.store(), ByteOrder.LITTLE_ENDIAN);
        record.putLong(Long.BYTES, task.place(), ByteOrder.LITTLE_ENDIAN);
        tellAll(Messages.FAILED, record, failure(record, ID_BYTES, attempt, name, error));
    }

    /** Asks that a small result be stored where its client has no room for it. */
    public void tellResult(ObjectId result, long tag, ObjectId[] contained, byte[] bytes) {
        UnsafeBuffer record =
                new UnsafeBuffer(new byte[SmallResults.HEAD + contained.length * ID_BYTES + bytes.length]);
        CallRecord.putId(record, 0, result);
        record.putLong(ID_BYTES, tag, ByteOrder.LITTLE_ENDIAN);
        record.putInt(ID_BYTES + Long.BYTES, contained.length, ByteOrder.LITTLE_ENDIAN);
        int at = SmallResults.HEAD;
        for (ObjectId id : contained) {
            CallRecord.putId(record, at, id);
            at += ID_BYTES;
        }
        record.putBytes(at, bytes);
        tellAll(Messages.RESULT, record, record.capacity());
    }

    /** Says how far a stream has come. */
    public void tellStreamed(ObjectId task, long index, ObjectId node) {
        UnsafeBuffer record = new UnsafeBuffer(new byte[2 * ID_BYTES + Long.BYTES]);
        CallRecord.putId(record, 0, task);
        record.putLong(ID_BYTES, index, ByteOrder.LITTLE_ENDIAN);
        CallRecord.putId(record, ID_BYTES + Long.BYTES, node);
        writeQuietly(Messages.STREAMED, record, record.capacity());
    }

    /** Says that a result of the task is about to be this error. */
    public void tellFailedWith(ObjectId task, ObjectId result, String name, TaskException error) {
        MutableDirectBuffer record = new ExpandableArrayBuffer();
        putId(record, 0, task);
        putId(record, ID_BYTES, result);
        int at = 2 * ID_BYTES;
        at += record.putStringUtf8(at, cut(name), ByteOrder.LITTLE_ENDIAN);
        at += record.putStringUtf8(at, cut(Unheard.kind(error)), ByteOrder.LITTLE_ENDIAN);
        at += record.putStringUtf8(at, cut(Unheard.text(name, error)), ByteOrder.LITTLE_ENDIAN);
        writeQuietly(Messages.FAILED_WITH, record, at);
    }

    /** Says that somebody has got the error that the object is. */
    public void tellHeard(ObjectId object) {
        UnsafeBuffer record = new UnsafeBuffer(new byte[ID_BYTES]);
        CallRecord.putId(record, 0, object);
        writeQuietly(Messages.HEARD, record, ID_BYTES);
    }

    /** Says that the task has what it was given. */
    public void tellGiven(ObjectId task) {
        UnsafeBuffer record = new UnsafeBuffer(new byte[ID_BYTES]);
        CallRecord.putId(record, 0, task);
        writeQuietly(Messages.GIVEN, record, ID_BYTES);
    }

    /** Says how far a task is. */
    public void tellProgress(ObjectId task, double fraction) {
        UnsafeBuffer record = new UnsafeBuffer(new byte[ID_BYTES + Double.BYTES]);
        CallRecord.putId(record, 0, task);
        record.putDouble(ID_BYTES, fraction, ByteOrder.LITTLE_ENDIAN);
        writeQuietly(Messages.PROGRESS, record, record.capacity());
    }

    /** Says what a thread waits for, which nothing else ends. */
    public void tellWaits(long question, ObjectId holder, List<ObjectId> helped, List<ObjectId> objects, int wanted) {
        MutableDirectBuffer record = new ExpandableArrayBuffer();
        record.putLong(0, question, ByteOrder.LITTLE_ENDIAN);
        putId(record, Long.BYTES, holder);
        int at = Long.BYTES + ID_BYTES;
        for (int count : new int[] {wanted, helped.size(), objects.size()}) {
            record.putInt(at, count, ByteOrder.LITTLE_ENDIAN);
            at += Integer.BYTES;
        }
        for (List<ObjectId> ids : List.of(helped, objects)) {
            for (ObjectId id : ids) {
                putId(record, at, id);
                at += ID_BYTES;
            }
        }
        if (at <= ring.maxMsgLength()) { // else a recursion is so deep that it is another's to end
            writeQuietly(Messages.WAITS, record, at);
        }
    }

    /** Nobody waits for it: it is read when the scheduler has something to do. */
    private void writeQuietly(int message, DirectBuffer record, int length) {
        while (!ring.write(message, record, 0, length)) {
            pause();
        }
    }

    private static void putId(MutableDirectBuffer record, int at, ObjectId id) {
        record.putLong(at, id.store(), ByteOrder.LITTLE_ENDIAN);
        record.putLong(at + Long.BYTES, id.place(), ByteOrder.LITTLE_ENDIAN);
    }

    /** Says that the task has failed, and is to be run again after a delay. */
    public void tellRetry(ObjectId task, long delayNanos, int attempt, String name, String error) {
        MutableDirectBuffer record = new ExpandableArrayBuffer();
        record.putLong(0, task.store(), ByteOrder.LITTLE_ENDIAN);
        record.putLong(Long.BYTES, task.place(), ByteOrder.LITTLE_ENDIAN);
        record.putLong(ID_BYTES, delayNanos, ByteOrder.LITTLE_ENDIAN);
        tellAll(Messages.RETRY, record, failure(record, ID_BYTES + Long.BYTES, attempt, name, error));
    }

    private void tellAll(int message, DirectBuffer record, int length) {
        while (!ring.write(message, record, 0, length)) {
            pause();
        }
        store.bellRing(NativeStore.SCHEDULER_BELL, 1);
    }

    /** Where it ends. */
    private static int failure(MutableDirectBuffer record, int from, int attempt, String name, String error) {
        record.putInt(from, attempt, ByteOrder.LITTLE_ENDIAN);
        int at = from + Integer.BYTES;
        at += record.putStringUtf8(at, cut(name), ByteOrder.LITTLE_ENDIAN);
        return at + record.putStringUtf8(at, cut(error), ByteOrder.LITTLE_ENDIAN);
    }

    /** For a message, which has to fit a ring. */
    static String cut(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + " ...";
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
        checkOpen();
        while (!ring.write(message, record, 0, length)) {
            pause();
            Waiting.checkInterrupt("waiting for the scheduler to read the " + ring.capacity()
                    + " bytes of calls that this process has sent");
        }
    }

    /** Who waits for room gives up, and nobody submits any more. */
    public void close() {
        close("Atoll is not running in this process any more: its session is closed");
    }

    /** The same; the first reason counts. */
    void close(String why) {
        if (over == null) {
            over = why;
        }
    }

    void checkOpen() {
        String why = over;
        if (why != null) {
            throw new IllegalStateException(why);
        }
    }

    private void pause() {
        checkOpen();
        store.bellRing(NativeStore.SCHEDULER_BELL, 1);
        LockSupport.parkNanos(PAUSE_NANOS);
    }
}
