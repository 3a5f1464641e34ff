package io.atoll.store;

import io.atoll.ObjectId;
import io.atoll.jni.StoreCode;
import io.atoll.jni.StoreLayout;
import io.atoll.jni.StoreNative;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a store, its clients and its objects are now, and the counters that their users share out. */
final class Reports {
    private static final int LIST_CHUNK = 256;

    private final Attachment attachment;
    private final long client;
    private volatile long capacity; // 0 before it was asked for

    Reports(Attachment attachment) {
        this.attachment = attachment;
        this.client = attachment.client();
    }

    long capacity() {
        if (capacity == 0) {
            capacity = stats().capacity();
        }
        return capacity;
    }

    void countCopied(long bytes) {
        Scratch s = attachment.enter();
        try {
            StoreNative.countCopied(client, bytes);
        } finally {
            s.leave();
        }
    }

    void countUser(int counter, long add) {
        Scratch s = attachment.enter();
        try {
            StoreCodes.check(StoreNative.countUser(client, counter, add), "counter");
        } finally {
            s.leave();
        }
    }

    StoreStats stats() {
        Scratch s = attachment.enter();
        try {
            ByteBuffer b = Memory.direct(StoreLayout.STATS_SIZE);
            b.putLong(StoreLayout.STATS_BYTES, StoreLayout.STATS_SIZE);
            StoreCodes.check(StoreNative.stats(client, Memory.addressOf(b)), "stats");
            return new StoreStats(
                    b.getLong(StoreLayout.STATS_CAPACITY),
                    b.getLong(StoreLayout.STATS_ALLOCATED),
                    b.getLong(StoreLayout.STATS_FREE),
                    b.getLong(StoreLayout.STATS_RESERVED),
                    b.getLong(StoreLayout.STATS_PINNED_BYTES),
                    b.getLong(StoreLayout.STATS_SEALED_BYTES),
                    b.getLong(StoreLayout.STATS_SPILLED_BYTES),
                    b.getLong(StoreLayout.STATS_CONTROL_BYTES),
                    b.getLong(StoreLayout.STATS_OBJECTS),
                    b.getLong(StoreLayout.STATS_SEALED_OBJECTS),
                    b.getLong(StoreLayout.STATS_SPILLED_OBJECTS),
                    b.getLong(StoreLayout.STATS_LOST_OBJECTS),
                    b.getLong(StoreLayout.STATS_MAX_OBJECTS),
                    b.getLong(StoreLayout.STATS_PINS),
                    b.getLong(StoreLayout.STATS_NAMES),
                    b.getLong(StoreLayout.STATS_MAX_NAMES),
                    (int) b.getLong(StoreLayout.STATS_CLIENTS),
                    (int) b.getLong(StoreLayout.STATS_MAX_CLIENTS),
                    b.getLong(StoreLayout.STATS_ATTACHED),
                    b.getLong(StoreLayout.STATS_BURIED),
                    b.getLong(StoreLayout.STATS_EXTENT_BYTES),
                    b.getLong(StoreLayout.STATS_EXTENTS_FREE),
                    b.getLong(StoreLayout.STATS_EXTENTS_OF_CLIENTS),
                    b.getLong(StoreLayout.STATS_EXTENTS_OF_SERVER),
                    b.getLong(StoreLayout.STATS_LARGEST_FREE),
                    (int) b.getLong(StoreLayout.STATS_FRAGMENTATION_PERMILLE),
                    operations(b, StoreLayout.STATS_DONE),
                    b.getLong(StoreLayout.STATS_FREED),
                    b.getLong(StoreLayout.STATS_EVICTED),
                    b.getLong(StoreLayout.STATS_RESTORED),
                    b.getLong(StoreLayout.STATS_BYTES_SPILLED),
                    b.getLong(StoreLayout.STATS_BYTES_SPILLING),
                    b.getLong(StoreLayout.STATS_BYTES_RESTORED));
        } finally {
            s.leave();
        }
    }

