package io.atoll.tensor;

/**
 * The result of a task, a tensor that the task fills where it will stay: in the store, as the object whose id the task's
 * caller has. Made by {@link Tensor#createResult}; nobody else sees it before the task has returned it.
 *
 * <pre>{@code
 * static Tensor rows(Tensor x, long from, long to) {
 *     try (ResultTensor result = Tensor.createResult(DType.FLOAT64, to - from, x.shape()[0])) {
 *         Kernels.rbf(x.as(DoublePointer.class), from, to, result.as(DoublePointer.class)); // native, say
 *         return result.toTensor();
 *     }
 * }
 * }</pre>
 *
 * What the task throws gives it up, and so does the death of its worker: the next attempt begins it anew.
 *
 * @since 0.1
 */
public interface ResultTensor extends WritableElements {
    /**
     * The tensor, for the task to return: this very one, neither a slice nor another view of it, which would have no place.
     * It becomes immutable then, without a copy, and is closed in the worker. Before that it may be read as any tensor, and
     * what is put of it, or returned by other tasks, is a copy.
     *
     * @return the same one each time
     * @throws IllegalStateException after close
     */
    Tensor toTensor();
}
