package io.atoll.internal.graph;

import io.atoll.codec.CodecInput;
import io.atoll.codec.CodecOutput;
import io.atoll.internal.fields.Refusal;
import io.atoll.spi.UserThrowables;
import java.util.Objects;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;

/**
 * What a codec writes, item by item. Before each stands a byte that says what it is, and behind the last one that there
 * are no more: a codec that reads otherwise than it wrote is told so, where it would get bytes of something else.
 */
final class CodecItems {
    private static final byte END = 0;
    private static final byte BOOLEAN = 1;
    private static final byte INT = 2;
    private static final byte LONG = 3;
    private static final byte DOUBLE = 4;
    private static final byte STRING = 5;
    private static final byte OBJECT = 6;

    private static final String[] NAMES = {
        "no more", "a boolean", "an int", "a long", "a double", "a String", "an object"
    };

    private CodecItems() {}

    /** A codec has not read what it wrote. */
    static final class Misread extends RuntimeException {
        private static final long serialVersionUID = 1;

        Misread(String message) {
            super(message, null, false, false);
        }
    }

    /** Knows what an item that is an object has thrown, which is not the codec's own. */
    private abstract static class Items {
        private Throwable thrown;

        final void inside(Throwable failure) {
            thrown = failure;
        }

        /** Null when all were written or read. */
        final Throwable thrown() {
            return thrown;
        }

        final boolean isInside(Throwable failure) {
            return thrown != null && UserThrowables.chain(failure).contains(thrown);
        }
    }

    /** What a user's codec writes into a graph. */
    static final class Output extends Items implements CodecOutput {
        private final WriteContext context;

        Output(WriteContext context) {
            this.context = context;
        }

        void end() {
            context.writeByte(END);
        }

        @Override
        public void writeBoolean(boolean value) {
            context.writeByte(BOOLEAN);
            context.writeBoolean(value);
        }

        @Override
        public void writeInt(int value) {
            context.writeByte(INT);
            context.writeInt32(value);
        }

        @Override
        public void writeLong(long value) {
            context.writeByte(LONG);
            context.writeInt64(value);
        }

        @Override
        public void writeDouble(double value) {
            context.writeByte(DOUBLE);
            context.writeFloat64(value);
        }

        @Override
        public void writeString(String value) {
            // Fory would read memory at the address that it has for null.
            Objects.requireNonNull(value, "writeString: the String is null; writeObject takes null");
            context.writeByte(STRING);
            context.writeString(value);
        }

        @Override
        public void writeObject(Object value) {
            context.writeByte(OBJECT);
            try {
                context.writeRef(value);
            } catch (RuntimeException e) {
                String refusal = value == null ? null : GraphTypes.refusal(value.getClass());
                RuntimeException told = refusal == null ? e : new Refusal.Refused(value.getClass(), refusal, value);
                inside(told);
                throw told;
            } catch (Error e) {
                inside(e);
                throw e;
            }
        }
    }

    /** What a user's codec reads of a graph. */
    static final class Input extends Items implements CodecInput {
        private final ReadContext context;
        private int read; // items so far

        Input(ReadContext context) {
            this.context = context;
        }

        private void next(byte wanted) {
            byte written = context.readByte();
            if (written != wanted) {
                String what = written < 0 || written >= NAMES.length ? "something else" : NAMES[written];
                throw new Misread("reads " + NAMES[wanted] + " as item " + (read + 1) + ", where it wrote " + what
                        + ": it must read what it wrote, in the same order");
            }
            ++read;
        }

        void end() {
            next(END);
        }

        @Override
        public boolean readBoolean() {
            next(BOOLEAN);
            return context.readBoolean();
        }

        @Override
        public int readInt() {
            next(INT);
            return context.readInt32();
        }

        @Override
        public long readLong() {
            next(LONG);
            return context.readInt64();
        }

        @Override
        public double readDouble() {
            next(DOUBLE);
            return context.readFloat64();
        }

        @Override
        public String readString() {
            next(STRING);
            return context.readString();
        }

        @Override
        public Object readObject() {
            next(OBJECT);
            try {
                return context.readRef();
            } catch (RuntimeException | Error e) {
                inside(e);
                throw e;
            }
        }
    }
}
