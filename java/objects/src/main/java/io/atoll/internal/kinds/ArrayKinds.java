package io.atoll.internal.kinds;

import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.memory.Source;
import io.atoll.internal.memory.Views;
import io.atoll.internal.store.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Primitive arrays, which are copied in bulk both ways, and byte buffers, which come back as views. */
public final class ArrayKinds {
    private ArrayKinds() {}

    /** Null when the value is of another kind. */
    static Encoded encode(Object value) {
        if (value instanceof byte[] v) {
            return new Array(Kind.BYTES, v, v.length);
        } else if (value instanceof double[] v) {
            return new Array(Kind.DOUBLE_ARRAY, v, 8L * v.length);
        } else if (value instanceof float[] v) {
            return new Array(Kind.FLOAT_ARRAY, v, 4L * v.length);
        } else if (value instanceof int[] v) {
            return new Array(Kind.INT_ARRAY, v, 4L * v.length);
        } else if (value instanceof long[] v) {
            return new Array(Kind.LONG_ARRAY, v, 8L * v.length);
        } else if (value instanceof short[] v) {
            return new Array(Kind.SHORT_ARRAY, v, 2L * v.length);
        } else if (value instanceof char[] v) {
            return new Array(Kind.CHAR_ARRAY, v, 2L * v.length);
        } else if (value instanceof boolean[] v) {
            return new Array(Kind.BOOLEAN_ARRAY, v, v.length);
        } else if (value instanceof ByteBuffer v) {
            return new Buffer(v);
        }
        return value instanceof java.nio.Buffer v ? new TypedBuffer(v) : null;
    }

    static Object decode(int kind, int detail, Source source) {
        switch (kind) {
            case Kind.BYTES:
                return copy(source, new byte[length(source, 1)]);
            case Kind.BOOLEAN_ARRAY:
                return copy(source, new boolean[length(source, 1)]);
            case Kind.SHORT_ARRAY:
                return copy(source, new short[length(source, 2)]);
            case Kind.CHAR_ARRAY:
                return copy(source, new char[length(source, 2)]);
            case Kind.INT_ARRAY:
                return copy(source, new int[length(source, 4)]);
            case Kind.LONG_ARRAY:
                return copy(source, new long[length(source, 8)]);
            case Kind.FLOAT_ARRAY:
                return copy(source, new float[length(source, 4)]);
            case Kind.DOUBLE_ARRAY:
                return copy(source, new double[length(source, 8)]);
            case Kind.BYTE_BUFFER:
                return view(detail, source);
            case Kind.TYPED_BUFFER:
                return TypedBuffer.view(detail, source);
            default:
                throw source.damaged("kind " + kind + " is not an array");
        }
    }

    private static int length(Source source, int width) {
        long length = source.size() / width;
        if (length * width != source.size()) {
            throw source.damaged("elements of " + width + " bytes are expected");
        } else if (length > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "the object has " + length + " elements of " + width + " bytes, more than a Java array can");
        }
        return (int) length;
    }

    private static Object copy(Source source, Object array) {
        source.copyOut(array, source.size());
        return array;
    }

    private static ByteBuffer view(int detail, Source source) {
        ByteBuffer view = Views.byteBuffer(source.address(), source.size(), source.lease());
        return view.asReadOnlyBuffer()
                .order(detail == Kind.LITTLE_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    }

    private static final class Array extends Encoded {
        private final Object array;

        Array(int kind, Object array, long bytes) {
            super(Kind.tag(kind, 0), bytes);
            this.array = array;
        }

        @Override
        public void writeTo(long address) {
            Memory.copyFromArray(array, size(), address);
        }
    }

    private static final class Buffer extends Encoded {
        private final ByteBuffer buffer;

        Buffer(ByteBuffer buffer) {
            super(
                    Kind.tag(Kind.BYTE_BUFFER, buffer.order() == ByteOrder.LITTLE_ENDIAN ? Kind.LITTLE_ENDIAN : 0),
                    buffer.remaining());
            this.buffer = buffer;
        }

        @Override
        public boolean hasBuffers() {
            return true;
        }

        @Override
        public void writeTo(long address) {
            if (size() > 0) {
                Memory.buffer(address, size()).put(buffer.duplicate());
            }
        }
    }
}
