package io.atoll.tensor;

import io.atoll.internal.memory.Place;

/** What tests of other packages look at. */
public final class TensorInside {
    private TensorInside() {}

    public static long address(Tensor tensor) {
        return tensor.address();
    }

    public static WritableTensor begin(Place place, DType type, long... shape) {
        return TensorWriter.begin(type, shape, place);
    }
}
