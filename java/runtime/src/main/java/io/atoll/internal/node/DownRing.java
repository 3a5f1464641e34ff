package io.atoll.internal.node;

import io.atoll.ObjectId;
import io.atoll.internal.call.CallRecord;
import io.atoll.internal.call.Messages;
import io.atoll.store.NativeStore;
import io.atoll.store.Ring;
import java.util.ArrayDeque;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The scheduler's end of the ring down to one worker. The scheduler's thread alone. */
public final class DownRing {
    private final NativeStore store;
    private final int worker;
    private final RingWriter ring;
    private final UnsafeBuffer id = new UnsafeBuffer(new byte[ObjectId.BYTES]);
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
        if (!flush() || !ring.write(Messages.RUN, call, length)) {
            return false;
        }
        store.bellRing(worker, 1);
        return true;
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
            if (!ring.write(next.message(), id, ObjectId.BYTES)) {
                return false;
            }
            words.remove();
            store.bellRing(worker, 1);
        }
        return true;
    }
}
