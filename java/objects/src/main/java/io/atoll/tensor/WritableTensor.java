package io.atoll.tensor;

import io.atoll.ObjectRef;

/**
 * A tensor being filled where it will stay, in the store, so that producing it needs no copy. Its elements lie one after
 * the other with the last index running fastest, and have no value before they are set. {@link #seal} makes it immutable
 * and gives its ref; closing it before aborts it, and nothing of it stays. Not thread-safe, but its views may be filled
 * by any number of threads before it is sealed.
 *
 * <pre>{@code
 * try (WritableTensor tensor = Tensor.create(DType.FLOAT64, 1000, 1000)) {
 *     fill(tensor.as(DoubleBuffer.class));
 *     ObjectRef<Tensor> ref = tensor.seal();
 * }
 * }</pre>
 */
public interface WritableTensor extends AutoCloseable {
    /**
     * The type of the elements.
     *
     * @return as asked for
     */
    DType type();

    /**
     * Length of each axis.
     *
     * @return a copy
     */
    long[] shape();

    /**
     * The elements in a form that can be written: {@code ByteBuffer} or another buffer of the elements' width (up to 2^31 -
     * 1 bytes), JavaCPP's {@code Pointer}, {@code DoublePointer} and the like, {@code Indexer} and its kinds, and from JDK
     * 22 on {@code MemorySegment}. Only the segment is known to throw after {@link #seal} and {@link #close}; the others
     * must not be used any more then: that would change an immutable object, or another one's memory.
     *
     * @param <T> type of the view
     * @param view class of the view
     * @return over the store's memory
     * @throws UnsupportedOperationException when elements of this type cannot be shown so
     * @throws IllegalStateException after seal or close
     */
    <T> T as(Class<T> view);

    /**
     * Sets an element, rounded to its type; of a complex one the real part, the imaginary one being 0.
     *
     * @param value new
     * @param index as many as there are axes
     * @throws IllegalStateException after seal or close
     */
    void setDouble(double value, long... index);

    /**
     * Sets an element of an integer type, cut to its width, or of bool, which any number but 0 makes true.
     *
     * @param value new
     * @param index as many as there are axes
     * @throws IllegalStateException after seal or close
     */
    void setLong(long value, long... index);

    /**
     * Makes it immutable and visible.
     *
     * @return a ref whose value is the tensor
     * @throws IllegalStateException after seal or close
     */
    ObjectRef<Tensor> seal();

    /** Aborts it unless it is sealed. Twice is fine. */
    @Override
    void close();
}
