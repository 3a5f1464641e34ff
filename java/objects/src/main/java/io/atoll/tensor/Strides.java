package io.atoll.tensor;

import java.util.Arrays;

/** Arithmetic of shapes and strides; strides are in bytes. */
final class Strides {
    private Strides() {}

    /** Number of elements; throws when a length is negative or the number does not fit. */
    static long count(long[] shape) {
        long count = 1;
        boolean empty = false;
        for (long length : shape) {
            if (length < 0) {
                throw new IllegalArgumentException("shape " + Arrays.toString(shape) + " has a negative length");
            }
            if (length == 0) {
                empty = true;
            } else {
                try {
                    count = Math.multiplyExact(count, length);
                } catch (ArithmeticException e) {
                    throw new IllegalArgumentException(
                            "shape " + Arrays.toString(shape) + " has more than 2^63 elements", e);
                }
            }
        }
        return empty ? 0 : count;
    }

    static long[] without(long[] numbers, int axis) {
        long[] rest = new long[numbers.length - 1];
        System.arraycopy(numbers, 0, rest, 0, axis);
        System.arraycopy(numbers, axis + 1, rest, axis, rest.length - axis);
        return rest;
    }

    /** The last index runs fastest. */
    static long[] rowMajor(long[] shape, int width) {
        long[] strides = new long[shape.length];
        long next = width;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = next;
            next *= Math.max(1, shape[i]);
        }
        return strides;
    }

    static boolean isRowMajor(long[] shape, long[] strides, int width) {
        long next = width;
        if (count(shape) == 0) {
            return true;
        }
        for (int i = shape.length - 1; i >= 0; i--) {
            if (shape[i] != 1 && strides[i] != next) {
                return false;
            }
            next *= shape[i];
        }
        return true;
    }

    /** Whether the elements fill one span without gaps or overlaps, in any order of the axes, none backwards. */
    static boolean isDense(long[] shape, long[] strides, int width) {
        Integer[] axes = new Integer[shape.length];
        for (int i = 0; i < axes.length; i++) {
            if (shape[i] == 0) {
                return true;
            }
            axes[i] = i;
        }
        Arrays.sort(axes, (a, b) -> Long.compare(strides[a], strides[b]));
        long next = width;
        for (int axis : axes) {
            if (shape[axis] != 1) {
                if (strides[axis] != next) {
                    return false;
                }
                next *= shape[axis];
            }
        }
        return true;
    }

    /** The same strides, but for axes of length 1, whose stride says nothing and may be negative. */
    static long[] positive(long[] shape, long[] strides, int width) {
        long[] positive = strides.clone();
        for (int i = 0; i < shape.length; i++) {
            if (shape[i] == 1) {
                positive[i] = width;
            }
        }
        return positive;
    }

    /** Bytes from the first element's start to the end of the one that lies farthest; no stride may be negative. */
    static long extent(long[] shape, long[] strides, int width) {
        long last = 0;
        for (int i = 0; i < shape.length; i++) {
            if (shape[i] == 0) {
                return 0;
            }
            last = Math.addExact(last, Math.multiplyExact(shape[i] - 1, strides[i]));
        }
        return Math.addExact(last, width);
    }
}
