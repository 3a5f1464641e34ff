package io.atoll.internal.node;

import io.atoll.ObjectId;
import io.atoll.internal.call.CallRecord;
import io.atoll.internal.call.Messages;
import io.atoll.store.NativeStore;
import io.atoll.store.Ring;
import java.util.ArrayDeque;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** The scheduler's end of the ring down to one worker. The scheduler's thread alone. */
public final class DownRing {
    private final NativeStore store;
    private final int worker;
    private final OneToOneRingBuffer ring;
    private final UnsafeBuffer id = new UnsafeBuffer(new byte[ObjectId.BYTES]);
    /** Grants that found the ring full; they must not be lost. */
    private final ArrayDeque<ObjectId> grants = new ArrayDeque<>();

    DownRing(NativeStore store, int worker) {
        this.store = store;
        this.worker = worker;
        ring = open(store, worker);
    }

    /** The ring of any client. */
    public static OneToOneRingBuffer open(NativeStore store, int client) {
        Ring ring = store.ring(client, Ring.Direction.DOWN);
        return new OneToOneRingBuffer(
                new UnsafeBuffer(ring.address(), Math.toIntExact(ring.bytes()) + RingBufferDescriptor.TRAILER_LENGTH));
    }

    /** False when there is no room for it now. */
    boolean run(DirectBuffer call, int length) {
        if (!flush() || !ring.write(Messages.RUN, call, 0, length)) {
            return false;
        }
        store.bellRing(worker, 1);
        return true;
    }

    void grant(ObjectId task) {
        grants.add(task);
        flush();
    }

    /** Sends what could not be sent before; false when some of it still cannot. */
    boolean flush() {
        ObjectId next;
        while ((next = grants.peek()) != null) {
            CallRecord.putId(id, 0, next);
            if (!ring.write(Messages.GRANT, id, 0, ObjectId.BYTES)) {
                return false;
            }
            grants.remove();
            store.bellRing(worker, 1);
        }
        return true;
    }
}
