package io.atoll.internal.node;

import io.atoll.ObjectId;
import io.atoll.internal.call.CallRecord;
import io.atoll.internal.call.Messages;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.Ring;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The scheduler's end of the ring down to one worker. The scheduler's thread alone. */
public final class DownRing {
    private static final int MOST_BYTES_OF_A_CHAR = 3; // of UTF-8
    /** Id, length and header. */
    private static final int ROOM_BESIDE_TEXT = 64;

    private final NativeStore store;
    private final int worker;
    private final RingWriter ring;
    private final ExpandableArrayBuffer behind = new ExpandableArrayBuffer();
    /** What found the ring full; it must not be lost. */
    private final ArrayDeque<Word> words = new ArrayDeque<>();

    DownRing(NativeStore store, int worker) {
        this.store = store;
        this.worker = worker;
        ring = new RingWriter(store.ring(worker, Ring.Direction.DOWN));
    }

    /** A message whose text begins with the id of a task. */
    private record Word(int message, UnsafeBuffer text) {}

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
    boolean runAfter(ObjectId leader, DirectBuffer call, int length, boolean isTold) {
        int all = ObjectId.BYTES + length;
        if (all > ring.maxMessageLength() || !flush()) {
            return false;
        }
        if (ring.isHalfFull()) { // The rest is for what cannot wait.
            store.bellRing(worker, 1);
            return false;
        }
        CallRecord.putId(behind, 0, leader);
        behind.putBytes(ObjectId.BYTES, call, 0, length);
        return write(isTold ? Messages.AHEAD_AND_TELL : Messages.AHEAD, behind, all);
    }

    void tell(int message, ObjectId task) {
        UnsafeBuffer id = new UnsafeBuffer(new byte[ObjectId.BYTES]);
        CallRecord.putId(id, 0, task);
        words.add(new Word(message, id));
        flush();
    }

    /** The same with a reason, of which as much is sent as fits. */
    void tell(int message, ObjectId task, String why) {
        int most = (ring.maxMessageLength() - ROOM_BESIDE_TEXT) / MOST_BYTES_OF_A_CHAR;
        byte[] reason = why.substring(0, Math.min(why.length(), most)).getBytes(StandardCharsets.UTF_8);
        UnsafeBuffer text = new UnsafeBuffer(new byte[ObjectId.BYTES + Integer.BYTES + reason.length]);
        CallRecord.putId(text, 0, task);
        text.putInt(ObjectId.BYTES, reason.length, ByteOrder.LITTLE_ENDIAN);
        text.putBytes(ObjectId.BYTES + Integer.BYTES, reason);
        words.add(new Word(message, text));
        flush();
    }

    /** Sends what could not be sent before; false when some of it still cannot. */
    boolean flush() {
        Word next;
        while ((next = words.peek()) != null) {
            if (!write(next.message(), next.text(), next.text().capacity())) {
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
