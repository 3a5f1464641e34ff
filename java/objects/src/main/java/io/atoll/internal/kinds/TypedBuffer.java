package io.atoll.internal.kinds;

import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.memory.Source;
import io.atoll.internal.memory.Views;
import io.atoll.internal.store.Memory;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;

/**
 * Buffers of elements wider than a byte. They come back as read-only views in the machine's byte order, whatever the
 * order of the bytes behind the buffer that was put was.
 */
final class TypedBuffer extends Encoded {
    private final Buffer buffer;

    TypedBuffer(Buffer buffer) {
        super(Kind.tag(Kind.TYPED_BUFFER, arrayKind(buffer)), (long) buffer.remaining() * width(arrayKind(buffer)));
        this.buffer = buffer;
    }

    private static int arrayKind(Buffer buffer) {
        if (buffer instanceof DoubleBuffer) {
            return Kind.DOUBLE_ARRAY;
        } else if (buffer instanceof FloatBuffer) {
            return Kind.FLOAT_ARRAY;
        } else if (buffer instanceof IntBuffer) {
            return Kind.INT_ARRAY;
        } else if (buffer instanceof LongBuffer) {
            return Kind.LONG_ARRAY;
        }
        return buffer instanceof ShortBuffer ? Kind.SHORT_ARRAY : Kind.CHAR_ARRAY;
    }

    private static int width(int arrayKind) {
        switch (arrayKind) {
            case Kind.DOUBLE_ARRAY:
            case Kind.LONG_ARRAY:
                return 8;
            case Kind.FLOAT_ARRAY:
            case Kind.INT_ARRAY:
                return 4;
            default:
                return 2;
        }
    }

    @Override
    public boolean hasBuffers() {
        return true;
    }

    @Override
    public void writeTo(long address) {
        for (long done = 0; done < size(); ) { // a buffer of longs can be longer than a ByteBuffer
            long bytes = Math.min(size() - done, 1 << 30);
            int width = width(Kind.detail(tag()));
            copy(Memory.buffer(address + done, bytes).order(ByteOrder.nativeOrder()), (int) (done / width), (int)
                    (bytes / width));
            done += bytes;
        }
    }

    private void copy(ByteBuffer to, int first, int count) {
        int from = buffer.position() + first;
        if (buffer instanceof DoubleBuffer b) {
            to.asDoubleBuffer().put(b.duplicate().limit(from + count).position(from));
        } else if (buffer instanceof FloatBuffer b) {
            to.asFloatBuffer().put(b.duplicate().limit(from + count).position(from));
        } else if (buffer instanceof IntBuffer b) {
            to.asIntBuffer().put(b.duplicate().limit(from + count).position(from));
        } else if (buffer instanceof LongBuffer b) {
            to.asLongBuffer().put(b.duplicate().limit(from + count).position(from));
        } else if (buffer instanceof ShortBuffer b) {
            to.asShortBuffer().put(b.duplicate().limit(from + count).position(from));
        } else if (buffer instanceof CharBuffer b) {
            to.asCharBuffer().put(b.duplicate().limit(from + count).position(from));
        }
    }

    static Buffer view(int arrayKind, Source source) {
        if (source.size() % width(arrayKind) != 0 || source.size() > Integer.MAX_VALUE) {
            throw source.damaged("elements of " + width(arrayKind) + " bytes are expected, 2 GiB at most");
        }
        ByteBuffer view = Views.byteBuffer(source.address(), source.size(), source.lease())
                .asReadOnlyBuffer()
                .order(ByteOrder.nativeOrder());
        switch (arrayKind) {
            case Kind.DOUBLE_ARRAY:
                return view.asDoubleBuffer();
            case Kind.FLOAT_ARRAY:
                return view.asFloatBuffer();
            case Kind.INT_ARRAY:
                return view.asIntBuffer();
            case Kind.LONG_ARRAY:
                return view.asLongBuffer();
            case Kind.SHORT_ARRAY:
                return view.asShortBuffer();
            case Kind.CHAR_ARRAY:
                return view.asCharBuffer();
            default:
                throw source.damaged("a buffer of kind " + arrayKind + " is unknown to this version");
        }
    }
}
