package io.atoll.examples.kernels;

import io.atoll.tensor.DType;
import io.atoll.tensor.ResultTensor;
import io.atoll.tensor.Tensor;
import org.bytedeco.javacpp.DoublePointer;

/** From one tensor in the store into another one that is the task's result: native code reads and writes where they lie. */
public final class MaskedLog {
    private MaskedLog() {}

    /** The logarithm of each element that is above zero; {@code fill} for the others. */
    public static Tensor of(Tensor x, double fill) {
        try (ResultTensor result = Tensor.createResult(DType.FLOAT64, x.shape())) {
            MaskedLogKernel.maskedLog(x.as(DoublePointer.class), result.as(DoublePointer.class), x.size(), fill);
            return result.toTensor();
        }
    }
}
