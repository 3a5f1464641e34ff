package io.atoll.internal.hooks;

import io.atoll.internal.fields.Refusal;
import java.io.DataOutputStream;
import java.io.Externalizable;
import java.io.IOException;
import java.io.NotActiveException;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.util.IdentityHashMap;
import org.apache.fory.context.WriteContext;
import org.apache.fory.memory.MemoryBuffer;
import org.apache.fory.serializer.JavaSerializer;

/**
 * The stream of {@code writeObject} and {@code writeExternal}: to them what {@link ObjectOutputStream} is, but its objects
 * become objects of the graph. What one hook writes is a row of
 *
 * <pre>
 *   BLOCK bytes (int32), data as DataOutput has it | OBJECT, a ref of the graph | FIELDS, as StreamFields has them
 * </pre>
 *
 * and END. One for all hooks of a graph, since they may call each other with it; one coder's.
 */
public final class HookOutput extends ObjectOutputStream {
    static final byte END = 0;
    static final byte BLOCK = 1;
    static final byte OBJECT = 2;
    static final byte FIELDS = 3;

    private static final int NO_BLOCK = -1;

    private final DataOutputStream data = new DataOutputStream(new Data());
    private final IdentityHashMap<StreamLayer, Integer> numbers = new IdentityHashMap<>();
    private Throwable failure;
    // Of the hook that is running.
    private WriteContext context; // null while none is
    private Object object;
    private StreamLayer layer; // null of an Externalizable
    private Put put;
    private int block = NO_BLOCK; // where the length of the open one stands

    public HookOutput() throws IOException {}

    /** Before a graph. */
    public void begin() {
        numbers.clear();
        failure = null;
    }

    /** Throws when a hook was told that an object could not be written and went on: half of that object is there. */
    public void refuseHalves() {
        if (failure != null) {
            throw new Refusal.Refused(
                    failure.getClass(),
                    "a hook took no notice of it, and what was written is not whole",
                    null,
                    failure);
        }
    }

    /** Names a class: by a number when the graph has had it before. */
    public void writeName(WriteContext to, StreamLayer named) {
        Integer known = numbers.putIfAbsent(named, numbers.size());
        to.writeVarUInt32(known == null ? numbers.size() - 1 : known);
        if (known == null) {
            to.writeString(named.type().getName());
            to.writeInt32(named.fields().hash());
        }
    }

    /**
     * Writes what one class stores of an object.
     *
     * @param by null for all of an Externalizable
     */
    public void write(WriteContext to, Object of, StreamLayer by) throws Throwable {
        WriteContext outerContext = context;
        Object outerObject = object;
        StreamLayer outerLayer = layer;
        Put outerPut = put;
        context = to;
        object = of;
        layer = by;
        put = null;
        if (by == null) {
            ((Externalizable) of).writeExternal(this);
        } else {
            by.write(of, this);
        }
        endBlock();
        to.getBuffer().writeByte(END);
        context = outerContext;
        object = outerObject;
        layer = outerLayer;
        put = outerPut;
    }

    private void endBlock() {
        if (block != NO_BLOCK) {
            MemoryBuffer buffer = context.getBuffer();
            buffer.putInt32(block, buffer.writerIndex() - block - Integer.BYTES);
            block = NO_BLOCK;
        }
    }

    private void mark(byte what) throws NotActiveException {
        if (context == null) {
            throw new NotActiveException("no writeObject or writeExternal is running that this stream is for");
        }
        endBlock();
        context.getBuffer().writeByte(what);
    }

    /** The data of a hook. */
    private final class Data extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            open().writeByte((byte) b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (length > 0) {
                open().writeBytes(bytes, offset, length);
            }
        }

