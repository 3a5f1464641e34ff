package io.atoll.store;

import io.atoll.ObjectId;
import io.atoll.jni.StoreCode;
import io.atoll.jni.StoreLayout;
import io.atoll.jni.StoreNative;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/** Watched ids, and the events that say which of them are ready. */
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

    ObjectId[] takeReady(long timeoutNanos) {
        ByteBuffer events = Memory.direct(AT_ONCE * StoreLayout.EVENT_SIZE);
        Scratch s = attachment.enter();
        try {
            long count = attachment.inSlices(timeoutNanos, slice -> {
                long taken = StoreNative.takeReady(client, Memory.addressOf(events), AT_ONCE, slice);
                return taken == 0 ? -StoreCode.TIMED_OUT : taken;
            });
            return count == -StoreCode.TIMED_OUT ? NONE : ids(events, (int) StoreCodes.check(count, "taking events"));
        } finally {
            s.leave();
        }
    }

    private static ObjectId[] ids(ByteBuffer events, int count) {
        ObjectId[] ids = new ObjectId[count];
        for (int i = 0; i < count; i++) {
            int at = i * StoreLayout.EVENT_SIZE + StoreLayout.EVENT_ID;
            ids[i] = new ObjectId(
                    events.getLong(at + StoreLayout.OBJECT_ID_STORE), events.getLong(at + StoreLayout.OBJECT_ID_PLACE));
        }
        return ids;
    }
}
