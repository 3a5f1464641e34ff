package io.atoll.internal.hooks;

import io.atoll.internal.fields.Children;
import io.atoll.internal.memory.Unreadable;
import java.io.DataInputStream;
import java.io.Externalizable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidObjectException;
import java.io.NotActiveException;
import java.io.ObjectInputFilter.Status;
import java.io.ObjectInputStream;
import java.io.ObjectInputValidation;
import java.io.ObjectStreamClass;
import java.io.OptionalDataException;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.apache.fory.context.ReadContext;
import org.apache.fory.memory.MemoryBuffer;
import sun.reflect.ReflectionFactory;

/**
 * The stream of {@code readObject} and {@code readExternal}: to them what {@link ObjectInputStream} is, over what
 * {@link HookOutput} has written. What a hook leaves is passed over. One for all hooks of a graph; one coder's.
 */
public final class HookInput extends ObjectInputStream {
    private record Validation(ObjectInputValidation by, int priority) {}

    private record Name(String type, int fieldsHash) {}

    private final DataInputStream data = new DataInputStream(new Data());
    private final List<Name> names = new ArrayList<>();
    private final List<Validation> validations = new ArrayList<>();
    private long longestArray;
    private Throwable failure;
    // Of the hook that is running.
    private ReadContext context; // null while none is
    private Object object;
    private StreamLayer layer; // null of an Externalizable
    private boolean fieldsRead;
    private int left; // bytes of the block that is being read

    public HookInput() throws IOException {
        setObjectInputFilter(info -> mayMake(info.arrayLength()) ? Status.UNDECIDED : Status.REJECTED);
    }

    /** Collections of the JDK ask about arrays before they make them; one asks, and makes none. */
    private boolean mayMake(long array) {
        return array <= longestArray || object.getClass() == Children.COPIES;
    }

    /** @param longest array that its bytes account for */
    public void begin(long longest) {
        longestArray = longest;
        names.clear();
        validations.clear();
        failure = null;
    }

    /** After the whole graph: what hooks have asked for at this point. */
    public void validate() {
        validations.sort(Comparator.comparingInt(Validation::priority).reversed());
        for (Validation each : validations) {
            try {
                each.by().validateObject();
            } catch (InvalidObjectException e) {
                throw new Unreadable(each.by().getClass().getName() + " has found it invalid: " + e.getMessage(), e);
            }
        }
        validations.clear();
    }

    /** The name of a class, of which the fields must be those that it has here. */
    public String readName(ReadContext from, List<StreamLayer> here) {
        int number = from.readVarUInt32();
        if (number == names.size()) {
            names.add(new Name(from.readString(), from.readInt32()));
        } else if (number < 0 || number > names.size()) {
            throw new IllegalStateException("it has no class of number " + number);
        }
        Name name = names.get(number);
        for (StreamLayer each : here) {
            if (each.type().getName().equals(name.type()) && each.fields().hash() != name.fieldsHash()) {
                throw new Unreadable(name.type() + " has other fields here than where it was written");
            }
        }
        return name.type();
    }

    /**
     * Reads what one class has stored of an object.
     *
     * @param by null for all of an Externalizable
     */
    public void read(ReadContext from, Object into, StreamLayer by) throws Throwable {
        ReadContext outerContext = context;
        Object outerObject = object;
        StreamLayer outerLayer = layer;
        boolean outerFieldsRead = fieldsRead;
        int outerLeft = left;
        context = from;
        object = into;
        layer = by;
        fieldsRead = false;
        left = 0;
        if (by == null) {
            ((Externalizable) into).readExternal(this);
        } else {
            by.read(into, this);
        }
        passRest();
        context = outerContext;
        object = outerObject;
        layer = outerLayer;
        fieldsRead = outerFieldsRead;
        left = outerLeft;
    }

