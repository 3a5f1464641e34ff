package io.atoll.internal.store.testkit;

import io.atoll.ObjectId;
import io.atoll.internal.store.Memory;
import io.atoll.internal.store.ObjectStore;
import java.time.Duration;

/** An object being written in a store in memory. */
final class InMemoryCreation implements ObjectStore.Creation {
    private final InMemoryObjects shared;
    private final Runnable checkStore;
    private final InMemoryObjects.Entry entry;
    private final int contained;
    private boolean over;

    /** @param checkStore throws when the client that writes is closed */
    InMemoryCreation(InMemoryObjects shared, Runnable checkStore, InMemoryObjects.Entry entry, int contained) {
        this.shared = shared;
        this.checkStore = checkStore;
        this.entry = entry;
        this.contained = contained;
    }

    @Override
    public ObjectId id() {
        return entry.id;
    }

    @Override
    public long address() {
        checkOpen(", and cannot be written");
        return entry.address;
    }

    @Override
    public long size() {
        return entry.size;
    }

    @Override
    public boolean isOpen() {
        return !over;
    }

    private void checkOpen(String then) {
        if (over) {
            throw new IllegalStateException("object " + entry.id + ": it is sealed or given up" + then);
        }
    }

    @Override
    public void resize(long size, Duration timeout) {
        synchronized (shared) {
            checkOpen(", and cannot be resized");
            if (size < 0) {
                throw new IllegalArgumentException("object " + entry.id + ": " + size + " bytes asked");
            }
            shared.awaitRoom(entry.id, size - entry.size, timeout, checkStore);
            long block = Memory.allocate(size + 64);
            long address = block + 63 & -64;
            Memory.copy(null, entry.address, null, address, Math.min(size, entry.size));
            Memory.free(entry.block);
            shared.used += size - entry.size;
            entry.block = block;
            entry.address = address;
            entry.size = size;
        }
    }

    @Override
    public void seal(ObjectId... ids) {
        synchronized (shared) {
            checkOpen(" already");
            if (ids.length != contained) {
                throw new IllegalArgumentException(
                        "object " + entry.id + ": " + ids.length + " contained ids given, " + contained + " announced");
            }
            for (ObjectId id : ids) {
                shared.entry(id, "seal");
            }
            for (ObjectId id : ids) {
                shared.entry(id, "seal").references++;
            }
            over = true;
            entry.contained = ids.clone();
            entry.creating = false;
            entry.state = ObjectStore.State.SEALED;
            shared.freeIfUnused(entry);
            shared.notifyAll();
        }
    }

    @Override
    public void close() {
        synchronized (shared) {
            if (over) {
                return;
            }
            over = true;
            entry.creating = false;
            shared.freeBytesIfUnpinned(entry);
            shared.freeIfUnused(entry);
            shared.notifyAll();
        }
    }
}
