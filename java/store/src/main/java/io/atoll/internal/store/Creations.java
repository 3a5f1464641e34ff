package io.atoll.internal.store;

import io.atoll.ObjectId;
import io.atoll.ObjectStoreFullException;
import io.atoll.jni.StoreCode;
import io.atoll.jni.StoreLayout;
import io.atoll.jni.StoreNative;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Objects being written in the store: create, resize, seal, abort. */
final class Creations {
    private final Attachment attachment;
    private final long client;
    private final Reports reports;
    private final boolean reserve;

    Creations(Attachment attachment, Reports reports, boolean reserve) {
        this.attachment = attachment;
        this.client = attachment.client();
        this.reports = reports;
        this.reserve = reserve;
    }

    ObjectStore.Creation create(@Nullable ObjectId id, long size, int contained, long tag, @Nullable Duration timeout) {
        if (size < 0 || contained < 0) {
            throw new IllegalArgumentException(
                    size + " bytes, " + contained + " contained ids: neither may be negative");
        }
        long nanos = Waiting.nanos(timeout);
        Scratch s = attachment.enter();
        try {
            long slice = Math.min(nanos, Waiting.FIRST_SLICE);
            long result = tryCreate(s, id, size, contained, tag, slice);
            if (isNoneYet(result) && slice < nanos) {
                awaitRoom(id, size, nanos, each -> tryCreate(s, id, size, contained, tag, each));
            } else {
                check(result, id, size);
            }
            attachment.beginWriting();
            return new NativeCreation(this, id == null ? s.id() : id, s.out(0), size, contained);
        } finally {
            s.leave();
        }
    }

    ObjectStore.Creation createNow(ObjectId id, long size, int contained, long tag) {
        Scratch s = attachment.enter();
        try {
            long result = tryCreate(s, id, size, contained, tag, 0);
            long bytes = size + (long) contained * ObjectId.BYTES;
            if (isNoneYet(result) && reserve && bytes <= StoreLayout.MOST_RESERVED_BYTES) {
                result = StoreNative.createReserved(client, s.idAddress(), size, contained, tag, s.outAddress(0));
            }
            check(result, id, size);
            attachment.beginWriting();
            return new NativeCreation(this, id, s.out(0), size, contained);
        } finally {
            s.leave();
        }
    }

    private long tryCreate(Scratch s, @Nullable ObjectId id, long size, int contained, long tag, long nanos) {
        if (id == null) {
            s.id(0, 0);
        } else {
            s.id(id.store(), id.place());
        }
        return StoreNative.create(client, s.idAddress(), size, contained, tag, nanos, s.outAddress(0));
    }

    /** The address of the object's bytes now. */
    long resize(ObjectId id, long size, @Nullable Duration timeout) {
        if (size < 0) {
            throw new IllegalArgumentException("object " + id + ": " + size + " bytes asked");
        }
        long nanos = Waiting.nanos(timeout);
        Scratch s = attachment.enter();
        try {
            long slice = Math.min(nanos, Waiting.FIRST_SLICE);
            long result = tryResize(s, id, size, slice);
            if (isNoneYet(result) && slice < nanos) {
                awaitRoom(id, size, nanos, each -> tryResize(s, id, size, each));
            } else {
                check(result, id, size);
            }
            return s.out(0);
        } finally {
            s.leave();
        }
    }

    private long tryResize(Scratch s, ObjectId id, long size, long nanos) {
        return StoreNative.resize(client, id.store(), id.place(), size, nanos, s.outAddress(0));
    }

    /** @param attempt waits for so many nanoseconds at most */
    private void awaitRoom(@Nullable ObjectId id, long size, long nanos, LongUnaryOperator attempt) {
        long startedAt = System.nanoTime();
        StandIns.await(nanos, () -> check(untilThereIsRoom(size, nanos, startedAt, attempt), id, size));
    }

    /** On the thread that has asked: the store's last words are kept for that one. */
    private long check(long result, @Nullable ObjectId id, long size) {
        if (result < 0) {
            throw creationFailure(result, id, size);
        }
        return result;
    }

    /** Tries again for longer and longer slices of time, between which the thread can be interrupted. */
    private long untilThereIsRoom(long size, long nanos, long startedAt, LongUnaryOperator attempt) {
        if (size > reports.capacity()) {
            return -StoreCode.STORE_FULL;
        }
        long slice = Waiting.FIRST_SLICE;
        while (true) {
            Waiting.checkInterrupt("waiting for " + size + " bytes of room");
            attachment.checkOpen();
            slice = Waiting.longer(slice);
            long left = Waiting.left(nanos, startedAt);
            long result = attempt.applyAsLong(Math.min(slice, left));
            if (!isNoneYet(result) || left <= slice) {
                return result;
            }
        }
    }

    /** Of bytes or of entries: either comes back. So may a server that has taken no notice in a slice: it was stopped, say. */
    private static boolean isNoneYet(long result) {
        return result == -StoreCode.STORE_FULL
                || result == -StoreCode.TOO_MANY_OBJECTS
                || result == -StoreCode.TIMED_OUT;
    }

    private RuntimeException creationFailure(long result, @Nullable ObjectId id, long size) {
        String what = id == null ? "new object: " : "object " + id + ": ";
        if (result == -StoreCode.STORE_FULL) {
            String said = StoreNative.lastError();
            Struct now = reports.stats();
            long capacity = now.get(StoreLayout.STATS_CAPACITY);
            return new ObjectStoreFullException(
                    what + size + " bytes asked, " + (capacity - now.get(StoreLayout.STATS_ALLOCATED)) + " free of "
                            + capacity + (said.isEmpty() ? "" : " (" + said + ")"));
        }
        return StoreCodes.failure(result, what + "create of " + size + " bytes");
    }

    void seal(ObjectId id, ObjectId[] contained) {
        Scratch s = attachment.enter();
        try {
            ByteBuffer many = contained.length > Scratch.IDS ? Scratch.idBytes(contained) : null;
            long address = contained.length == 0 ? 0 : many == null ? s.ids(contained) : Memory.addressOf(many);
            StoreCodes.check(StoreNative.seal(client, id.store(), id.place(), address), id, "seal");
            attachment.endWriting();
            Reference.reachabilityFence(many);
        } finally {
            s.leave();
        }
    }

    void abort(ObjectId id) {
        Scratch s = attachment.tryEnter();
        if (s == null) {
            attachment.abortAfterClose(id);
            return;
        }
        try {
            attachment.endWriting();
            StoreCodes.check(StoreNative.abort(client, id.store(), id.place()), id, "abort");
        } finally {
            s.leave();
        }
    }
}