    @Nullable
    ClientStats clientStats(int index) {
        Scratch s = attachment.enter();
        try {
            ByteBuffer b = Memory.direct(StoreLayout.CLIENT_STATS_SIZE);
            b.putLong(StoreLayout.CLIENT_STATS_BYTES, StoreLayout.CLIENT_STATS_SIZE);
            long result = StoreNative.clientStats(client, index, Memory.addressOf(b));
            if (result == -StoreCode.NOT_FOUND) {
                return null;
            }
            StoreCodes.check(result, "stats of client " + index);
            List<Long> user = new ArrayList<>(4);
            for (int i = 0; i < 4; i++) {
                user.add(b.getLong(StoreLayout.CLIENT_STATS_USER + i * 8));
            }
            return new ClientStats(
                    index,
                    b.getLong(StoreLayout.CLIENT_STATS_PID),
                    b.getLong(StoreLayout.CLIENT_STATS_PINS),
                    b.getLong(StoreLayout.CLIENT_STATS_PINNED_BYTES),
                    b.getLong(StoreLayout.CLIENT_STATS_REFERENCES),
                    b.getLong(StoreLayout.CLIENT_STATS_CREATING_BYTES),
                    b.getLong(StoreLayout.CLIENT_STATS_LEASED_BYTES),
                    operations(b, StoreLayout.CLIENT_STATS_DONE),
                    List.copyOf(user));
        } finally {
            s.leave();
        }
    }

    private static StoreOperations operations(ByteBuffer b, int at) {
        return new StoreOperations(
                b.getLong(at + StoreLayout.OPERATIONS_EXPECTS),
                b.getLong(at + StoreLayout.OPERATIONS_CREATES),
                b.getLong(at + StoreLayout.OPERATIONS_SEALS),
                b.getLong(at + StoreLayout.OPERATIONS_ABORTS),
                b.getLong(at + StoreLayout.OPERATIONS_GETS),
                b.getLong(at + StoreLayout.OPERATIONS_RELEASES),
                b.getLong(at + StoreLayout.OPERATIONS_REFERENCES),
                b.getLong(at + StoreLayout.OPERATIONS_DEREFERENCES),
                b.getLong(at + StoreLayout.OPERATIONS_DELETES),
                b.getLong(at + StoreLayout.OPERATIONS_WAITS),
                b.getLong(at + StoreLayout.OPERATIONS_CLAIMS),
                b.getLong(at + StoreLayout.OPERATIONS_LOOKUPS),
                b.getLong(at + StoreLayout.OPERATIONS_PUBLISHES),
                b.getLong(at + StoreLayout.OPERATIONS_UNPUBLISHES),
                b.getLong(at + StoreLayout.OPERATIONS_BYTES_WRITTEN),
                b.getLong(at + StoreLayout.OPERATIONS_BYTES_COPIED));
    }

    List<ObjectInfo> list() {
        List<ObjectInfo> all = new ArrayList<>();
        ByteBuffer cursor = Memory.direct(8);
        ByteBuffer infos = Memory.direct(StoreLayout.OBJECT_INFO_SIZE * LIST_CHUNK);
        Scratch s = attachment.enter();
        try {
            while (true) {
                long count = StoreCodes.check(
                        StoreNative.list(client, Memory.addressOf(cursor), Memory.addressOf(infos), LIST_CHUNK),
                        "list");
                if (count == 0) {
                    return all;
                }
                for (int i = 0; i < count; i++) {
                    all.add(info(infos, i * StoreLayout.OBJECT_INFO_SIZE));
                }
            }
        } finally {
            s.leave();
        }
    }

    private static ObjectInfo info(ByteBuffer b, int at) {
        int id = at + StoreLayout.OBJECT_INFO_ID;
        return new ObjectInfo(
                new ObjectId(b.getLong(id + StoreLayout.OBJECT_ID_STORE), b.getLong(id + StoreLayout.OBJECT_ID_PLACE)),
                Entries.stateOf(b.getLong(at + StoreLayout.OBJECT_INFO_STATE)),
                b.getLong(at + StoreLayout.OBJECT_INFO_BYTES),
                b.getLong(at + StoreLayout.OBJECT_INFO_TAG),
                b.getLong(at + StoreLayout.OBJECT_INFO_OFFSET),
                b.getLong(at + StoreLayout.OBJECT_INFO_PINS),
                b.getLong(at + StoreLayout.OBJECT_INFO_REFERENCES));
    }
}