        private MemoryBuffer open() throws IOException {
            if (block == NO_BLOCK) {
                mark(BLOCK);
                block = context.getBuffer().writerIndex();
                context.getBuffer().writeInt32(0);
            }
            return context.getBuffer();
        }
    }

    @Override
    protected void writeObjectOverride(Object value) throws IOException {
        mark(OBJECT);
        writeRef(value);
    }

    private void writeRef(Object value) {
        try {
            context.writeRef(value);
        } catch (Throwable e) {
            failure = e;
            throw e;
        }
    }

    /** As an object that nothing else of the graph refers to. */
    @Override
    public void writeUnshared(Object value) throws IOException {
        mark(OBJECT);
        if (value == null || JavaSerializer.getWriteReplaceMethod(value.getClass()) != null) {
            writeRef(value); // what stands for it
            return;
        }
        context.writeRefOrNull(new Object()); // has the number that it would have
        try {
            context.writeNonRef(value);
        } catch (Throwable e) {
            failure = e;
            throw e;
        }
    }

    private StreamFields fields() throws NotActiveException {
        if (layer == null) {
            throw new NotActiveException("not in call to writeObject");
        }
        return layer.fields();
    }

    @Override
    public void defaultWriteObject() throws IOException {
        StreamFields fields = fields();
        mark(FIELDS);
        try {
            fields.write(context, object);
        } catch (Throwable e) {
            failure = e;
            throw e;
        }
    }

    @Override
    public PutField putFields() throws IOException {
        if (put == null) {
            put = new Put(fields().empty());
        }
        return put;
    }

    @Override
    public void writeFields() throws IOException {
        if (put == null) {
            throw new NotActiveException("no current PutField object");
        }
        StreamFields fields = fields();
        mark(FIELDS);
        try {
            fields.write(context, put.values);
        } catch (Throwable e) {
            failure = e;
            throw e;
        }
    }

    /** Values that a hook gives by name. */
    private static final class Put extends PutField {
        private final StreamFields.Values values;

        Put(StreamFields.Values values) {
            this.values = values;
        }

        @Override
        public void put(String name, boolean value) {
            values.setBits(name, boolean.class, value ? 1 : 0);
        }

        @Override
        public void put(String name, byte value) {
            values.setBits(name, byte.class, value);
        }

        @Override
        public void put(String name, char value) {
            values.setBits(name, char.class, value);
        }

        @Override
        public void put(String name, short value) {
            values.setBits(name, short.class, value);
        }

        @Override
        public void put(String name, int value) {
            values.setBits(name, int.class, value);
        }

        @Override
        public void put(String name, long value) {
            values.setBits(name, long.class, value);
        }

        @Override
        public void put(String name, float value) {
            values.setBits(name, float.class, Float.floatToRawIntBits(value));
        }

        @Override
        public void put(String name, double value) {
            values.setBits(name, double.class, Double.doubleToRawLongBits(value));
        }

        @Override
        public void put(String name, Object value) {
            values.setObject(name, value);
        }

        @Override
        @Deprecated
        public void write(ObjectOutput out) {
            throw new UnsupportedOperationException("ObjectOutputStream.writeFields writes them");
        }
    }

    @Override
    public void write(int b) throws IOException {
        data.write(b);
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        data.write(bytes);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        data.write(bytes, offset, length);
    }

    @Override
    public void writeBoolean(boolean value) throws IOException {
        data.writeBoolean(value);
    }

    @Override
    public void writeByte(int value) throws IOException {
        data.writeByte(value);
    }

    @Override
    public void writeShort(int value) throws IOException {
        data.writeShort(value);
    }

    @Override
    public void writeChar(int value) throws IOException {
        data.writeChar(value);
    }

    @Override
    public void writeInt(int value) throws IOException {
        data.writeInt(value);
    }

    @Override
    public void writeLong(long value) throws IOException {
        data.writeLong(value);
    }

    @Override
    public void writeFloat(float value) throws IOException {
        data.writeInt(Float.floatToRawIntBits(value)); // java.io would change a NaN
    }

    @Override
    public void writeDouble(double value) throws IOException {
        data.writeLong(Double.doubleToRawLongBits(value));
    }

    @Override
    public void writeBytes(String text) throws IOException {
        data.writeBytes(text);
    }

    @Override
    public void writeChars(String text) throws IOException {
        data.writeChars(text);
    }

    @Override
    public void writeUTF(String text) throws IOException {
        data.writeUTF(text);
    }

    @Override
    public void reset() throws IOException {
        throw new IOException("stream active");
    }

    @Override
    public void useProtocolVersion(int version) {
        throw new IllegalStateException("stream non-empty");
    }

    @Override
    public void flush() {}

    @Override
    protected void drain() {}

    @Override
    public void close() {}
}
