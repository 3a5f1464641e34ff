package io.atoll.tensor;

import io.atoll.ObjectRef;

/**
 * A tensor that is filled where it will stay, in the store, so that producing it needs no copy. {@link #seal} makes it
 * immutable and gives its ref; closing it before aborts it, and nothing of it stays.
 *
 * <pre>{@code
 * try (WritableTensor tensor = Tensor.create(DType.FLOAT64, 1000, 1000)) {
 *     fill(tensor.as(DoubleBuffer.class));
 *     ObjectRef<Tensor> ref = tensor.seal();
 * }
 * }</pre>
 *
 * @see ResultTensor
 * @since 0.1
 */
public interface WritableTensor extends WritableElements {
    /**
     * Makes it immutable and visible.
     *
     * @return a ref whose value is the tensor
     * @throws IllegalStateException after seal or close
     */
    ObjectRef<Tensor> seal();
}
