package io.atoll.internal.store;

import io.atoll.GetTimeoutException;
import io.atoll.ObjectId;
import io.atoll.jni.StoreCode;
import io.atoll.jni.StoreLayout;
import io.atoll.jni.StoreNative;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Sealed objects, pinned where they lie: one, or a list of them. */
final class Pins {
    /** Ids that are looked at in one call: few first, since the first of them is often not sealed yet. */
    private static final int FIRST_PEEK = 8;

    private static final int LAST_PEEK = 4096;

    /** A list is waited for in slices of so much. After each its pins are taken anew, which keep in memory what is back. */
    private static final long LIST_SLICE = 1_000_000_000;

    /** Who has found no room for so long reads what is on disk without: there may never be any. */
    private static final long PATIENCE = 1_000_000_000;

    private final Attachment attachment;
    private final long client;

    Pins(Attachment attachment) {
        this.attachment = attachment;
        this.client = attachment.client();
    }

    ObjectStore.Pin get(ObjectId id, @Nullable Duration timeout) {
        long nanos = Waiting.nanos(timeout);
        Scratch s = attachment.enter();
        try {
            long slice = Math.min(nanos, Waiting.FIRST_SLICE);
            long result = StoreNative.get(client, id.store(), id.place(), slice, s.viewAddress());
            if (slice < nanos && isNotYet(result)) {
                long startedAt = System.nanoTime();
                CopiedPin copy = StandIns.await(nanos, () -> getSlowly(s, id, nanos, timeout, startedAt));
                if (copy != null) {
                    return copy;
                }
            } else {
                check(result, id, timeout);
            }
            return pin(s, id);
        } finally {
            s.leave();
        }
    }

    /** On the thread that has asked: the store's last words are kept for that one. */
    private static long check(long result, ObjectId id, @Nullable Duration timeout) {
        if (result == -StoreCode.TIMED_OUT) {
            throw new GetTimeoutException("object " + id + ": not there after " + timeout);
        }
        return StoreCodes.check(result, id, "get");
    }

    /** Null when the view is in the scratch; else a copy of what had no room to come back to. */
    private @Nullable CopiedPin getSlowly(
            Scratch s, ObjectId id, long nanos, @Nullable Duration timeout, long startedAt) {
        long slice = Waiting.FIRST_SLICE;
        while (true) {
            if (Thread.currentThread().isInterrupted()) {
                throw Waiting.interrupted("object " + id + ": get");
            }
            attachment.checkOpen();
            slice = Waiting.longer(slice);
            long left = Waiting.left(nanos, startedAt);
            long sliceAt = System.nanoTime();
            long result = StoreNative.get(client, id.store(), id.place(), Math.min(slice, left), s.viewAddress());
            boolean isOver = left <= slice || !isNotYet(result) || !hasWaited(result, sliceAt, slice);
            if (result == -StoreCode.STORE_FULL && (isOver || System.nanoTime() - startedAt > PATIENCE)) {
                CopiedPin copy = copy(id, Math.max(left, PATIENCE));
                if (copy != null) {
                    return copy;
                }
            }
            if (isOver) {
                check(result, id, timeout);
                return null;
            }
        }
    }

    /** Of an object on disk that names no others: what it is, read from there. Null when it is not that, or cannot be read. */
    private @Nullable CopiedPin copy(ObjectId id, long nanos) {
        try (ListCall call = new ListCall(new ObjectId[] {id}, 0, 1)) {
            long found = StoreNative.peek(client, call.idsAddress(), 1, call.viewsAddress());
            if (found != 1
                    || call.view(0, StoreLayout.VIEW_ADDRESS) != 0
                    || call.view(0, StoreLayout.VIEW_CONTAINED) != 0) {
                return null;
            }
            CopiedPin copy =
                    new CopiedPin(id, call.view(0, StoreLayout.VIEW_BYTES), call.view(0, StoreLayout.VIEW_TAG));
            boolean isRead = false;
            try {
                isRead = StoreNative.readInto(client, id.store(), id.place(), copy.address(), copy.size(), nanos)
                        == copy.size();
                return isRead ? copy : null;
            } finally {
                if (!isRead) {
                    copy.close();
                }
            }
        } catch (OutOfMemoryError e) {
            return null;
        }
    }

    /** What may be otherwise after another slice: it is not sealed, or there is no room for it to come back from disk. */
    private static boolean isNotYet(long result) {
        return result == -StoreCode.TIMED_OUT || result == -StoreCode.STORE_FULL;
    }

    /** A call that says at once that the store is full speaks of what no waiting helps against. */
    private static boolean hasWaited(long result, long startedAt, long slice) {
        return result != -StoreCode.STORE_FULL || System.nanoTime() - startedAt >= slice;
    }

