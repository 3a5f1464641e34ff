package io.atoll.tensor;

import java.lang.ref.Reference;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import org.jspecify.annotations.Nullable;

/** Read-only buffers over contiguous tensors. Over a Java array of the same kind they are views, too. */
final class RawViews {
    private RawViews() {}

    static ByteBuffer bytes(Grid tensor) {
        tensor.requireContiguous("a buffer");
        tensor.check();
        try {
            return tensor.memory()
                    .bytes(tensor.address(), tensor.byteSize())
                    .asReadOnlyBuffer()
                    .order(ByteOrder.nativeOrder());
        } finally {
            Reference.reachabilityFence(tensor);
        }
    }

    static DoubleBuffer doubles(Grid tensor) {
        tensor.requireType(DType.FLOAT64, DType.COMPLEX128);
        return tensor.memory().base() instanceof double[] array
                ? DoubleBuffer.wrap(array, index(tensor, array), count(tensor))
                        .slice()
                        .asReadOnlyBuffer()
                : bytes(tensor).asDoubleBuffer();
    }

    static FloatBuffer floats(Grid tensor) {
        tensor.requireType(DType.FLOAT32, DType.COMPLEX64);
        return tensor.memory().base() instanceof float[] array
                ? FloatBuffer.wrap(array, index(tensor, array), count(tensor))
                        .slice()
                        .asReadOnlyBuffer()
                : bytes(tensor).asFloatBuffer();
    }

    static LongBuffer longs(Grid tensor) {
        tensor.requireType(DType.INT64, DType.UINT64);
        return tensor.memory().base() instanceof long[] array
                ? LongBuffer.wrap(array, index(tensor, array), count(tensor))
                        .slice()
                        .asReadOnlyBuffer()
                : bytes(tensor).asLongBuffer();
    }

    static IntBuffer ints(Grid tensor) {
        tensor.requireType(DType.INT32, DType.UINT32);
        return tensor.memory().base() instanceof int[] array
                ? IntBuffer.wrap(array, index(tensor, array), count(tensor))
                        .slice()
                        .asReadOnlyBuffer()
                : bytes(tensor).asIntBuffer();
    }

    static ShortBuffer shorts(Grid tensor) {
        tensor.requireType(DType.INT16, DType.UINT16, DType.FLOAT16);
        return tensor.memory().base() instanceof short[] array
                ? ShortBuffer.wrap(array, index(tensor, array), count(tensor))
                        .slice()
                        .asReadOnlyBuffer()
                : bytes(tensor).asShortBuffer();
    }

    private static CharBuffer chars(Grid tensor) {
        tensor.requireType(DType.UINT16);
        return bytes(tensor).asCharBuffer();
    }

    /** Null when the class is no buffer's. */
    static @Nullable Buffer of(Grid tensor, Class<?> view) {
        if (view == ByteBuffer.class) {
            return bytes(tensor);
        } else if (view == DoubleBuffer.class) {
            return doubles(tensor);
        } else if (view == FloatBuffer.class) {
            return floats(tensor);
        } else if (view == LongBuffer.class) {
            return longs(tensor);
        } else if (view == IntBuffer.class) {
            return ints(tensor);
        } else if (view == ShortBuffer.class) {
            return shorts(tensor);
        } else if (view == CharBuffer.class) {
            return chars(tensor);
        }
        return null;
    }

    private static int index(Grid tensor, Object array) {
        tensor.requireContiguous("a buffer");
        tensor.check();
        long start = io.atoll.internal.store.Memory.arrayOffset(array);
        return (int) ((tensor.address() - start) / tensor.elementType().part().bytes());
    }

    private static int count(Grid tensor) {
        return Math.toIntExact(tensor.byteSize() / tensor.elementType().part().bytes());
    }
}
