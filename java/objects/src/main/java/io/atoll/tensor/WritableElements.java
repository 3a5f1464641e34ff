package io.atoll.tensor;

/**
 * The elements of a tensor that lies in the store and can be written still. They lie one after the other with the last index
 * running fastest, and have no value before they are set. Not thread-safe, but the views may be filled by any number of
 * threads before the tensor is given on.
 *
 * @since 0.1
 */
public interface WritableElements extends AutoCloseable {
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
     * 22 on {@code MemorySegment}. Only the segment is known to throw once the tensor is immutable or given up; the others
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
     * @throws IllegalArgumentException when an integer type does not have the number, rounded, or it is NaN
     * @throws IllegalStateException after seal or close
     */
    void setDouble(double value, long... index);

    /**
     * Sets an element of an integer type, or of bool, which any number but 0 makes true.
     *
     * @param value new; for UINT64 its 64 bits, as {@link Long#parseUnsignedLong} gives them
     * @param index as many as there are axes
     * @throws IllegalArgumentException when the type does not have the number
     * @throws IllegalStateException after seal or close
     */
    void setLong(long value, long... index);

    /** Gives it up unless it was given on. Twice is fine. */
    @Override
    void close();
}
