package io.atoll.internal.store;

import io.atoll.ObjectId;
import io.atoll.jni.StoreCode;
import io.atoll.jni.StoreNative;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Names under which every process finds an object. */
final class Names {
    private final Attachment attachment;
    private final long client;

    Names(Attachment attachment) {
        this.attachment = attachment;
        this.client = attachment.client();
    }

    void publish(String name, ObjectId id, long timeoutNanos) {
        Scratch s = attachment.enter();
        try {
            ByteBuffer utf8 = Memory.cString(name);
            long result = StoreNative.publish(client, Memory.addressOf(utf8), id.store(), id.place(), timeoutNanos);
            Reference.reachabilityFence(utf8);
            StoreCodes.check(result, id, "publish");
        } finally {
            s.leave();
        }
    }

    boolean unpublish(String name, long timeoutNanos) {
        Scratch s = attachment.enter();
        try {
            ByteBuffer utf8 = Memory.cString(name);
            long result = StoreNative.unpublish(client, Memory.addressOf(utf8), timeoutNanos);
            Reference.reachabilityFence(utf8);
            if (result == -StoreCode.NOT_FOUND) {
                return false;
            }
            StoreCodes.check(result, "unpublish " + name);
            return true;
        } finally {
            s.leave();
        }
    }

    @Nullable
    ObjectId lookup(String name) {
        Scratch s = attachment.enter();
        try {
            ByteBuffer utf8 = Memory.cString(name);
            long result = StoreNative.lookup(client, Memory.addressOf(utf8), s.idAddress());
            Reference.reachabilityFence(utf8);
            if (result == -StoreCode.NOT_FOUND) {
                return null;
            }
            StoreCodes.check(result, "lookup of " + name);
            return s.id();
        } finally {
            s.leave();
        }
    }
}
