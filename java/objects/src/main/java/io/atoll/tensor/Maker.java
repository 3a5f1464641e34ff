package io.atoll.tensor;

import java.util.Arrays;

/** Makes a tensor of what a source has found, taking a share of its memory. */
abstract class Maker<T> {
    /** @param address of the element at index 0, in the memory's terms */
    abstract T make(DType type, long[] shape, long[] strides, TensorMemory memory, long address);

    /** Over all of the memory, row by row; no shape means one axis. */
    final T over(DType type, TensorMemory memory, long bytes, long[] shape) {
        long[] own = shape.length == 0 ? new long[] {bytes / type.bytes()} : shape.clone();
        long count = Strides.count(own);
        if (bytes % type.bytes() != 0 || count != bytes / type.bytes()) {
            throw new IllegalArgumentException("shape " + Arrays.toString(own) + " has " + count + " elements of "
                    + type.bytes() + " bytes, the data " + bytes + " bytes");
        }
        return make(type, own, Strides.rowMajor(own, type.bytes()), memory, memory.start());
    }
}
