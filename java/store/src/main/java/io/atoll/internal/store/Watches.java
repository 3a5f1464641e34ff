package io.atoll.internal.store;

import io.atoll.ObjectId;
import io.atoll.jni.StoreCode;
import io.atoll.jni.StoreLayout;
import io.atoll.jni.StoreNative;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/** Watched ids, and the events that say what has become of them. */
final class Watches {
    /** Events that are taken in one call. */
    private static final int AT_ONCE = 256;

    private static final ObjectId[] NONE = {};

    private final Attachment attachment;
    private final long client;

    Watches(Attachment attachment) {
        this.attachment = attachment;
        this.client = attachment.client();
    }

    void watch(ObjectId[] ids) {
        ByteBuffer bytes = Scratch.idBytes(ids);
        Scratch s = attachment.enter();
        try {
            StoreCodes.check(
                    StoreNative.watch(client, Memory.addressOf(bytes), ids.length),
                    "watch of " + ids.length + " objects");
        } finally {
            s.leave();
        }
        Reference.reachabilityFence(bytes);
    }

    void watchAlone(ObjectId id) {
        Scratch s = attachment.enter();
        try {
            StoreCodes.check(StoreNative.watchAlone(client, id.store(), id.place()), id, "watch");
        } finally {
            s.leave();
        }
    }

    void watchDamaged(ObjectId id) {
        Scratch s = attachment.enter();
        try {
            StoreCodes.check(StoreNative.watchDamaged(client, id.store(), id.place()), id, "watch");
        } finally {
            s.leave();
        }
    }

    void unwatch(ObjectId id) {
        Scratch s = attachment.enter();
        try {
            StoreCodes.check(StoreNative.unwatch(client, id.store(), id.place()), id, "end of a watch");
        } finally {
            s.leave();
        }
    }

    void expectAgain(ObjectId id) {
        Scratch s = attachment.enter();
        try {
            StoreCodes.check(StoreNative.expectAgain(client, id.store(), id.place()), id, "expect again");
        } finally {
            s.leave();
        }
    }

    void giveUp(ObjectId id) {
        Scratch s = attachment.enter();
        try {
            StoreCodes.check(StoreNative.giveUp(client, id.store(), id.place()), id, "give up");
        } finally {
            s.leave();
        }
    }

    ObjectId[] takeReady(long timeoutNanos) {
        ByteBuffer events = Memory.direct(AT_ONCE * StoreLayout.EVENT_SIZE);
        int count = take(events, timeoutNanos);
        ObjectId[] ids = new ObjectId[count];
        for (int i = 0; i < count; i++) {
            ids[i] = id(events, i * StoreLayout.EVENT_SIZE);
        }
        return ids.length == 0 ? NONE : ids;
    }

    ObjectEvent[] takeEvents(long timeoutNanos) {
        ByteBuffer events = Memory.direct(AT_ONCE * StoreLayout.EVENT_SIZE);
        int count = take(events, timeoutNanos);
        ObjectEvent[] all = new ObjectEvent[count];
        for (int i = 0; i < count; i++) {
            int at = i * StoreLayout.EVENT_SIZE;
            all[i] = new ObjectEvent(id(events, at), kind(events.getLong(at + StoreLayout.EVENT_KIND)));
        }
        return all;
    }

    /** How many are in the buffer then. */
    private int take(ByteBuffer events, long timeoutNanos) {
        Scratch s = attachment.enter();
        try {
            long count = attachment.inSlices(timeoutNanos, slice -> {
                long taken = StoreNative.takeReady(client, Memory.addressOf(events), AT_ONCE, slice);
                return taken == 0 ? -StoreCode.TIMED_OUT : taken;
            });
            return count == -StoreCode.TIMED_OUT ? 0 : (int) StoreCodes.check(count, "taking events");
        } finally {
            s.leave();
        }
    }

    private static ObjectId id(ByteBuffer events, int event) {
        int at = event + StoreLayout.EVENT_ID;
        return new ObjectId(
                events.getLong(at + StoreLayout.OBJECT_ID_STORE), events.getLong(at + StoreLayout.OBJECT_ID_PLACE));
    }

    private static ObjectEvent.Kind kind(long number) {
        if (number == StoreLayout.EVENT_ALONE) {
            return ObjectEvent.Kind.ALONE;
        }
        return number == StoreLayout.EVENT_DAMAGED ? ObjectEvent.Kind.DAMAGED : ObjectEvent.Kind.READY;
    }
}
