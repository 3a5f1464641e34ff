package io.atoll.store;

import io.atoll.GetTimeoutException;
import io.atoll.ObjectId;
import io.atoll.jni.StoreCode;
import io.atoll.jni.StoreLayout;
import io.atoll.jni.StoreNative;
import java.time.Duration;

/** Sealed objects, pinned where they lie: one, or a list of them. */
final class Pins {
    /** Ids that are looked at in one call: few first, since the first of them is often not sealed yet. */
    private static final int FIRST_PEEK = 8;

    private static final int LAST_PEEK = 4096;

    private final Attachment attachment;
    private final long client;

    Pins(Attachment attachment) {
        this.attachment = attachment;
        this.client = attachment.client();
    }

    ObjectStore.Pin get(ObjectId id, Duration timeout) {
        long nanos = Waiting.nanos(timeout);
        Scratch s = attachment.enter();
        try {
            long slice = Math.min(nanos, Waiting.FIRST_SLICE);
            long result = StoreNative.get(client, id.store(), id.place(), slice, s.viewAddress());
            if (result == -StoreCode.TIMED_OUT && slice < nanos) {
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
            long result = StoreNative.get(client, id.store(), id.place(), Math.min(slice, left), s.viewAddress());
            if (result != -StoreCode.TIMED_OUT || left <= slice) {
                return result;
            }
        }
    }

    ObjectStore.Pin tryGet(ObjectId id) {
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

    ObjectStore.Pin[] getAll(ObjectId[] ids) {
        ObjectStore.Pin[] pins = new ObjectStore.Pin[ids.length];
        if (ids.length == 0) {
            return pins;
        }
        String what = "get of " + ids.length + " objects, " + ids[0] + " first";
        Waiting.checkInterrupt(what);
        Scratch s = attachment.enter();
        try (ListCall call = new ListCall(ids, 0, ids.length)) {
            StoreCodes.check(StoreNative.getAll(client, call.idsAddress(), call.count(), 0, call.viewsAddress()), what);
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
