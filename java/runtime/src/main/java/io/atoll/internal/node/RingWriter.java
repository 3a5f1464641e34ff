package io.atoll.internal.node;

import io.atoll.internal.node.RingReader.BrokenRingException;
import io.atoll.internal.store.Ring;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * The one writing end of a ring that a {@link RingReader} in another process reads. It keeps where it is to itself, and
 * does not believe what the reader says of its own place when that cannot be. One thread.
 */
final class RingWriter {
    private static final int HEADER = RecordDescriptor.HEADER_LENGTH;
    private static final int PADDING = -1;

    private final UnsafeBuffer buffer;
    private final int capacity;
    private final int tailAt;
    private final int headAt;
    private long tail;

    RingWriter(Ring ring) {
        capacity = Math.toIntExact(ring.bytes());
        buffer = new UnsafeBuffer(ring.address(), capacity + RingBufferDescriptor.TRAILER_LENGTH);
        tailAt = capacity + RingBufferDescriptor.TAIL_POSITION_OFFSET;
        headAt = capacity + RingBufferDescriptor.HEAD_POSITION_OFFSET;
    }

    /** What the reader takes for one. */
    int maxMessageLength() {
        return capacity / 8;
    }

    boolean isHalfFull() {
        return tail - buffer.getLongVolatile(headAt) > capacity / 2;
    }

    /**
     * False when there is no room for it now.
     *
     * @throws BrokenRingException when the reader cannot be where it says
     */
    boolean write(int type, DirectBuffer message, int length) {
        int needed = BitUtil.align(HEADER + length, RecordDescriptor.ALIGNMENT);
        int at = (int) tail & capacity - 1;
        int pad = needed > capacity - at ? capacity - at : 0;
        long used = tail - buffer.getLongVolatile(headAt);
        if (used < 0 || used > capacity) {
            throw new BrokenRingException("of a ring of " + capacity + " bytes, written up to " + tail
                    + ", the reader says that it has read up to " + (tail - used));
        }
        if (pad + needed > capacity - used) {
            return false;
        }
        // First, so that a reader never sees a record that is beyond it.
        buffer.putLongOrdered(tailAt, tail + pad + needed);
        if (pad > 0) {
            putRecord(at, pad, PADDING);
            at = 0;
        }
        buffer.putBytes(at + HEADER, message, 0, length);
        putRecord(at, HEADER + length, type);
        tail += pad + needed;
        return true;
    }

    private void putRecord(int at, int length, int type) {
        buffer.putInt(at + RecordDescriptor.typeOffset(0), type);
        buffer.putIntOrdered(at, length); // release; pairs with the reader's volatile read
    }
}
