package io.atoll.store;

import io.atoll.ObjectId;
import io.atoll.ObjectStoreFullException;
import io.atoll.jni.StoreCode;
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

    Creations(Attachment attachment, Reports reports) {
        this.attachment = attachment;
        this.client = attachment.client();
        this.reports = reports;
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
            if (isFull(result) && slice < nanos) {
                result = untilThereIsRoom(size, nanos, each -> tryCreate(s, id, size, contained, tag, each));
            }
            if (result < 0) {
                throw creationFailure(result, id, size);
            }
            attachment.beginWriting();
            return new NativeCreation(this, id == null ? s.id() : id, s.out(0), size, contained);
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
            if (isFull(result) && slice < nanos) {
                result = untilThereIsRoom(size, nanos, each -> tryResize(s, id, size, each));
            }
            if (result < 0) {
                throw creationFailure(result, id, size);
            }
            return s.out(0);
        } finally {
            s.leave();
        }
    }

    private long tryResize(Scratch s, ObjectId id, long size, long nanos) {
        return StoreNative.resize(client, id.store(), id.place(), size, nanos, s.outAddress(0));
    }

    /** Tries again for longer and longer slices of time, between which the thread can be interrupted. */
    private long untilThereIsRoom(long size, long nanos, LongUnaryOperator attempt) {
        if (size > reports.capacity()) {
            return -StoreCode.STORE_FULL;
        }
        long startedAt = System.nanoTime();
        long slice = Waiting.FIRST_SLICE;
        while (true) {
            Waiting.checkInterrupt("waiting for " + size + " bytes of room");
            attachment.checkOpen();
            slice = Waiting.longer(slice);
            long left = Waiting.left(nanos, startedAt);
            long result = attempt.applyAsLong(Math.min(slice, left));
            if (!isFull(result) || left <= slice) {
                return result;
            }
        }
    }

    /** Of bytes or of entries: either comes back. */
    private static boolean isFull(long result) {
        return result == -StoreCode.STORE_FULL || result == -StoreCode.TOO_MANY_OBJECTS;
    }

    private RuntimeException creationFailure(long result, @Nullable ObjectId id, long size) {
        String what = id == null ? "new object: " : "object " + id + ": ";
        if (result == -StoreCode.STORE_FULL) {
            String said = StoreNative.lastError();
            StoreStats now = reports.stats();
            return new ObjectStoreFullException(what + size + " bytes asked, " + (now.capacity() - now.allocated())
                    + " free of " + now.capacity() + (said.isEmpty() ? "" : " (" + said + ")"));
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
