package io.atoll.internal.store;

import io.atoll.ObjectId;
import io.atoll.jni.StoreCode;
import io.atoll.jni.StoreLayout;
import io.atoll.jni.StoreNative;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Objects that are on disk, read from there into this process's own memory: for who finds no room in the store. Its calls are
 * made between {@link Attachment#enter} and {@link Scratch#leave}.
 */
final class Copies {
    private static final ObjectId[] NONE = {};

    /** Who has found no room for so long reads what is on disk without: there may never be any. */
    private static final long PATIENCE = 1_000_000_000;
    /** The same where that has just been so, its copies are few, and nothing is on its way to disk. */
    private static final long LITTLE_PATIENCE = 100_000_000;

    private static final long JUST = 2_000_000_000;
    /** What nobody needs any more is given back by the collector, which does not see how large it is: it needs the time. */
    private static final long FEW_BYTES = 32 << 20;

    private final Attachment attachment;
    private final long client;
    private final Reports reports;
    private final AtomicLong bytes = new AtomicLong();
    private volatile long lastAt = System.nanoTime() - JUST;

    Copies(Attachment attachment, Reports reports) {
        this.attachment = attachment;
        this.client = attachment.client();
        this.reports = reports;
    }

    /** How long somebody is to look for room first. */
    long patience() {
        boolean isSoon = System.nanoTime() - lastAt < JUST && bytes.get() <= FEW_BYTES;
        return isSoon && reports.stats().get(StoreLayout.STATS_BYTES_SPILLING) == 0 ? LITTLE_PATIENCE : PATIENCE;
    }

    /**
     * Null when it is not on disk, or cannot be read.
     *
     * @param nanos what is left of the caller's time, of which reading takes a second at least
     */
    @Nullable
    CopiedPin of(ObjectId id, long nanos) {
        try (ListCall call = new ListCall(new ObjectId[] {id}, 0, 1)) {
            boolean isOnDisk = StoreNative.peek(client, call.idsAddress(), 1, call.viewsAddress()) == 1
                    && call.view(0, StoreLayout.VIEW_ADDRESS) == 0;
            return isOnDisk ? read(id, call, Math.max(nanos, PATIENCE)) : null;
        } catch (OutOfMemoryError e) {
            return null;
        }
    }

    private @Nullable CopiedPin read(ObjectId id, ListCall found, long nanos) {
        CopiedPin copy = new CopiedPin(
                this,
                id,
                found.view(0, StoreLayout.VIEW_BYTES),
                found.view(0, StoreLayout.VIEW_TAG),
                Math.toIntExact(found.view(0, StoreLayout.VIEW_CONTAINED)));
        boolean isRead = false;
        try {
            isRead = StoreNative.readInto(client, id.store(), id.place(), copy.address(), copy.bytes(), nanos)
                            == copy.bytes()
                    && refer(copy.contained());
        } finally {
            if (!isRead) {
                copy.free();
            }
        }
        if (!isRead) {
            return null;
        }
        bytes.addAndGet(copy.bytes());
        lastAt = System.nanoTime();
        return copy;
    }

    /** The object may go before its copy does, and what it names with it. */
    private boolean refer(ObjectId[] contained) {
        for (int i = 0; i < contained.length; i++) {
            if (StoreNative.reference(client, contained[i].store(), contained[i].place()) < 0) {
                for (int j = 0; j < i; j++) {
                    StoreNative.dereference(client, contained[j].store(), contained[j].place());
                }
                return false;
            }
        }
        return true;
    }

    /** A copy is gone. What it referred to a closed store has given back. */
    void letGo(long copied, ObjectId[] contained) {
        bytes.addAndGet(-copied);
        Scratch s = contained.length == 0 ? null : attachment.tryEnter();
        if (s == null) {
            return;
        }
        try {
            for (ObjectId id : contained) {
                StoreNative.dereference(client, id.store(), id.place());
            }
        } finally {
            s.leave();
        }
    }

    /** Bytes of those that are on disk; -1 when not all are sealed. */
    long onDisk(ListCall call) {
        if (StoreNative.peek(client, call.idsAddress(), call.count(), call.viewsAddress()) != call.count()) {
            return -1;
        }
        long bytes = 0;
        for (int i = 0; i < call.count(); i++) {
            bytes += call.view(i, StoreLayout.VIEW_ADDRESS) == 0 ? call.view(i, StoreLayout.VIEW_BYTES) : 0;
        }
        return bytes;
    }

    /** All of them: pinned where they are in memory, else copied. Null when that cannot be. */
    ObjectStore.Pin @Nullable [] ofAll(ObjectId[] ids, Pins pins, Scratch s, long nanos) {
        ObjectStore.Pin[] all = new ObjectStore.Pin[ids.length];
        int made = 0;
        try {
            for (long startedAt = System.nanoTime(); made < ids.length; made++) {
                ObjectId id = ids[made];
                long result = StoreNative.get(client, id.store(), id.place(), 0, s.viewAddress());
                boolean isElsewhere = result == -StoreCode.STORE_FULL || result == -StoreCode.TIMED_OUT;
                ObjectStore.Pin pin =
                        result >= 0 ? pins.pin(s, id) : isElsewhere ? of(id, Waiting.left(nanos, startedAt)) : null;
                if (pin == null) {
                    return null;
                }
                all[made] = pin;
            }
            return all;
        } finally {
            for (int i = 0; made < ids.length && i < made; i++) {
                all[i].close();
            }
        }
    }

    /** So many ids from there on. */
    static ObjectId[] idsAt(long address, int count) {
        if (count == 0) {
            return NONE;
        }
        ObjectId[] ids = new ObjectId[count];
        for (int i = 0; i < count; i++) {
            long at = address + (long) i * ObjectId.BYTES;
            ids[i] = new ObjectId(Memory.getLong(at), Memory.getLong(at + 8));
        }
        return ids;
    }
}