    private void passRest() throws IOException {
        if (failure != null) { // which the hook took no notice of: where the next object begins is not known
            throw new StreamCorruptedException("an object in it could not be read: " + failure);
        }
        while (true) {
            MemoryBuffer buffer = context.getBuffer();
            buffer.increaseReaderIndex(left);
            left = 0;
            byte mark = buffer.readByte();
            if (mark == HookOutput.END) {
                return;
            } else if (mark == HookOutput.BLOCK) {
                readLength();
            } else if (mark == HookOutput.OBJECT) {
                context.readRef();
            } else {
                passFields(mark);
            }
        }
    }

    private void readLength() throws StreamCorruptedException {
        MemoryBuffer buffer = context.getBuffer();
        left = buffer.readInt32();
        if (left < 0 || left > buffer.remaining()) {
            throw new StreamCorruptedException("a block is said to have " + left + " bytes");
        }
    }

    private void passFields(byte mark) throws StreamCorruptedException {
        if (mark != HookOutput.FIELDS || layer == null) {
            throw new StreamCorruptedException("mark " + mark + " where data are");
        }
        layer.fields().read(context);
    }

    private void checkActive() throws NotActiveException {
        if (context == null) {
            throw new NotActiveException("no readObject or readExternal is running that this stream is for");
        }
    }

    /** What comes after the block that is being read. */
    private byte next() throws StreamCorruptedException {
        MemoryBuffer buffer = context.getBuffer();
        if (buffer.remaining() == 0) {
            throw new StreamCorruptedException("it ends within an object");
        }
        return buffer.getByte(buffer.readerIndex());
    }

    /** Whether data come next; goes into the next block for them, and over fields that nobody asked for. */
    private boolean hasData() throws IOException {
        checkActive();
        while (left == 0) {
            byte mark = next();
            if (mark == HookOutput.END || mark == HookOutput.OBJECT) {
                return false;
            }
            context.getBuffer().readByte();
            if (mark == HookOutput.BLOCK) {
                readLength();
            } else {
                passFields(mark);
            }
        }
        return true;
    }

    /** The data of a hook. */
    private final class Data extends InputStream {
        @Override
        public int read() throws IOException {
            if (!hasData()) {
                return -1;
            }
            left--;
            return context.getBuffer().readByte() & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            if (length == 0) {
                return 0;
            } else if (!hasData()) {
                return -1;
            }
            int count = Math.min(length, left);
            context.getBuffer().readBytes(bytes, offset, count);
            left -= count;
            return count;
        }

        @Override
        public long skip(long count) throws IOException {
            if (count <= 0 || !hasData()) {
                return 0;
            }
            int skipped = (int) Math.min(count, left);
            context.getBuffer().increaseReaderIndex(skipped);
            left -= skipped;
            return skipped;
        }

        @Override
        public int available() throws IOException {
            return hasData() ? left : 0;
        }
    }

    @Override
    protected Object readObjectOverride() throws IOException {
        if (hasData()) {
            OptionalDataException inTheWay = optionalData(false);
            inTheWay.length = left;
            throw inTheWay;
        } else if (next() == HookOutput.END) {
            throw optionalData(true);
        }
        context.getBuffer().readByte();
        try {
            return context.readRef();
        } catch (Throwable e) {
            failure = e;
            throw e;
        }
    }

    private static OptionalDataException optionalData(boolean atEnd) {
        return ReflectionFactory.getReflectionFactory().newOptionalDataExceptionForSerialization(atEnd);
    }

    @Override
    public Object readUnshared() throws IOException {
        return readObjectOverride();
    }

    /** Before the fields are read; false when none were written. */
    private boolean goToFields() throws IOException {
        checkActive();
        if (layer == null || fieldsRead) {
            throw new NotActiveException("not in readObject invocation or fields already read");
        }
        fieldsRead = true;
        if (left == 0 && next() == HookOutput.FIELDS) {
            context.getBuffer().readByte();
            return true;
        } else if (!layer.fields().isEmpty()) {
            throw new StreamCorruptedException(
                    layer.type().getName() + " reads its fields, and has written none at this point");
        }
        return false;
    }

    @Override
    public void defaultReadObject() throws IOException {
        if (goToFields()) {
            try {
                layer.fields().read(context, object);
            } catch (Throwable e) {
                failure = e;
                throw e;
            }
        }
    }

