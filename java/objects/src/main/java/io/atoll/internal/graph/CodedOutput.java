package io.atoll.internal.graph;

import io.atoll.codec.CodecOutput;
import org.apache.fory.context.WriteContext;

/** What a user's codec writes into a graph. */
record CodedOutput(WriteContext context) implements CodecOutput {
    @Override
    public void writeBoolean(boolean value) {
        context.writeBoolean(value);
    }

    @Override
    public void writeInt(int value) {
        context.writeInt32(value);
    }

    @Override
    public void writeLong(long value) {
        context.writeInt64(value);
    }

    @Override
    public void writeDouble(double value) {
        context.writeFloat64(value);
    }

    @Override
    public void writeString(String value) {
        context.writeString(value);
    }

    @Override
    public void writeObject(Object value) {
        context.writeRef(value);
    }
}
