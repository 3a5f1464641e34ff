package io.atoll.objects;

import org.apache.fory.context.ReadContext;

/** Where a {@link Codec} reads, in the order in which it wrote. */
public final class CodecInput {
    private final ReadContext context;

    CodecInput(ReadContext context) {
        this.context = context;
    }

    public boolean readBoolean() {
        return context.readBoolean();
    }

    public int readInt() {
        return context.readInt32();
    }

    public long readLong() {
        return context.readInt64();
    }

    public double readDouble() {
        return context.readFloat64();
    }

    public String readString() {
        return context.readString();
    }

    /** What {@link CodecOutput#writeObject} wrote: tensors, vectors and byte buffers as read-only views. */
    public Object readObject() {
        return context.readRef();
    }
}
