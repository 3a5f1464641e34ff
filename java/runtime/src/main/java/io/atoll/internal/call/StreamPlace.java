package io.atoll.internal.call;

import io.atoll.ObjectId;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Where a stream is, in the record of its call. It is a chain of objects, its nodes: each names the next, which is expected
 * until it is sealed itself, and its item:
 *
 * <pre>
 *   an item       8 bytes: its number from 0 | names the next node, the item, and, at the end of a stretch, an expected object
 *                 that is sealed by who has taken the item
 *   the end       8 bytes: how many items there were | names nothing
 *   a failure     an error, as in the place of any result
 * </pre>
 *
 * @param node the first that may not be sealed
 * @param index its number: so many items come before it
 * @param readers an object that all readers refer to, and nobody else
 * @param window how many items may be there and not taken
 */
public record StreamPlace(ObjectId node, long index, ObjectId readers, int window) {
    /** The tag of a node, whatever is in it. */
    public static final long NODE_TAG = 0x41746f6c_6e6f6465L;

    static final int BYTES = 2 * ObjectId.BYTES + Long.BYTES + Integer.BYTES;

    private static final int INDEX = ObjectId.BYTES;
    private static final int READERS = INDEX + Long.BYTES;
    private static final int WINDOW = READERS + ObjectId.BYTES;

    /** After how many items one is acknowledged, and all before it. */
    public int stretch() {
        return Math.max(1, window / 2);
    }

    static StreamPlace read(DirectBuffer record, int at) {
        return new StreamPlace(
                CallRecord.id(record, at),
                record.getLong(at + INDEX, ByteOrder.LITTLE_ENDIAN),
                CallRecord.id(record, at + READERS),
                record.getInt(at + WINDOW, ByteOrder.LITTLE_ENDIAN));
    }

    void write(UnsafeBuffer record, int at) {
        move(record, at, node, index);
        CallRecord.putId(record, at + READERS, readers);
        record.putInt(at + WINDOW, window, ByteOrder.LITTLE_ENDIAN);
    }

    static void move(UnsafeBuffer record, int at, ObjectId node, long index) {
        CallRecord.putId(record, at, node);
        record.putLong(at + INDEX, index, ByteOrder.LITTLE_ENDIAN);
    }
}
