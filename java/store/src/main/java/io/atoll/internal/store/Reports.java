package io.atoll.internal.store;

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
            capacity = stats().get(StoreLayout.STATS_CAPACITY);
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

    Struct stats() {
        ByteBuffer struct = sized(StoreLayout.STATS_SIZE, StoreLayout.STATS_BYTES);
        Scratch s = attachment.enter();
        try {
            StoreCodes.check(StoreNative.stats(client, Memory.addressOf(struct)), "stats");
            return new Struct(struct, 0);
        } finally {
            s.leave();
        }
    }

    @Nullable
    Struct clientStats(int index) {
        ByteBuffer struct = sized(StoreLayout.CLIENT_STATS_SIZE, StoreLayout.CLIENT_STATS_BYTES);
        Scratch s = attachment.enter();
        try {
            long result = StoreNative.clientStats(client, index, Memory.addressOf(struct));
            if (result == -StoreCode.NOT_FOUND) {
                return null;
            }
            StoreCodes.check(result, "stats of client " + index);
            return new Struct(struct, 0);
        } finally {
            s.leave();
        }
    }

    /** To be filled in by a store that is told how large it is. */
    private static ByteBuffer sized(int bytes, int atOffset) {
        return Memory.direct(bytes).putLong(atOffset, bytes);
    }

    List<Struct> list() {
        List<Struct> all = new ArrayList<>();
        ByteBuffer cursor = Memory.direct(8);
        Scratch s = attachment.enter();
        try {
            while (true) {
                ByteBuffer infos = Memory.direct(StoreLayout.OBJECT_INFO_SIZE * LIST_CHUNK);
                long count = StoreCodes.check(
                        StoreNative.list(client, Memory.addressOf(cursor), Memory.addressOf(infos), LIST_CHUNK),
                        "list");
                if (count == 0) {
                    return all;
                }
                for (int i = 0; i < count; i++) {
                    all.add(new Struct(infos, i * StoreLayout.OBJECT_INFO_SIZE));
                }
            }
        } finally {
            s.leave();
        }
    }
}
