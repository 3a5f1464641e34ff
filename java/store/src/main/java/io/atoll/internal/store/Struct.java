package io.atoll.internal.store;

import io.atoll.ObjectId;
import io.atoll.jni.StoreLayout;
import java.nio.ByteBuffer;

/** A struct of {@code atoll/c.h} that the store has filled in: its numbers, by the offsets of {@link StoreLayout}. Immutable. */
public final class Struct {
    private final ByteBuffer bytes;
    private final int start;

    /** What nobody writes any more. */
    Struct(ByteBuffer bytes, int start) {
        this.bytes = bytes;
        this.start = start;
    }

    public long get(int offset) {
        return bytes.getLong(start + offset);
    }

    public ObjectId id(int offset) {
        return new ObjectId(get(offset + StoreLayout.OBJECT_ID_STORE), get(offset + StoreLayout.OBJECT_ID_PLACE));
    }

    /** A struct in this one. */
    public Struct part(int offset) {
        return new Struct(bytes, start + offset);
    }
}
