package io.atoll.internal.store;

import io.atoll.ObjectId;
import io.atoll.jni.StoreLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * One thread's piece of direct memory for what goes into and comes out of native calls, and its word that it is inside
 * such a call now. Only its thread writes it; a closing store reads {@link #active}.
 */
final class Scratch {
    /** Ids that fit without another allocation. */
    static final int IDS = 32;

    private static final int ID = 0;
    private static final int OUT = 16;
    private static final int VIEW = 64;
    private static final int IDS_AT = VIEW + 64;
    private static final VarHandle ACTIVE;

    static {
        try {
            ACTIVE = MethodHandles.lookup().findVarHandle(Scratch.class, "active", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ByteBuffer bytes;
    private final long address;
    private int active;

    Scratch() {
        if (StoreLayout.VIEW_SIZE > IDS_AT - VIEW || StoreLayout.OBJECT_ID_SIZE != ObjectId.BYTES) {
            throw new UnsatisfiedLinkError("the native library's structs are of another version");
        }
        bytes = Memory.direct(IDS_AT + IDS * ObjectId.BYTES);
        address = Memory.addressOf(bytes);
    }

    /** seq_cst, so that either this thread sees the store closed or the closing one sees this thread active. */
    void enter() {
        ACTIVE.setVolatile(this, active + 1);
    }

    void leave() {
        ACTIVE.setRelease(this, active - 1);
    }

    boolean isActive() {
        return (int) ACTIVE.getVolatile(this) != 0;
    }

    long idAddress() {
        return address + ID;
    }

    void id(long store, long place) {
        bytes.putLong(ID + StoreLayout.OBJECT_ID_STORE, store);
        bytes.putLong(ID + StoreLayout.OBJECT_ID_PLACE, place);
    }

    ObjectId id() {
        return new ObjectId(
                bytes.getLong(ID + StoreLayout.OBJECT_ID_STORE), bytes.getLong(ID + StoreLayout.OBJECT_ID_PLACE));
    }

    /** Two longs for out-parameters. */
    long outAddress(int number) {
        return address + OUT + number * 8L;
    }

    long out(int number) {
        return bytes.getLong(OUT + number * 8);
    }

    long viewAddress() {
        return address + VIEW;
    }

    /** A field of the {@code atoll_view}, by its offset. */
    long view(int offset) {
        return bytes.getLong(VIEW + offset);
    }

    /** Room for a byte for each of {@link #IDS} ids; the view's. */
    long flagsAddress() {
        return address + VIEW;
    }

    byte flag(int number) {
        return bytes.get(VIEW + number);
    }

    /** Address of as many ids, written in order; at most {@link #IDS}. */
    long ids(ObjectId[] ids) {
        write(ids, bytes, IDS_AT);
        return address + IDS_AT;
    }

    /** As many ids as there are, in memory of their own. */
    static ByteBuffer idBytes(ObjectId[] ids) {
        ByteBuffer bytes = Memory.direct(Math.multiplyExact(ids.length, ObjectId.BYTES));
        write(ids, bytes, 0);
        return bytes;
    }

    private static void write(ObjectId[] ids, ByteBuffer to, int at) {
        for (int i = 0; i < ids.length; i++) {
            int start = at + i * ObjectId.BYTES;
            to.putLong(start + StoreLayout.OBJECT_ID_STORE, ids[i].store());
            to.putLong(start + StoreLayout.OBJECT_ID_PLACE, ids[i].place());
        }
    }
}
