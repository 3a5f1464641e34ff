package io.atoll.internal.store;

import io.atoll.jni.StoreCode;
import io.atoll.jni.StoreLayout;
import io.atoll.jni.StoreNative;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What passes between the processes of a store beside objects: rings, bells, the end of its server. */
final class Bells {
    private final Attachment attachment;
    private final long client;

    Bells(Attachment attachment) {
        this.attachment = attachment;
        this.client = attachment.client();
    }

    Ring ring(int ofClient, Ring.Direction direction) {
        int way = direction == Ring.Direction.UP ? StoreLayout.RING_UP : StoreLayout.RING_DOWN;
        Scratch s = attachment.enter();
        try {
            StoreCodes.check(
                    StoreNative.ring(client, ofClient, way, s.outAddress(0), s.outAddress(1)),
                    "ring " + direction + " of client " + ofClient);
            return new Ring(s.out(0), s.out(1));
        } finally {
            s.leave();
        }
    }

    long bell(long index) {
        Scratch s = attachment.enter();
        try {
            return StoreCodes.check(StoreNative.bell(client, index), "bell");
        } finally {
            s.leave();
        }
    }

    long bellWait(long index, long count, long timeoutNanos) {
        Scratch s = attachment.enter();
        try {
            long result = StoreNative.bellWait(client, index, count, timeoutNanos);
            if (result == -StoreCode.TIMED_OUT) {
                attachment.checkOpen();
                return count;
            }
            return StoreCodes.check(result, "bell: wait");
        } finally {
            s.leave();
        }
    }

    void bellRing(long index, int threads) {
        Scratch s = attachment.enter();
        try {
            StoreCodes.check(StoreNative.bellRing(client, index, threads), "bell: ring");
        } finally {
            s.leave();
        }
    }

    void endWaits() {
        Scratch s = attachment.enter();
        try {
            StoreCodes.check(StoreNative.endWaits(client), "bells: ending waits");
        } finally {
            s.leave();
        }
    }

    boolean awaitServerExit(@Nullable Duration timeout) {
        long nanos = Waiting.nanos(timeout);
        String what = "store " + attachment.socket() + ": waiting for its server's exit";
        Scratch s = attachment.enter();
        try {
            long result = attachment.inSlices(nanos, slice -> StoreNative.awaitServerExit(client, slice));
            if (result == -StoreCode.TIMED_OUT) {
                Waiting.checkInterrupt(what);
                return false;
            }
            StoreCodes.check(result, what);
            return true;
        } finally {
            s.leave();
        }
    }
}
