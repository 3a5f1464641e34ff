package io.atoll.tensor;

import io.atoll.internal.store.Memory;
import java.lang.ref.Reference;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds single elements of a tensor, which checks the index, and reads them, which checks type and life. */
final class Elements {
    private Elements() {}

    static long at(Grid tensor, long i) {
        requireRank(tensor, 1);
        Objects.checkIndex(i, tensor.ownShape()[0]);
        return tensor.address() + i * tensor.ownStrides()[0];
    }

    static long at(Grid tensor, long i, long j) {
        requireRank(tensor, 2);
        Objects.checkIndex(i, tensor.ownShape()[0]);
        Objects.checkIndex(j, tensor.ownShape()[1]);
        return tensor.address() + i * tensor.ownStrides()[0] + j * tensor.ownStrides()[1];
    }

    static long at(Grid tensor, long[] index) {
        requireRank(tensor, index.length);
        long at = tensor.address();
        for (int i = 0; i < index.length; i++) {
            at += Objects.checkIndex(index[i], tensor.ownShape()[i]) * tensor.ownStrides()[i];
        }
        return at;
    }

    private static void requireRank(Grid tensor, int rank) {
        if (tensor.ownShape().length != rank) {
            throw new IllegalArgumentException(rank + " indices for a tensor of rank " + tensor.ownShape().length);
        }
    }

    static double asDouble(Grid tensor, long at) {
        return asDouble(tensor, tensor.elementType(), at);
    }

    static double asDouble(Grid tensor, DType type, long at) {
        TensorMemory memory = tensor.memory();
        tensor.check();
        try {
            switch (type) {
                case FLOAT64:
                    return Memory.getDouble(memory.base(), at);
                case FLOAT32:
                    return Memory.getFloat(memory.base(), at);
                case FLOAT16:
                    return halfToFloat(Memory.getShort(memory.base(), at));
                case UINT64:
                    return unsignedToDouble(Memory.getLong(memory.base(), at));
                case COMPLEX64:
                case COMPLEX128:
                    throw new UnsupportedOperationException(
                            "an element of " + type + " is no double: use getReal and getImaginary");
                default:
                    return integer(type, memory.base(), at);
            }
        } finally {
            Reference.reachabilityFence(tensor);
        }
    }

    static long asLong(Grid tensor, long at) {
        DType type = tensor.elementType();
        if (type.isFloating() || type.isComplex()) {
            throw new UnsupportedOperationException("a tensor of " + type + " has no integers: use "
                    + (type.isComplex() ? "getReal and getImaginary" : "getDouble"));
        }
        tensor.check();
        try {
            return integer(type, tensor.memory().base(), at);
        } finally {
            Reference.reachabilityFence(tensor);
        }
    }

    private static long integer(DType type, @Nullable Object base, long at) {
        switch (type) {
            case INT8:
            case BOOL:
                return Memory.getByte(base, at);
            case UINT8:
                return Memory.getByte(base, at) & 0xff;
            case INT16:
                return Memory.getShort(base, at);
            case UINT16:
                return Memory.getShort(base, at) & 0xffff;
            case INT32:
                return Memory.getInt(base, at);
            case UINT32:
                return Memory.getInt(base, at) & 0xffffffffL;
            default:
                return Memory.getLong(base, at);
        }
    }

    /** The value of an IEEE 754 binary16 by its bits. Exact. */
    static float halfToFloat(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = half >>> 10 & 0x1f;
        int fraction = half & 0x3ff;
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        int bits = (exponent == 0x1f ? 0x7f800000 : (exponent + 112) << 23) | (fraction << 13);
        return Float.intBitsToFloat(sign | bits);
    }

    /** The value of an unsigned 64-bit integer, rounded to a double. */
    static double unsignedToDouble(long bits) {
        if (bits >= 0) {
            return bits;
        }
        return ((bits >>> 1) | (bits & 1)) * 2.0; // the last bit decides the rounding and must not be lost
    }
}
