package io.atoll.internal.store;

import io.atoll.ObjectId;
import io.atoll.StoreException;
import io.atoll.jni.StoreLayout;
import io.atoll.jni.StoreNative;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What can be asked of the entry behind an id, and done to it, whatever bytes the object has. */
final class Entries {
    private final Attachment attachment;
    private final long client;

    Entries(Attachment attachment) {
        this.attachment = attachment;
        this.client = attachment.client();
    }

    ObjectId expect() {
        Scratch s = attachment.enter();
        try {
            StoreCodes.check(StoreNative.expect(client, s.idAddress()), "expect");
            return s.id();
        } finally {
            s.leave();
        }
    }

    void reference(ObjectId id) {
        Scratch s = attachment.enter();
        try {
            StoreCodes.check(StoreNative.reference(client, id.store(), id.place()), id, "reference");
        } finally {
            s.leave();
        }
    }

    void dereference(ObjectId id) {
        Scratch s = attachment.enter();
        try {
            StoreCodes.check(StoreNative.dereference(client, id.store(), id.place()), id, "dereference");
        } finally {
            s.leave();
        }
    }

    ObjectStore.State state(ObjectId id) {
        Scratch s = attachment.enter();
        try {
            return stateOf(StoreCodes.check(StoreNative.contains(client, id.store(), id.place()), id, "state"));
        } finally {
            s.leave();
        }
    }

    static ObjectStore.State stateOf(long number) {
        if (number == StoreLayout.STATE_SEALED) {
            return ObjectStore.State.SEALED;
        } else if (number == StoreLayout.STATE_EXPECTED) {
            return ObjectStore.State.EXPECTED;
        } else if (number == StoreLayout.STATE_LOST) {
            return ObjectStore.State.LOST;
        } else if (number == StoreLayout.STATE_ABSENT) {
            return ObjectStore.State.ABSENT;
        }
        throw new StoreException("an object's state is " + number + ", which means nothing here");
    }

    void delete(ObjectId id) {
        Scratch s = attachment.enter();
        try {
            StoreCodes.check(StoreNative.delete(client, id.store(), id.place()), id, "delete");
        } finally {
            s.leave();
        }
    }

    boolean[] await(ObjectId[] ids, int wanted, @Nullable Duration timeout) {
        if (wanted < 0 || wanted > ids.length) {
            throw new IllegalArgumentException(wanted + " wanted of " + ids.length + " ids");
        }
        boolean[] ready = new boolean[ids.length];
        if (ids.length == 0) {
            return ready;
        }
        long nanos = Waiting.nanos(timeout);
        boolean isFew = ids.length <= Scratch.IDS; // as most are: without memory of its own
        ByteBuffer idBytes = isFew ? null : Scratch.idBytes(ids);
        ByteBuffer flags = isFew ? null : Memory.direct(ids.length);
        Scratch s = attachment.enter();
        try {
            long idsAddress = idBytes == null ? s.ids(ids) : Memory.addressOf(idBytes);
            long flagsAddress = flags == null ? s.flagsAddress() : Memory.addressOf(flags);
            long startedAt = System.nanoTime();
            long slice = Math.min(nanos, Waiting.FIRST_SLICE);
            while (true) {
                long left = Waiting.left(nanos, startedAt);
                long count = StoreCodes.check(
                        StoreNative.await(client, idsAddress, ids.length, wanted, Math.min(slice, left), flagsAddress),
                        "waiting for " + wanted + " of " + ids.length + " objects");
                if (count >= wanted || left <= slice) {
                    break;
                }
                Waiting.checkInterrupt("waiting for " + wanted + " of " + ids.length + " objects");
                attachment.checkOpen();
                slice = Waiting.longer(slice);
            }
            for (int i = 0; i < ready.length; i++) {
                ready[i] = (flags == null ? s.flag(i) : flags.get(i)) != 0;
            }
        } finally {
            s.leave();
        }
        Reference.reachabilityFence(idBytes);
        return ready;
    }

    boolean claim(ObjectId id, int expected, int desired) {
        Scratch s = attachment.enter();
        try {
            return StoreCodes.check(
                            StoreNative.claim(
                                    client,
                                    id.store(),
                                    id.place(),
                                    Integer.toUnsignedLong(expected),
                                    Integer.toUnsignedLong(desired)),
                            id,
                            "claim")
                    == 1;
        } finally {
            s.leave();
        }
    }

    int claimed(ObjectId id) {
        Scratch s = attachment.enter();
        try {
            return (int) StoreCodes.check(StoreNative.claimed(client, id.store(), id.place()), id, "claimed");
        } finally {
            s.leave();
        }
    }
}
