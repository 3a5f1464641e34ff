package io.atoll.tensor;

import io.atoll.internal.store.Memory;
import java.lang.ref.Reference;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Walks a tensor's elements in order, run by run of those that lie side by side. */
final class TensorContent {
    private TensorContent() {}

    /** Copies the elements to memory outside the heap, the last index running fastest. */
    static void copyRowMajor(Grid from, long to) {
        copyRowMajor(from, null, to);
    }

    /** Likewise to an array, or to memory outside the heap when that is null. */
    static void copyRowMajor(Grid from, @Nullable Object toBase, long to) {
        from.check();
        copy(from, 0, from.address(), toBase, new long[] {to});
        Reference.reachabilityFence(from);
    }

    private static void copy(Grid from, int axis, long at, @Nullable Object toBase, long[] to) {
        long[] shape = from.ownShape();
        long[] strides = from.ownStrides();
        int width = from.elementType().bytes();
        if (isRun(shape, strides, axis, width)) {
            long bytes = width * Strides.count(Arrays.copyOfRange(shape, axis, shape.length));
            Memory.copy(from.memory().base(), at, toBase, to[0], bytes);
            to[0] += bytes;
            return;
        }
        for (long i = 0; i < shape[axis]; i++) {
            copy(from, axis + 1, at + i * strides[axis], toBase, to);
        }
    }

    private static boolean isRun(long[] shape, long[] strides, int axis, int width) {
        long next = width;
        for (int i = shape.length - 1; i >= axis; i--) {
            if (shape[i] != 1 && strides[i] != next) {
                return false;
            }
            next *= shape[i];
        }
        return true;
    }

    static boolean equal(Grid a, Grid b) {
        if (a.elementType() != b.elementType() || !Arrays.equals(a.ownShape(), b.ownShape())) {
            return false;
        }
        a.check();
        b.check();
        boolean equal = a.count() == 0 || equal(a, b, 0, a.address(), b.address());
        Reference.reachabilityFence(a);
        Reference.reachabilityFence(b);
        return equal;
    }

    private static boolean equal(Grid a, Grid b, int axis, long atA, long atB) {
        long[] shape = a.ownShape();
        if (axis == shape.length) {
            int second = a.elementType().bytes() - Long.BYTES; // of 16 bytes, both halves
            return bits(a, atA) == bits(b, atB) && (second <= 0 || bits(a, atA + second) == bits(b, atB + second));
        }
        for (long i = 0; i < shape[axis]; i++) {
            if (!equal(a, b, axis + 1, atA + i * a.ownStrides()[axis], atB + i * b.ownStrides()[axis])) {
                return false;
            }
        }
        return true;
    }

    private static long bits(Grid tensor, long at) {
        Object base = tensor.memory().base();
        switch (tensor.elementType().bytes()) {
            case 1:
                return Memory.getByte(base, at);
            case 2:
                return Memory.getShort(base, at);
            case 4:
                return Memory.getInt(base, at);
            default:
                return Memory.getLong(base, at);
        }
    }
}
