package io.atoll.internal.node;

import io.atoll.ObjectId;
import io.atoll.internal.call.CallRecord;
import io.atoll.internal.store.Memory;
import io.atoll.internal.store.ObjectStore;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Results that workers have found no room for, put into the driver's reserve: one of its own for each worker would take a whole
 * extent of the store, used or not. Who has the scheduler's turn; a node has one.
 */
public final class SmallResults {
    /** Of a value. What the node itself has to say is to find room beside many of them. */
    public static final int MOST_BYTES = 1 << 10;
    /** Of an error, of which there are fewer. */
    public static final int MOST_ERROR_BYTES = 16 << 10;

    /** Before the ids in a message. */
    static final int HEAD = ObjectId.BYTES + Long.BYTES + Integer.BYTES;

    private final ObjectStore store;

    SmallResults(ObjectStore store) {
        this.store = store;
    }

    /**
     * Nothing comes of it when there is no room here either: its worker sees that, and waits on.
     *
     * @param record a copy of the message, which nobody changes
     * @throws RuntimeException when it says what cannot be, or the result is there already
     */
    void put(UnsafeBuffer record) {
        int count = record.getInt(ObjectId.BYTES + Long.BYTES, ByteOrder.LITTLE_ENDIAN);
        long size = record.capacity() - HEAD - (long) count * ObjectId.BYTES;
        if (count < 0 || size < 0) {
            throw new IllegalArgumentException(count + " ids in " + record.capacity() + " bytes");
        }
        ObjectId[] contained = new ObjectId[count];
        int at = HEAD;
        for (int i = 0; i < count; ++i) {
            contained[i] = CallRecord.id(record, at);
            at += ObjectId.BYTES;
        }
        long tag = record.getLong(ObjectId.BYTES, ByteOrder.LITTLE_ENDIAN);
        try (ObjectStore.Creation creation = store.createNow(CallRecord.id(record, 0), size, count, tag)) {
            for (int i = 0; i < size; ++i) {
                Memory.putByte(creation.address() + i, record.getByte(at + i));
            }
            creation.seal(contained);
        }
    }
}
