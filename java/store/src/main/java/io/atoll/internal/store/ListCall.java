package io.atoll.internal.store;

import io.atoll.ObjectId;
import io.atoll.jni.StoreLayout;

/** Memory outside the heap for a call that takes some ids and fills as many views. One thread's. */
final class ListCall implements AutoCloseable {
    private final long ids;
    private final long views;
    private final int count;

    ListCall(ObjectId[] all, int from, int count) {
        this.count = count;
        ids = Memory.allocate((long) count * (ObjectId.BYTES + StoreLayout.VIEW_SIZE));
        views = ids + (long) count * ObjectId.BYTES;
        for (int i = 0; i < count; ++i) {
            long id = ids + (long) i * ObjectId.BYTES;
            Memory.putLong(id + StoreLayout.OBJECT_ID_STORE, all[from + i].store());
            Memory.putLong(id + StoreLayout.OBJECT_ID_PLACE, all[from + i].place());
        }
    }

    int count() {
        return count;
    }

    long idsAddress() {
        return ids;
    }

    long viewsAddress() {
        return views;
    }

    /** A field of one of the views, by its offset. */
    long view(int number, int field) {
        return Memory.getLong(views + (long) number * StoreLayout.VIEW_SIZE + field);
    }

    @Override
    public void close() {
        Memory.free(ids);
    }
}
