package io.atoll.internal.graph;

import io.atoll.codec.Codec;
import io.atoll.codec.CodecInput;
import io.atoll.codec.CodecOutput;
import org.apache.fory.config.Config;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.serializer.Serializer;

/** By a codec of the user's. */
final class CodecSerializer<T> extends Serializer<T> {
    private final Codec<T> codec;

    @SuppressWarnings("unchecked")
    CodecSerializer(Config config, Class<T> type, Codec<?> codec) {
        super(config, type);
        this.codec = (Codec<T>) codec;
    }

    @Override
    public void write(WriteContext context, T value) {
        codec.write(value, new Output(context));
    }

    @Override
    public T read(ReadContext context) {
        return codec.read(new Input(context));
    }

    /** What a user's codec writes into a graph. */
    private record Output(WriteContext context) implements CodecOutput {
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

    /** What a user's codec reads of a graph. */
    private record Input(ReadContext context) implements CodecInput {
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
}