    @Override
    public GetField readFields() throws IOException {
        StreamFields.Values none = layer == null ? null : layer.fields().empty();
        if (!goToFields()) {
            return new Get(layer, none);
        }
        try {
            return new Get(layer, layer.fields().read(context));
        } catch (Throwable e) {
            failure = e;
            throw e;
        }
    }

    /** Values that a hook asks for by name. All of them were written. */
    private static final class Get extends GetField {
        private final StreamLayer layer;
        private final StreamFields.Values values;

        Get(StreamLayer layer, StreamFields.Values values) {
            this.layer = layer;
            this.values = values;
        }

        @Override
        public ObjectStreamClass getObjectStreamClass() {
            return ObjectStreamClass.lookup(layer.type());
        }

        @Override
        public boolean defaulted(String name) {
            if (getObjectStreamClass().getField(name) == null) {
                throw new IllegalArgumentException(
                        "no such field " + name + " in " + layer.type().getName());
            }
            return false;
        }

        @Override
        public boolean get(String name, boolean otherwise) {
            return values.bits(name, boolean.class) != 0;
        }

        @Override
        public byte get(String name, byte otherwise) {
            return (byte) values.bits(name, byte.class);
        }

        @Override
        public char get(String name, char otherwise) {
            return (char) values.bits(name, char.class);
        }

        @Override
        public short get(String name, short otherwise) {
            return (short) values.bits(name, short.class);
        }

        @Override
        public int get(String name, int otherwise) {
            return (int) values.bits(name, int.class);
        }

        @Override
        public long get(String name, long otherwise) {
            return values.bits(name, long.class);
        }

        @Override
        public float get(String name, float otherwise) {
            return Float.intBitsToFloat((int) values.bits(name, float.class));
        }

        @Override
        public double get(String name, double otherwise) {
            return Double.longBitsToDouble(values.bits(name, double.class));
        }

        @Override
        public Object get(String name, Object otherwise) {
            return values.object(name);
        }
    }

    @Override
    public void registerValidation(ObjectInputValidation by, int priority)
            throws NotActiveException, InvalidObjectException {
        checkActive();
        if (by == null) {
            throw new InvalidObjectException("null callback");
        }
        validations.add(new Validation(by, priority));
    }

    @Override
    public int read() throws IOException {
        return data.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        return data.read(bytes, offset, length);
    }

    @Override
    public long skip(long count) throws IOException {
        return data.skip(count);
    }

    @Override
    public int available() throws IOException {
        return data.available();
    }

    @Override
    public boolean readBoolean() throws IOException {
        return data.readBoolean();
    }

    @Override
    public byte readByte() throws IOException {
        return data.readByte();
    }

    @Override
    public int readUnsignedByte() throws IOException {
        return data.readUnsignedByte();
    }

    @Override
    public char readChar() throws IOException {
        return data.readChar();
    }

    @Override
    public short readShort() throws IOException {
        return data.readShort();
    }

    @Override
    public int readUnsignedShort() throws IOException {
        return data.readUnsignedShort();
    }

    @Override
    public int readInt() throws IOException {
        return data.readInt();
    }

    @Override
    public long readLong() throws IOException {
        return data.readLong();
    }

    @Override
    public float readFloat() throws IOException {
        return data.readFloat();
    }

    @Override
    public double readDouble() throws IOException {
        return data.readDouble();
    }

    @Override
    public void readFully(byte[] bytes) throws IOException {
        data.readFully(bytes);
    }

    @Override
    public void readFully(byte[] bytes, int offset, int length) throws IOException {
        data.readFully(bytes, offset, length);
    }

    @Override
    public int skipBytes(int count) throws IOException {
        return data.skipBytes(count);
    }

    @Override
    @Deprecated
    public String readLine() throws IOException {
        return data.readLine();
    }

    @Override
    public String readUTF() throws IOException {
        return data.readUTF();
    }

    @Override
    public void close() {}
}
