package io.atoll.tensor;

import java.util.Arrays;

/** What a tensor is, as its views see it: elements of one type, a shape, strides, and where the first element lies. */
abstract class Grid {
    private final DType type;
    private final long[] shape;
    private final long[] strides;
    private final TensorMemory memory;
    private final long address;

    /**
     * Takes a share of the memory.
     *
     * @param address of the element at index 0, in the memory's terms
     */
    Grid(DType type, long[] shape, long[] strides, TensorMemory memory, long address) {
        this.type = type;
        this.shape = shape;
        this.strides = strides;
        this.memory = memory.sharedBy(this);
        this.address = address;
    }

    /** Throws when this is closed. */
    void check() {
        if (!memory.isOpen()) {
            throw new IllegalStateException(
                    "the tensor of " + type + " of shape " + Arrays.toString(shape) + " is closed");
        }
    }

    DType elementType() {
        return type;
    }

    long count() {
        return Strides.count(shape);
    }

    boolean isRowMajor() {
        return Strides.isRowMajor(shape, strides, type.bytes());
    }

    long byteSize() {
        return Math.multiplyExact(count(), (long) type.bytes());
    }

    void requireContiguous(String what) {
        if (!isRowMajor()) {
            throw new IllegalStateException(what + " needs a contiguous tensor; this one has shape "
                    + Arrays.toString(shape) + " and strides " + Arrays.toString(strides)
                    + ": Tensor.of(tensor.as(array class), tensor.shape()) is a contiguous copy");
        }
    }

    void requireType(DType... allowed) {
        for (DType each : allowed) {
            if (each == type) {
                return;
            }
        }
        throw new UnsupportedOperationException(
                "a tensor of " + type + " is asked for as one of " + Arrays.toString(allowed));
    }

    TensorMemory memory() {
        return memory;
    }

    long address() {
        return address;
    }

    long[] ownShape() {
        return shape;
    }

    long[] ownStrides() {
        return strides;
    }
}
