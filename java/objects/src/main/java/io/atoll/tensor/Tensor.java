package io.atoll.tensor;

import io.atoll.internal.memory.Place;
import io.atoll.internal.memory.ResultPlace;
import io.atoll.spi.Runtimes;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * An immutable view of numbers in a regular grid: elements of one type, a shape, and for each axis a stride, the distance
 * in bytes between neighbours. A tensor read from a store lies in shared memory and keeps it pinned until it is closed
 * or unreachable; one made from an array refers to that array, which must not change while the tensor is used. Any number
 * of threads may read a tensor; closing it while another thread reads is that caller's mistake, and what is read then is
 * undefined.
 *
 * <p>Slices, transposes and reshapes are tensors of their own over the same memory: each is closed by itself. After
 * {@link #close} the methods of a tensor throw {@link IllegalStateException}, but for those that describe it.
 *
 * @since 0.1
 */
public final class Tensor extends Grid implements AutoCloseable {
    private static final Maker<Tensor> MAKER = new Maker<>() {
        @Override
        Tensor make(DType type, long[] shape, long[] strides, TensorMemory memory, long address) {
            return new Tensor(type, shape, strides, memory, address);
        }
    };

    /** Takes a share of the memory. */
    Tensor(DType type, long[] shape, long[] strides, TensorMemory memory, long address) {
        super(type, shape, strides, memory, address);
    }

    // ---- making one ----

    /** Over a {@code double[]}; no shape means one axis. */
    public static Tensor of(double[] data, long... shape) {
        return of(DType.FLOAT64, data, shape);
    }

    /** Over a {@code float[]}, as {@link DType#FLOAT32}; no shape means one axis. */
    public static Tensor of(float[] data, long... shape) {
        return of(DType.FLOAT32, data, shape);
    }

    /** Over a {@code long[]}, as {@link DType#INT64}; no shape means one axis. */
    public static Tensor of(long[] data, long... shape) {
        return of(DType.INT64, data, shape);
    }

    /** Over a {@code int[]}, as {@link DType#INT32}; no shape means one axis. */
    public static Tensor of(int[] data, long... shape) {
        return of(DType.INT32, data, shape);
    }

    /** Over a {@code short[]}, as {@link DType#INT16}; no shape means one axis. */
    public static Tensor of(short[] data, long... shape) {
        return of(DType.INT16, data, shape);
    }

    /** Over a {@code byte[]}, as {@link DType#INT8}; no shape means one axis. */
    public static Tensor of(byte[] data, long... shape) {
        return of(DType.INT8, data, shape);
    }

    /** Over a {@code boolean[]}, as {@link DType#BOOL}; no shape means one axis. */
    public static Tensor of(boolean[] data, long... shape) {
        return of(DType.BOOL, data, shape);
    }

    /**
     * Elements of a type that Java has no arrays of: unsigned integers, float16, and complex numbers as pairs of floats
     * or doubles. The elements are the type's bits: unsigned integers lie in the array of the signed ones of their width, or
     * in a {@code char[]}; float16 in a {@code short[]} or {@code char[]}.
     *
     * @throws IllegalArgumentException when the array's elements are other numbers than the type's: none is converted
     */
    public static Tensor of(DType type, Object primitiveArray, long... shape) {
        return TensorSources.ofArray(type, primitiveArray, shape, MAKER);
    }

    /**
     * Over whatever holds numbers: a primitive array, a {@code ByteBuffer} (as int8) or another buffer, a JavaCPP {@code
     * Pointer} or {@code Indexer} with a type of its own, from JDK 22 on a {@code MemorySegment} (as int8), or an Arrow
     * vector of numbers without nulls, or TensorFlow's {@code NdArray} of numbers. Nothing is copied but a boolean vector,
     * an {@code NdArray}, and buffers that show their array to nobody;
     * the tensor keeps what it is made from reachable, and that must not be freed or changed meanwhile. A tensor is
     * returned as it is.
     *
     * @param shape none means one axis, or the indexer's own
     * @throws IllegalArgumentException when the object holds no numbers, or the shape does not fit them
     */
    public static Tensor from(Object numbers, long... shape) {
        if (numbers instanceof Tensor tensor) {
            return shape.length == 0 ? tensor : tensor.reshape(shape);
        }
        return TensorSources.from(numbers, shape, MAKER);
    }

    /** Like {@link #from(Object, long...)} of bytes without a type: a {@code ByteBuffer} or {@code MemorySegment}. */
    public static Tensor from(DType type, Object bytes, long... shape) {
        return TensorSources.from(type, bytes, shape, MAKER);
    }

    /** Over the remaining bytes of a buffer, in the machine's byte order. A heap or direct buffer is not copied. */
    public static Tensor of(DType type, ByteBuffer data, long... shape) {
        return TensorSources.ofBuffer(type, data, shape, MAKER);
    }

    /** Over the remaining elements of a buffer. One over an array is not copied, any other is. */
    public static Tensor of(DoubleBuffer data, long... shape) {
        return TensorSources.ofBuffer(DType.FLOAT64, data, shape, MAKER);
    }

    /** Like {@link #of(DoubleBuffer, long...)}. */
    public static Tensor of(FloatBuffer data, long... shape) {
        return TensorSources.ofBuffer(DType.FLOAT32, data, shape, MAKER);
    }

    /** Like {@link #of(DoubleBuffer, long...)}. */
    public static Tensor of(LongBuffer data, long... shape) {
        return TensorSources.ofBuffer(DType.INT64, data, shape, MAKER);
    }

    /** Like {@link #of(DoubleBuffer, long...)}. */
    public static Tensor of(IntBuffer data, long... shape) {
        return TensorSources.ofBuffer(DType.INT32, data, shape, MAKER);
    }

    /** Like {@link #of(DoubleBuffer, long...)}. */
    public static Tensor of(ShortBuffer data, long... shape) {
        return TensorSources.ofBuffer(DType.INT16, data, shape, MAKER);
    }

    /** Like {@link #of(DoubleBuffer, long...)}, as {@link DType#UINT16}. */
    public static Tensor of(CharBuffer data, long... shape) {
        return TensorSources.ofBuffer(DType.UINT16, data, shape, MAKER);
    }

    /**
     * Begins a tensor in the store, to be filled in place and then sealed.
     *
     * @param shape length of each axis; none makes a tensor of one element
     * @return closing it before it is sealed aborts it
     * @throws IllegalArgumentException when a length is negative
     * @throws io.atoll.ObjectStoreFullException when there is no room
     * @throws IllegalStateException when Atoll is not running in this process
     */
    public static WritableTensor create(DType type, long... shape) {
        Objects.requireNonNull(type, "type");
        return TensorWriter.begin(type, shape.clone(), Runtimes.current().service(Place.class));
    }

    /**
     * Begins the result of the task that runs on this thread, to be filled in place and returned: without a copy, since it
     * lies in the store already, under the id that the task's caller has.
     *
     * @param shape length of each axis; none makes a tensor of one element
     * @return closing it gives it up; what the task throws does so, too
     * @throws IllegalArgumentException when a length is negative
     * @throws io.atoll.ObjectStoreFullException when there is no room
     * @throws IllegalStateException when no task runs on this thread, or it has begun its result already
     */
    public static ResultTensor createResult(DType type, long... shape) {
        Objects.requireNonNull(type, "type");
        return TensorWriter.beginResult(type, shape.clone(), Runtimes.current().service(ResultPlace.class));
    }

    /** A tensor without axes, of one element. */
    public static Tensor scalar(double value) {
        TensorMemory memory = TensorMemory.ofArray(new double[] {value});
        return new Tensor(DType.FLOAT64, new long[0], new long[0], memory, memory.start());
    }

    // ---- what it is ----

    /** Type of every element. */
    public DType type() {
        return elementType();
    }

    /** The number of axes; 0 of a scalar. */
    public int rank() {
        return ownShape().length;
    }

    /** Length of each axis; a copy. */
    public long[] shape() {
        return ownShape().clone();
    }

    /** Bytes between neighbours along each axis, which may be 0 or negative; a copy. */
    public long[] strides() {
        return ownStrides().clone();
    }

    /** Number of elements. */
    public long size() {
        return count();
    }

    /** Whether the elements lie one after the other with the last index running fastest. */
    public boolean isContiguous() {
        return isRowMajor();
    }

    // ---- other views of the same memory ----

    /** Without an axis: the elements at one index of it. */
    public Tensor select(int axis, long index) {
        Objects.checkIndex(axis, ownShape().length);
        Objects.checkIndex(index, ownShape()[axis]);
        return derive(
                Strides.without(ownShape(), axis),
                Strides.without(ownStrides(), axis),
                address() + index * ownStrides()[axis]);
    }

    /** The elements from one index of an axis up to but without another. */
    public Tensor slice(int axis, long from, long to) {
        return slice(axis, from, to, 1);
    }

    /** Like {@link #slice(int, long, long)}, every {@code step}-th element; step 1 or more. */
    public Tensor slice(int axis, long from, long to, long step) {
        Objects.checkIndex(axis, ownShape().length);
        Objects.checkFromToIndex(from, to, ownShape()[axis]);
        if (step < 1) {
            throw new IllegalArgumentException("step " + step + " is below 1");
        }
        long[] newShape = ownShape().clone();
        long[] newStrides = ownStrides().clone();
        newShape[axis] = (to - from + step - 1) / step;
        newStrides[axis] = ownStrides()[axis] * step;
        return derive(newShape, newStrides, newShape[axis] == 0 ? address() : address() + from * ownStrides()[axis]);
    }

    /** An axis in the opposite direction. */
    public Tensor reverse(int axis) {
        Objects.checkIndex(axis, ownShape().length);
        long[] newStrides = ownStrides().clone();
        newStrides[axis] = -ownStrides()[axis];
        long last = Math.max(0, ownShape()[axis] - 1);
        return derive(ownShape().clone(), newStrides, address() + last * ownStrides()[axis]);
    }

    /** The axes in another order: axis {@code i} of the result is {@code axes[i]} of this; none given reverses them. */
    public Tensor transpose(int... axes) {
        int rank = ownShape().length;
        if (axes.length != 0 && axes.length != rank) {
            throw new IllegalArgumentException("axes " + Arrays.toString(axes) + " of a tensor of rank " + rank);
        }
        long[] newShape = new long[rank];
        long[] newStrides = new long[rank];
        boolean[] seen = new boolean[rank];
        for (int i = 0; i < rank; i++) {
            int axis = axes.length == 0 ? rank - 1 - i : Objects.checkIndex(axes[i], rank);
            if (seen[axis]) {
                throw new IllegalArgumentException("axes " + Arrays.toString(axes) + " name axis " + axis + " twice");
            }
            seen[axis] = true;
            newShape[i] = ownShape()[axis];
            newStrides[i] = ownStrides()[axis];
        }
        return derive(newShape, newStrides, address());
    }

    /**
     * The same elements in the same order in another shape of as many elements.
     *
     * @throws IllegalStateException when this tensor is not contiguous, so that no view can be had
     */
    public Tensor reshape(long... newShape) {
        if (Strides.count(newShape) != size()) {
            throw new IllegalArgumentException("shape " + Arrays.toString(newShape) + " has " + Strides.count(newShape)
                    + " elements, this tensor " + size());
        }
        requireContiguous("reshape");
        return derive(newShape.clone(), Strides.rowMajor(newShape, type().bytes()), address());
    }

    /** The real parts of a complex tensor; of any other the elements themselves. */
    public Tensor real() {
        return derive(type().part(), ownShape().clone(), ownStrides().clone(), address());
    }

    /** The imaginary parts of a complex tensor. */
    public Tensor imaginary() {
        requireType(DType.COMPLEX64, DType.COMPLEX128);
        return derive(
                type().part(),
                ownShape().clone(),
                ownStrides().clone(),
                address() + type().part().bytes());
    }

    private Tensor derive(long[] newShape, long[] newStrides, long newAddress) {
        return derive(type(), newShape, newStrides, newAddress);
    }

    private Tensor derive(DType newType, long[] newShape, long[] newStrides, long newAddress) {
        check();
        try {
            return new Tensor(newType, newShape, newStrides, memory(), newAddress);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    // ---- elements ----

    /** An element of any type but complex as a double: exact but for 64-bit integers beyond 2^53; true is 1. */
    public double getDouble(long... index) {
        return Elements.asDouble(this, Elements.at(this, index));
    }

    /** As {@link #getDouble(long...)}, without an array for the index, of one axis. */
    public double getDouble(long i) {
        return Elements.asDouble(this, Elements.at(this, i));
    }

    /** As {@link #getDouble(long...)}, without an array for the index, of two axes. */
    public double getDouble(long i, long j) {
        return Elements.asDouble(this, Elements.at(this, i, j));
    }

    /** An element of any type but complex as a float, rounded. */
    public float getFloat(long... index) {
        return (float) Elements.asDouble(this, Elements.at(this, index));
    }

    /** As {@link #getFloat(long...)}, without an array for the index, of one axis. */
    public float getFloat(long i) {
        return (float) Elements.asDouble(this, Elements.at(this, i));
    }

    /** As {@link #getFloat(long...)}, without an array for the index, of two axes. */
    public float getFloat(long i, long j) {
        return (float) Elements.asDouble(this, Elements.at(this, i, j));
    }

    /** An integer or bool; the bits of a uint64. A floating type throws {@link UnsupportedOperationException}. */
    public long getLong(long... index) {
        return Elements.asLong(this, Elements.at(this, index));
    }

    /** As {@link #getLong(long...)}, without an array for the index, of one axis. */
    public long getLong(long i) {
        return Elements.asLong(this, Elements.at(this, i));
    }

    /** As {@link #getLong(long...)}, without an array for the index, of two axes. */
    public long getLong(long i, long j) {
        return Elements.asLong(this, Elements.at(this, i, j));
    }

    /** Like {@link #getLong(long...)}; throws {@link ArithmeticException} when the element does not fit. */
    public int getInt(long... index) {
        return Math.toIntExact(Elements.asLong(this, Elements.at(this, index)));
    }

    /** As {@link #getInt(long...)}, without an array for the index, of one axis. */
    public int getInt(long i) {
        return Math.toIntExact(Elements.asLong(this, Elements.at(this, i)));
    }

    /** As {@link #getInt(long...)}, without an array for the index, of two axes. */
    public int getInt(long i, long j) {
        return Math.toIntExact(Elements.asLong(this, Elements.at(this, i, j)));
    }

    /** An element of a {@link DType#BOOL} tensor. */
    public boolean getBoolean(long... index) {
        requireType(DType.BOOL);
        return Elements.asLong(this, Elements.at(this, index)) != 0;
    }

    /** The real part of a complex element; any other element as {@link #getDouble(long...)} gives it. */
    public double getReal(long... index) {
        return Elements.asDouble(this, type().part(), Elements.at(this, index));
    }

    /** The imaginary part of a complex element; 0 of any other. */
    public double getImaginary(long... index) {
        long at = Elements.at(this, index);
        return type().isComplex()
                ? Elements.asDouble(this, type().part(), at + type().part().bytes())
                : 0;
    }

    // ---- raw views ----

    /**
     * This tensor as another type that holds numbers: the memory itself wherever that type can show it. A view shares the
     * pin: the memory stays while the view, or any made from it, is reachable, also when this tensor is closed.
     *
     * <table>
     * <caption>Types to ask for</caption>
     * <tr><td>{@code ByteBuffer}, {@code DoubleBuffer} and the like<td>a read-only view of a contiguous tensor of at most
     *     2^31 - 1 bytes; the kind of buffer must be of the elements' width, complex numbers are pairs
     * <tr><td>{@code double[]} and the like<td>a copy in row-major order; complex numbers are pairs
     * <tr><td>JavaCPP's {@code Pointer}, {@code DoublePointer} and the like<td>a view of a contiguous tensor of any length;
     *     all but {@code Pointer} need JavaCPP's native library: {@code org.bytedeco:javacpp} with your platform's classifier
     * <tr><td>JavaCPP's {@code Indexer}, {@code DoubleIndexer} and the like<td>a view with this tensor's shape and
     *     strides, none of which may be negative; complex numbers have one more axis, of length 2
     * <tr><td>{@code java.lang.foreign.MemorySegment}<td>from JDK 22 on: a read-only view of a contiguous tensor of any
     *     length that throws once this tensor is closed
     * <tr><td>Arrow's {@code FieldVector}, {@code Float8Vector} and the like<td>a vector over a contiguous tensor; closing
     *     it gives its share of the pin back
     * <tr><td>TensorFlow's {@code NdArray}, {@code FloatNdArray} and the like<td>a read-only view of a contiguous tensor of
     *     at most 2^31 - 1 bytes, if {@code org.tensorflow:ndarray} is on the class path; float16 as a {@code
     *     FloatNdArray}, unsigned integers by their bits, complex numbers with one more axis, of length 2
     * </table>
     *
     * <p>Pointers, indexers and vectors have no read-only form. The store's memory is protected: writing to it through
     * them ends the process that does so. Of a tensor over a Java array all are copies but the buffer of the elements' own
     * kind, a {@code DoubleBuffer} of a {@code double[]}: memory of the heap has no address that would stay.
     *
     * @throws UnsupportedOperationException when elements of this type cannot be shown so
     * @throws IllegalStateException when this tensor is closed, or a contiguous one is needed
     */
    public <T> T as(Class<T> view) {
        return view.cast(TensorViews.of(this, view));
    }

    /** {@link #as} {@code ByteBuffer}, in the machine's byte order. Of a tensor over a Java array it is a copy. */
    public ByteBuffer asByteBuffer() {
        return RawViews.bytes(this);
    }

    /** {@link #as} {@code DoubleBuffer}: the elements of a float64 or complex128 tensor. */
    public DoubleBuffer asDoubleBuffer() {
        return RawViews.doubles(this);
    }

    /** {@link #as} {@code FloatBuffer}: the elements of a float32 or complex64 tensor. */
    public FloatBuffer asFloatBuffer() {
        return RawViews.floats(this);
    }

    /** {@link #as} {@code LongBuffer}: the elements of an int64 or uint64 tensor. */
    public LongBuffer asLongBuffer() {
        return RawViews.longs(this);
    }

    /** {@link #as} {@code IntBuffer}: the elements of an int32 or uint32 tensor. */
    public IntBuffer asIntBuffer() {
        return RawViews.ints(this);
    }

    /** {@link #as} {@code ShortBuffer}: the elements of a tensor of 16 bits each. */
    public ShortBuffer asShortBuffer() {
        return RawViews.shorts(this);
    }

    /** Whether both have the same type, shape and elements; NaN equals itself when its bits do. */
    public boolean contentEquals(Tensor other) {
        return TensorContent.equal(this, other);
    }

    /**
     * Ends this view; the memory is unpinned with the last view of it. Twice is fine.
     *
     * @see #release
     */
    @Override
    public void close() {
        memory().close();
    }

    /**
     * Like {@link #close}, and tells what became of the memory().
     *
     * @return whether nothing holds the memory any more: false while another view of it is open, or a raw one reachable
     */
    public boolean release() {
        return memory().close();
    }

    @Override
    public String toString() {
        return "Tensor(" + type() + ", shape " + Arrays.toString(ownShape()) + ")";
    }
}