    ObjectStore.@Nullable Pin tryGet(ObjectId id) {
        Scratch s = attachment.enter();
        try {
            long result = StoreNative.get(client, id.store(), id.place(), 0, s.viewAddress());
            if (result == -StoreCode.TIMED_OUT) {
                return null;
            }
            StoreCodes.check(result, id, "get");
            return pin(s, id);
        } finally {
            s.leave();
        }
    }

    ObjectStore.Pin[] getAll(ObjectId[] ids, @Nullable Duration timeout) {
        ObjectStore.Pin[] pins = new ObjectStore.Pin[ids.length];
        if (ids.length == 0) {
            return pins;
        }
        String what = "get of " + ids.length + " objects, " + ids[0] + " first";
        Scratch s = attachment.enter();
        try (ListCall call = new ListCall(ids, 0, ids.length)) {
            getAll(call, Waiting.nanos(timeout), what);
            for (int i = 0; i < pins.length; i++) {
                pins[i] = new NativePin(
                        this,
                        ids[i],
                        call.view(i, StoreLayout.VIEW_ADDRESS),
                        call.view(i, StoreLayout.VIEW_BYTES),
                        call.view(i, StoreLayout.VIEW_TAG),
                        call.view(i, StoreLayout.VIEW_OFFSET),
                        (int) call.view(i, StoreLayout.VIEW_CONTAINED),
                        call.view(i, StoreLayout.VIEW_CONTAINED_ADDRESS));
            }
            return pins;
        } finally {
            s.leave();
        }
    }

    private void getAll(ListCall call, long nanos, String what) {
        long startedAt = System.nanoTime();
        // Who is virtual has another thread wait; mostly all of them are in memory, and nobody has to.
        if (!VirtualThreads.isCurrent() || !getAllNow(call)) {
            StandIns.await(nanos, () -> StoreCodes.check(getAll(call, nanos, startedAt, what), what));
        }
    }

    private boolean getAllNow(ListCall call) {
        return StoreNative.getAll(client, call.idsAddress(), call.count(), 0, call.viewsAddress()) >= 0;
    }

    private long getAll(ListCall call, long nanos, long startedAt, String what) {
        while (true) {
            Waiting.checkInterrupt(what);
            attachment.checkOpen();
            long left = Waiting.left(nanos, startedAt);
            long sliceAt = System.nanoTime();
            long result = StoreNative.getAll(
                    client, call.idsAddress(), call.count(), Math.min(left, LIST_SLICE), call.viewsAddress());
            if (left <= LIST_SLICE || !isNotYet(result) || !hasWaited(result, sliceAt, LIST_SLICE)) {
                return result;
            }
        }
    }

    SealedObjects peek(ObjectId[] ids, int from) {
        SealedObjects found = new SealedObjects();
        Scratch s = attachment.enter();
        try {
            int at = from;
            for (int chunk = FIRST_PEEK; at < ids.length; chunk = Math.min(8 * chunk, LAST_PEEK)) {
                int end = at + peek(ids, at, Math.min(chunk, ids.length - at), found);
                if (end < Math.min(at + chunk, ids.length)) {
                    break;
                }
                at = end;
            }
        } finally {
            s.leave();
        }
        return found;
    }

    private int peek(ObjectId[] ids, int from, int count, SealedObjects found) {
        try (ListCall call = new ListCall(ids, from, count)) {
            int sealed = (int)
                    StoreCodes.check(StoreNative.peek(client, call.idsAddress(), count, call.viewsAddress()), "peek");
            for (int i = 0; i < sealed; i++) {
                found.add(
                        call.view(i, StoreLayout.VIEW_BYTES),
                        call.view(i, StoreLayout.VIEW_TAG),
                        call.view(i, StoreLayout.VIEW_ADDRESS) == 0);
            }
            return sealed;
        }
    }

    private NativePin pin(Scratch s, ObjectId id) {
        return new NativePin(
                this,
                id,
                s.view(StoreLayout.VIEW_ADDRESS),
                s.view(StoreLayout.VIEW_BYTES),
                s.view(StoreLayout.VIEW_TAG),
                s.view(StoreLayout.VIEW_OFFSET),
                (int) s.view(StoreLayout.VIEW_CONTAINED),
                s.view(StoreLayout.VIEW_CONTAINED_ADDRESS));
    }

    void release(ObjectId id) {
        Scratch s = attachment.tryEnter();
        if (s == null) {
            attachment.releaseAfterClose(id);
            return;
        }
        try {
            StoreCodes.check(StoreNative.release(client, id.store(), id.place()), id, "release");
        } finally {
            s.leave();
        }
    }
}
