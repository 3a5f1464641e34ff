package io.atoll.internal.node;

import io.atoll.internal.store.Ring;
import org.agrona.BitUtil;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * The one reading end of a ring. The layout is that of Agrona's ring buffers; unlike theirs this end keeps where it is to
 * itself and believes nothing that it finds: another process, or native code in it, may have written anything anywhere. What
 * is read is zeroed before its place is given back, which the writers count on.
 *
 * <pre>
 *   record      int length, header included, negative while it is being written | int type | message | up to 8 aligned
 *   positions   of writers and reader, behind the records
 * </pre>
 *
 * <p>One thread at a time.
 */
public final class RingReader {
    private static final int HEADER = RecordDescriptor.HEADER_LENGTH;
    private static final int PADDING = -1;

    private final UnsafeBuffer buffer;
    private final int capacity;
    private final int longest;
    private final int tailAt;
    private final int headAt;
    private long head;
    /** The writers' position, as it was last looked up. */
    private long tail;

    public RingReader(Ring ring) {
        capacity = Math.toIntExact(ring.bytes());
        buffer = new UnsafeBuffer(ring.address(), capacity + RingBufferDescriptor.TRAILER_LENGTH);
        longest = HEADER + capacity / 8;
        tailAt = capacity + RingBufferDescriptor.TAIL_POSITION_OFFSET;
        headAt = capacity + RingBufferDescriptor.HEAD_POSITION_OFFSET;
    }

    /** What is in a ring cannot have been written by who writes it as it should. */
    public static final class BrokenRingException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final String why;

        BrokenRingException(String why) {
            super(why);
            this.why = why;
        }

        String why() {
            return why;
        }
    }

    /**
     * Gives so many messages at most to the handler, and returns their number: 0 only when there is none. One whose handler
     * throws counts as read.
     *
     * @throws BrokenRingException when the next record cannot be one; those before it were handled
     */
    public int read(MessageHandler handler, int limit) {
        long before;
        int count;
        do { // What fills the end of the ring is no message, and behind it there may be some.
            before = head;
            count = readToTheEnd(handler, limit);
        } while (count == 0 && head != before);
        return count;
    }

    private int readToTheEnd(MessageHandler handler, int limit) {
        int first = (int) head & capacity - 1;
        int at = first;
        int count = 0;
        try {
            while (count < limit && at < capacity) {
                int length = buffer.getIntVolatile(at);
                if (length <= 0) {
                    break;
                }
                int type = buffer.getInt(at + RecordDescriptor.typeOffset(0));
                check(first, at, length, type);
                int message = at + HEADER;
                at += BitUtil.align(length, RecordDescriptor.ALIGNMENT);
                if (type != PADDING) {
                    ++count;
                    handler.onMessage(type, buffer, message, length - HEADER);
                }
            }
        } finally {
            pass(first, at - first);
        }
        return count;
    }

    private void check(int first, int at, int length, int type) {
        int most = type == PADDING ? capacity : longest;
        long end = head + (at - first) + BitUtil.align((long) length, RecordDescriptor.ALIGNMENT);
        boolean isIn = length >= HEADER && length <= most && end - head <= capacity - first;
        if (isIn && end > tail) {
            tail = buffer.getLongVolatile(tailAt); // It has been moved on before the record was written.
        }
        if (!isIn || (type < 1 && type != PADDING) || end > tail) {
            throw new BrokenRingException("a record of " + length + " bytes and type " + type + " at " + at
                    + " of a ring of " + capacity + ", which is written up to " + tail + " and read up to "
                    + (head + at - first));
        }
    }

    private void pass(int first, int bytes) {
        if (bytes > 0) {
            buffer.setMemory(first, bytes, (byte) 0);
            head += bytes;
            buffer.putLongOrdered(headAt, head);
        }
    }

    /** Whether a message can be read now. */
    public boolean hasMore() {
        return buffer.getIntVolatile((int) head & capacity - 1) > 0;
    }

    /** Whether a place has been claimed that is not filled: normally so for nanoseconds. */
    boolean isStalled() {
        return buffer.getLongVolatile(tailAt) != head && !hasMore();
    }

    /** How far it has been read. */
    long position() {
        return head;
    }

    /**
     * Once all writers are dead: passes over a place that one had claimed and not filled. False when there is none, and when
     * what is there makes no sense.
     */
    boolean skip() {
        int first = (int) head & capacity - 1;
        long left = Math.min(buffer.getLongVolatile(tailAt) - head, capacity - first);
        int length = buffer.getIntVolatile(first);
        long bytes = BitUtil.align(-(long) length, RecordDescriptor.ALIGNMENT);
        if (length == 0) {
            // It died before it had said how much it wanted.
            bytes = RecordDescriptor.ALIGNMENT;
            while (bytes < left && buffer.getInt(first + (int) bytes) == 0) {
                bytes += RecordDescriptor.ALIGNMENT;
            }
        }
        if (left <= 0 || length > 0 || bytes > left) {
            return false;
        }
        pass(first, (int) bytes);
        return true;
    }
}
