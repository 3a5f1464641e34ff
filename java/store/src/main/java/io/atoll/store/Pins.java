package io.atoll.store;

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
                result = getSlowly(s, id, nanos);
            }
            if (result < 0) {
                throw result == -StoreCode.TIMED_OUT
                        ? new GetTimeoutException("object " + id + ": not there after " + timeout)
                        : StoreCodes.failure(result, id, "get");
            }
            return pin(s, id);
        } finally {
            s.leave();
        }
    }

    private long getSlowly(Scratch s, ObjectId id, long nanos) {
        long startedAt = System.nanoTime();
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
            if (left <= slice || !isNotYet(result) || !hasWaited(result, sliceAt, slice)) {
                return result;
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
        ObjectStore.Pin[] pins = new ObjectStore.Pin[ids.length];
        if (ids.length == 0) {
            return pins;
        }
        String what = "get of " + ids.length + " objects, " + ids[0] + " first";
        Scratch s = attachment.enter();
        try (ListCall call = new ListCall(ids, 0, ids.length)) {
            StoreCodes.check(getAll(call, Waiting.nanos(timeout), what), what);
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

    private long getAll(ListCall call, long nanos, String what) {
        long startedAt = System.nanoTime();
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
