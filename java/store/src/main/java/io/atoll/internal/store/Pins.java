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

    private final Attachment attachment;
    private final long client;
    private final Copies copies;

    Pins(Attachment attachment, Reports reports) {
        this.attachment = attachment;
        this.client = attachment.client();
        copies = new Copies(attachment, reports);
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
            if (result == -StoreCode.STORE_FULL && (isOver || System.nanoTime() - startedAt > copies.patience())) {
                CopiedPin copy = copies.of(id, left);
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
        if (ids.length == 0) {
            return new ObjectStore.Pin[0];
        }
        String what = "get of " + ids.length + " objects, " + ids[0] + " first";
        Scratch s = attachment.enter();
        try (ListCall call = new ListCall(ids, 0, ids.length)) {
            ObjectStore.Pin[] withCopies = getAll(ids, call, s, Waiting.nanos(timeout), what);
            return withCopies != null ? withCopies : pins(ids, call);
        } finally {
            s.leave();
        }
    }

    private ObjectStore.Pin[] pins(ObjectId[] ids, ListCall call) {
        ObjectStore.Pin[] pins = new ObjectStore.Pin[ids.length];
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
    }

    /** Null when the views are in the call; else some are copies of what had no room to come back to. */
    private ObjectStore.Pin @Nullable [] getAll(ObjectId[] ids, ListCall call, Scratch s, long nanos, String what) {
        long startedAt = System.nanoTime();
        // Who is virtual has another thread wait; mostly all of them are in memory, and nobody has to.
        if (VirtualThreads.isCurrent() && getAllNow(call)) {
            return null;
        }
        return StandIns.await(nanos, () -> getAllSlowly(ids, call, s, nanos, startedAt, what));
    }

    private boolean getAllNow(ListCall call) {
        return StoreNative.getAll(client, call.idsAddress(), call.count(), 0, call.viewsAddress()) >= 0;
    }

    private ObjectStore.Pin @Nullable [] getAllSlowly(
            ObjectId[] ids, ListCall call, Scratch s, long nanos, long startedAt, String what) {
        long onDisk = Long.MAX_VALUE;
        while (true) {
            Waiting.checkInterrupt(what);
            attachment.checkOpen();
            long left = Waiting.left(nanos, startedAt);
            long slice = Math.min(left, Math.min(copies.patience(), LIST_SLICE));
            long sliceAt = System.nanoTime();
            long result = StoreNative.getAll(client, call.idsAddress(), call.count(), slice, call.viewsAddress());
            boolean hasWaited = hasWaited(result, sliceAt, slice);
            boolean isOver = left <= slice || !isNotYet(result) || !hasWaited;
            if (result == -StoreCode.STORE_FULL && hasWaited && slice > 0) {
                long before = onDisk;
                onDisk = copies.onDisk(call);
                // Not while some come back.
                if (onDisk >= 0 && (isOver || onDisk >= before)) {
                    ObjectStore.Pin[] all = copies.ofAll(ids, this, s, left);
                    if (all != null) {
                        return all;
                    }
                }
            }
            if (isOver) {
                StoreCodes.check(result, what);
                return null;
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

    /** What a get has just put into the scratch. */
    NativePin pin(Scratch s, ObjectId id) {
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
