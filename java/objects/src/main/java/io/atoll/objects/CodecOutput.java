package io.atoll.objects;

import org.apache.fory.context.WriteContext;

/** Where a {@link Codec} writes. */
public final class CodecOutput {
    private final WriteContext context;

    CodecOutput(WriteContext context) {
        this.context = context;
    }

    public void writeBoolean(boolean value) {
        context.writeBoolean(value);
    }

    public void writeInt(int value) {
        context.writeInt32(value);
    }

    public void writeLong(long value) {
        context.writeInt64(value);
    }

    public void writeDouble(double value) {
        context.writeFloat64(value);
    }

    /** @param value not null */
    public void writeString(String value) {
        context.writeString(value);
    }

    /**
     * Writes any value that can be stored, with its identity in the graph: tensors, vectors, buffers and large arrays
     * get a buffer of their own, so that they are copied once, and come back as they would elsewhere in a graph.
     *
     * @param value may be null
     */
    public void writeObject(Object value) {
        context.writeRef(value);
    }
}
