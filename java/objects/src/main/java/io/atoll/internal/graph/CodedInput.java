package io.atoll.internal.graph;

import io.atoll.codec.CodecInput;
import org.apache.fory.context.ReadContext;

/** What a user's codec reads of a graph. */
record CodedInput(ReadContext context) implements CodecInput {
    @Override
    public boolean readBoolean() {
        return context.readBoolean();
    }

    @Override
    public int readInt() {
        return context.readInt32();
    }

    @Override
    public long readLong() {
        return context.readInt64();
    }

    @Override
    public double readDouble() {
        return context.readFloat64();
    }

    @Override
    public String readString() {
        return context.readString();
    }

    @Override
    public Object readObject() {
        return context.readRef();
    }
}
