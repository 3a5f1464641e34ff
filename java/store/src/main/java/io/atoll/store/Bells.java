package io.atoll.store;

import io.atoll.jni.StoreCode;
import io.atoll.jni.StoreLayout;
import io.atoll.jni.StoreNative;
import java.time.Duration;

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
            long startedAt = System.nanoTime();
            long slice = Waiting.FIRST_SLICE;
            while (true) {
                long left = Waiting.left(timeoutNanos, startedAt);
                long result = StoreNative.bellWait(client, index, count, Math.min(slice, left));
                if (result != -StoreCode.TIMED_OUT) {
                    return StoreCodes.check(result, "bell: wait");
                }
                if (left <= slice || Thread.currentThread().isInterrupted()) {
                    return count;
                }
                attachment.checkOpen();
                slice = Waiting.longer(slice);
            }
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

    boolean awaitServerExit(Duration timeout) {
        long nanos = Waiting.nanos(timeout);
        Scratch s = attachment.enter();
        try {
            long startedAt = System.nanoTime();
            long slice = Waiting.FIRST_SLICE;
            while (true) {
                long left = Waiting.left(nanos, startedAt);
                long result = StoreNative.awaitServerExit(client, Math.min(slice, left));
                if (result != -StoreCode.TIMED_OUT) {
                    StoreCodes.check(result, "store " + attachment.socket() + ": waiting for its server's exit");
                    return true;
                }
                if (left <= slice) {
                    return false;
                }
                Waiting.checkInterrupt("store " + attachment.socket() + ": waiting for its server's exit");
                attachment.checkOpen();
                slice = Waiting.longer(slice);
            }
        } finally {
            s.leave();
        }
    }
}
