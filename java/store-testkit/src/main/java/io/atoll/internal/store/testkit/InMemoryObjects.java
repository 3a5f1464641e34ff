package io.atoll.internal.store.testkit;

import io.atoll.ObjectId;
import io.atoll.ObjectLostException;
import io.atoll.ObjectStoreFullException;
import io.atoll.internal.store.Memory;
import io.atoll.internal.store.ObjectStore.State;
import io.atoll.internal.store.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** What all clients of a store in memory see; guarded by itself. */
final class InMemoryObjects {
    final long storeId = ThreadLocalRandom.current().nextLong() | 1;
    final long capacity;
    final Map<Long, Entry> entries = new HashMap<>();
    long used;
    long lastIndex;
    int lastClient = 1;

    InMemoryObjects(long capacity) {
        this.capacity = capacity;
    }

    /** Waits until something has changed, at most so long; with the lock of this held. */
    @SuppressWarnings("WaitNotInLoop") // whoever sleeps looks again
    void sleep(long nanos, String what) {
        try {
            long millis = Math.min(Math.max(1, nanos / 1_000_000), 1_000_000);
            wait(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Waiting.interrupted(what);
        }
    }

    /**
     * Waits until there are so many bytes of room; with the lock of this held.
     *
     * @param checkStore throws when the client that waits is closed
     */
    void awaitRoom(ObjectId id, long size, Duration timeout, Runnable checkStore) {
        long startedAt = System.nanoTime();
        long nanos = Waiting.nanos(timeout);
        while (size > capacity - used) {
            long left = Waiting.left(nanos, startedAt);
            if (left == 0 || size > capacity) {
                throw new ObjectStoreFullException((id == null ? "new object: " : "object " + id + ": ") + size
                        + " bytes asked, " + (capacity - used) + " free of " + capacity);
            }
            sleep(left, "waiting for " + size + " bytes of room");
            checkStore.run();
        }
    }

    List<ObjectId> pinned() {
        List<ObjectId> ids = new ArrayList<>();
        for (Entry entry : entries.values()) {
            if (entry.pins > 0) {
                ids.add(entry.id);
            }
        }
        return ids;
    }

    Entry entry(ObjectId id, String what) {
        Entry entry = id.store() == storeId ? entries.get(id.place()) : null;
        if (entry == null) {
            throw new ObjectLostException(
                    "object " + id + ": " + what + " (no such object: freed, deleted, or never made here)");
        }
        return entry;
    }

    void freeIfUnused(Entry entry) {
        if (entry.references == 0 && entry.pins == 0 && !entry.creating) {
            entries.remove(entry.id.place());
            freeBytesIfUnpinned(entry);
            notifyAll();
        }
    }

    void freeBytesIfUnpinned(Entry entry) {
        if (entry.block == 0 || entry.pins != 0) {
            return;
        }
        Memory.fill(entry.address, entry.size, (byte) 0xdb); // what is still read after this is seen to be wrong
        Memory.free(entry.block);
        entry.block = 0;
        used -= entry.size;
        List<ObjectId> children = List.of(entry.contained);
        entry.contained = new ObjectId[0];
        for (ObjectId child : children) {
            Entry held = entry(child, "contained");
            held.references--;
            freeIfUnused(held);
        }
    }

    /** One object. */
    static final class Entry {
        final ObjectId id;
        State state = State.EXPECTED;
        boolean creating;
        long block;
        long address;
        long size;
        long tag;
        ObjectId[] contained = {};
        long references;
        long pins;
        int claim;

        Entry(ObjectId id) {
            this.id = id;
        }
    }
}
