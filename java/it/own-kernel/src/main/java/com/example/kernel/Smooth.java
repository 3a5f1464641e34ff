package com.example.kernel;

import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.tensor.DType;
import io.atoll.tensor.ResultTensor;
import io.atoll.tensor.Tensor;
import org.bytedeco.javacpp.DoublePointer;

/** What makes tasks of the kernels. */
public final class Smooth {
    private Smooth() {}

    /** A task: reads the tensor where it lies, and makes its result where that stays. */
    public static Tensor of(Tensor x, long width) {
        try (ResultTensor y = Tensor.createResult(DType.FLOAT64, x.shape())) {
            SmoothKernel.smooth(x.as(DoublePointer.class), y.as(DoublePointer.class), x.size(), width);
            return y.toTensor();
        }
    }

    /** A task: the kernel gets the object by its id, and makes another one. */
    public static ObjectRef<byte[]> histogramOf(ObjectId x, long bins) {
        long[] id = new long[2];
        SmoothKernel.histogram(x.store(), x.place(), bins, id);
        return ObjectRef.adopt(new ObjectId(id[0], id[1]));
    }
}
