package io.atoll.internal.node;

import io.atoll.ObjectId;
import io.atoll.internal.call.CallRecord;
import io.atoll.internal.call.Messages;
import io.atoll.store.NativeStore;
import io.atoll.store.Ring;
import java.util.ArrayDeque;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The scheduler's end of the ring down to one worker. The scheduler's thread alone. */
public final class DownRing {
    private final NativeStore store;
    private final int worker;
    private final RingWriter ring;
    private final UnsafeBuffer id = new UnsafeBuffer(new byte[ObjectId.BYTES]);
    private final ExpandableArrayBuffer behind = new ExpandableArrayBuffer();
    /** What found the ring full; it must not be lost. */
    private final ArrayDeque<Word> words = new ArrayDeque<>();

    DownRing(NativeStore store, int worker) {
        this.store = store;
        this.worker = worker;
        ring = new RingWriter(store.ring(worker, Ring.Direction.DOWN));
    }

    /** A message that is the id of a task. */
    private record Word(int message, ObjectId task) {}

    /** The worker's end of its own ring. */
    public static RingReader open(NativeStore store) {
        return new RingReader(store.ring(store.clientIndex(), Ring.Direction.DOWN));
    }

    /** False when there is no room for it now. */
    boolean run(DirectBuffer call, int length) {
        if (!flush() || !write(Messages.RUN, call, length)) {
            return false;
        }
        store.bellRing(worker, 1);
        return true;
    }

    /** The same for one that is to be begun when the leader has ended, and not before: nobody is woken for it. */
    boolean runAfter(ObjectId leader, DirectBuffer call, int length) {
        int all = ObjectId.BYTES + length;
        if (all > ring.maxMessageLength() || !flush()) {
            return false;
        }
        CallRecord.putId(behind, 0, leader);
        behind.putBytes(ObjectId.BYTES, call, 0, length);
        return write(Messages.AHEAD, behind, all);
    }

    void tell(int message, ObjectId task) {
        words.add(new Word(message, task));
        flush();
    }

    /** Sends what could not be sent before; false when some of it still cannot. */
    boolean flush() {
        Word next;
        while ((next = words.peek()) != null) {
            CallRecord.putId(id, 0, next.task());
            if (!write(next.message(), id, ObjectId.BYTES)) {
                return false;
            }
            words.remove();
            store.bellRing(worker, 1);
        }
        return true;
    }

    /** False when there is no room: the worker is woken then, since what fills its ring may be what nobody was woken for. */
    private boolean write(int type, DirectBuffer message, int length) {
        boolean isWritten = ring.write(type, message, length);
        if (!isWritten) {
            store.bellRing(worker, 1);
        }
        return isWritten;
    }
}
