package io.atoll.objects;

import io.atoll.store.Memory;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
 */
public final class Tensor implements AutoCloseable {
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
    Tensor(DType type, long[] shape, long[] strides, TensorMemory memory, long address) {
        this.type = type;
        this.shape = shape;
        this.strides = strides;
        this.memory = memory.sharedBy(this);
        this.address = address;
    }

    // ---- making one ----

    /** Over a {@code double[]}; no shape means one axis. */
    public static Tensor of(double[] data, long... shape) {
        return ofArray(DType.FLOAT64, data, data.length, shape);
    }

    public static Tensor of(float[] data, long... shape) {
        return ofArray(DType.FLOAT32, data, data.length, shape);
    }

    public static Tensor of(long[] data, long... shape) {
        return ofArray(DType.INT64, data, data.length, shape);
    }

    public static Tensor of(int[] data, long... shape) {
        return ofArray(DType.INT32, data, data.length, shape);
    }

    public static Tensor of(short[] data, long... shape) {
        return ofArray(DType.INT16, data, data.length, shape);
    }

    public static Tensor of(byte[] data, long... shape) {
        return ofArray(DType.INT8, data, data.length, shape);
    }

    public static Tensor of(boolean[] data, long... shape) {
        return ofArray(DType.BOOL, data, data.length, shape);
    }

    /** Elements of a type that Java has no arrays of: unsigned integers, float16. The array's width must be the type's. */
    public static Tensor of(DType type, Object primitiveArray, long... shape) {
        int width = TensorMemory.elementBytes(primitiveArray);
        if (width != type.bytes()) {
            throw new IllegalArgumentException(primitiveArray.getClass().getSimpleName() + " has elements of " + width
                    + " bytes, " + type + " of " + type.bytes());
        }
        return ofArray(type, primitiveArray, java.lang.reflect.Array.getLength(primitiveArray), shape);
    }

    /** Over the remaining bytes of a buffer, in the machine's byte order. A heap or direct buffer is not copied. */
    public static Tensor of(DType type, ByteBuffer data, long... shape) {
        return ofMemory(type, TensorMemory.of(data), data.remaining(), shape);
    }

    /** Over the remaining elements of a buffer. One over an array is not copied, any other is. */
    public static Tensor of(DoubleBuffer data, long... shape) {
        return ofMemory(DType.FLOAT64, TensorMemory.of(data), 8L * data.remaining(), shape);
    }

    /** Like {@link #of(DoubleBuffer, long...)}. */
    public static Tensor of(FloatBuffer data, long... shape) {
        return ofMemory(DType.FLOAT32, TensorMemory.of(data), 4L * data.remaining(), shape);
    }

    /** Like {@link #of(DoubleBuffer, long...)}. */
    public static Tensor of(LongBuffer data, long... shape) {
        return ofMemory(DType.INT64, TensorMemory.of(data), 8L * data.remaining(), shape);
    }

    /** Like {@link #of(DoubleBuffer, long...)}. */
    public static Tensor of(IntBuffer data, long... shape) {
        return ofMemory(DType.INT32, TensorMemory.of(data), 4L * data.remaining(), shape);
    }

    /** Like {@link #of(DoubleBuffer, long...)}. */
    public static Tensor of(ShortBuffer data, long... shape) {
        return ofMemory(DType.INT16, TensorMemory.of(data), 2L * data.remaining(), shape);
    }

    /** Like {@link #of(DoubleBuffer, long...)}, as {@link DType#UINT16}. */
    public static Tensor of(CharBuffer data, long... shape) {
        return ofMemory(DType.UINT16, TensorMemory.of(data), 2L * data.remaining(), shape);
    }

    private static Tensor ofArray(DType type, Object array, long length, long[] shape) {
        return ofMemory(type, TensorMemory.ofArray(array), length * type.bytes(), shape);
    }

    private static Tensor ofMemory(DType type, TensorMemory memory, long bytes, long[] shape) {
        long[] own = shape.length == 0 ? new long[] {bytes / type.bytes()} : shape.clone();
        long count = Strides.count(own);
        if (bytes % type.bytes() != 0 || count != bytes / type.bytes()) {
            throw new IllegalArgumentException("shape " + Arrays.toString(own) + " has " + count + " elements of "
                    + type.bytes() + " bytes, the data " + bytes + " bytes");
        }
        return new Tensor(type, own, Strides.rowMajor(own, type.bytes()), memory, memory.start());
    }

    /** A tensor without axes, of one element. */
    public static Tensor scalar(double value) {
        TensorMemory memory = TensorMemory.ofArray(new double[] {value});
        return new Tensor(DType.FLOAT64, new long[0], new long[0], memory, memory.start());
    }

    // ---- what it is ----

    public DType type() {
        return type;
    }

    public int rank() {
        return shape.length;
    }

    /** Length of each axis; a copy. */
    public long[] shape() {
        return shape.clone();
    }

    /** Bytes between neighbours along each axis, which may be 0 or negative; a copy. */
    public long[] strides() {
        return strides.clone();
    }

    /** Number of elements. */
    public long size() {
        return Strides.count(shape);
    }

    /** Whether the elements lie one after the other with the last index running fastest. */
    public boolean isContiguous() {
        return Strides.isRowMajor(shape, strides, type.bytes());
    }

    // ---- other views of the same memory ----

    /** Without an axis: the elements at one index of it. */
    public Tensor select(int axis, long index) {
        Objects.checkIndex(axis, shape.length);
        Objects.checkIndex(index, shape[axis]);
        return derive(without(shape, axis), without(strides, axis), address + index * strides[axis]);
    }

    /** The elements from one index of an axis up to but without another. */
    public Tensor slice(int axis, long from, long to) {
        return slice(axis, from, to, 1);
    }

    /** Like {@link #slice(int, long, long)}, every {@code step}-th element; step 1 or more. */
    public Tensor slice(int axis, long from, long to, long step) {
        Objects.checkIndex(axis, shape.length);
        Objects.checkFromToIndex(from, to, shape[axis]);
        if (step < 1) {
            throw new IllegalArgumentException("step " + step + " is below 1");
        }
        long[] newShape = shape.clone();
        long[] newStrides = strides.clone();
        newShape[axis] = (to - from + step - 1) / step;
        newStrides[axis] = strides[axis] * step;
        return derive(newShape, newStrides, newShape[axis] == 0 ? address : address + from * strides[axis]);
    }

    /** An axis in the opposite direction. */
    public Tensor reverse(int axis) {
        Objects.checkIndex(axis, shape.length);
        long[] newStrides = strides.clone();
        newStrides[axis] = -strides[axis];
        long last = Math.max(0, shape[axis] - 1);
        return derive(shape.clone(), newStrides, address + last * strides[axis]);
    }

    /** The axes in another order: axis {@code i} of the result is {@code axes[i]} of this; none given reverses them. */
    public Tensor transpose(int... axes) {
        int rank = shape.length;
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
            newShape[i] = shape[axis];
            newStrides[i] = strides[axis];
        }
        return derive(newShape, newStrides, address);
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
        return derive(newShape.clone(), Strides.rowMajor(newShape, type.bytes()), address);
    }

    private Tensor derive(long[] newShape, long[] newStrides, long newAddress) {
        memory.check();
        try {
            return new Tensor(type, newShape, newStrides, memory, newAddress);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    // ---- elements ----

    /** An element of any type as a double: exact but for 64-bit integers beyond 2^53; true is 1. */
    public double getDouble(long... index) {
        return doubleAt(at(index));
    }

    public double getDouble(long i) {
        return doubleAt(at(i));
    }

    public double getDouble(long i, long j) {
        return doubleAt(at(i, j));
    }

    /** An element of any type as a float, rounded. */
    public float getFloat(long... index) {
        return (float) doubleAt(at(index));
    }

    public float getFloat(long i) {
        return (float) doubleAt(at(i));
    }

    public float getFloat(long i, long j) {
        return (float) doubleAt(at(i, j));
    }

    /** An integer or bool; the bits of a uint64. A floating type throws {@link UnsupportedOperationException}. */
    public long getLong(long... index) {
        return longAt(at(index));
    }

    public long getLong(long i) {
        return longAt(at(i));
    }

    public long getLong(long i, long j) {
        return longAt(at(i, j));
    }

    /** Like {@link #getLong(long...)}; throws {@link ArithmeticException} when the element does not fit. */
    public int getInt(long... index) {
        return Math.toIntExact(longAt(at(index)));
    }

    public int getInt(long i) {
        return Math.toIntExact(longAt(at(i)));
    }

    public int getInt(long i, long j) {
        return Math.toIntExact(longAt(at(i, j)));
    }

    /** An element of a {@link DType#BOOL} tensor. */
    public boolean getBoolean(long... index) {
        requireType(DType.BOOL);
        return longAt(at(index)) != 0;
    }

    private long at(long i) {
        requireRank(1);
        Objects.checkIndex(i, shape[0]);
        return address + i * strides[0];
    }

    private long at(long i, long j) {
        requireRank(2);
        Objects.checkIndex(i, shape[0]);
        Objects.checkIndex(j, shape[1]);
        return address + i * strides[0] + j * strides[1];
    }

    private long at(long[] index) {
        requireRank(index.length);
        long at = address;
        for (int i = 0; i < index.length; i++) {
            at += Objects.checkIndex(index[i], shape[i]) * strides[i];
        }
        return at;
    }

    private void requireRank(int rank) {
        if (shape.length != rank) {
            throw new IllegalArgumentException(rank + " indices for a tensor of rank " + shape.length);
        }
    }

    private double doubleAt(long at) {
        memory.check();
        try {
            switch (type) {
                case FLOAT64:
                    return Memory.getDouble(memory.base(), at);
                case FLOAT32:
                    return Memory.getFloat(memory.base(), at);
                case FLOAT16:
                    return DType.halfToFloat(Memory.getShort(memory.base(), at));
                case UINT64:
                    return DType.unsignedToDouble(Memory.getLong(memory.base(), at));
                default:
                    return integerAt(at);
            }
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private long longAt(long at) {
        if (type.isFloating()) {
            throw new UnsupportedOperationException("a tensor of " + type + " has no integers: use getDouble");
        }
        memory.check();
        try {
            return integerAt(at);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private long integerAt(long at) {
        Object base = memory.base();
        switch (type) {
            case INT8:
            case BOOL:
                return Memory.getByte(base, at);
            case UINT8:
                return Memory.getByte(base, at) & 0xff;
            case INT16:
                return Memory.getShort(base, at);
            case UINT16:
                return Memory.getShort(base, at) & 0xffff;
            case INT32:
                return Memory.getInt(base, at);
            case UINT32:
                return Memory.getInt(base, at) & 0xffffffffL;
            default:
                return Memory.getLong(base, at);
        }
    }

    // ---- raw views ----

    /**
     * The bytes of a contiguous tensor of at most 2^31 - 1 of them as a read-only direct buffer in the machine's byte
     * order. It shares the pin: the memory stays while the buffer, or any made from it, is reachable, also when this
     * tensor is closed. Of a tensor over a Java array it is a copy.
     */
    public ByteBuffer asByteBuffer() {
        requireContiguous("asByteBuffer");
        memory.check();
        try {
            return memory.bytes(address, byteSize()).asReadOnlyBuffer().order(ByteOrder.nativeOrder());
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** The elements of a contiguous float64 tensor; else like {@link #asByteBuffer()}, never copied. */
    public DoubleBuffer asDoubleBuffer() {
        requireType(DType.FLOAT64);
        return memory.base() instanceof double[] array
                ? DoubleBuffer.wrap(array, index(), count()).slice().asReadOnlyBuffer()
                : asByteBuffer().asDoubleBuffer();
    }

    /** The elements of a contiguous float32 tensor; else like {@link #asByteBuffer()}, never copied. */
    public FloatBuffer asFloatBuffer() {
        requireType(DType.FLOAT32);
        return memory.base() instanceof float[] array
                ? FloatBuffer.wrap(array, index(), count()).slice().asReadOnlyBuffer()
                : asByteBuffer().asFloatBuffer();
    }

    /** The elements of a contiguous int64 or uint64 tensor; else like {@link #asByteBuffer()}, never copied. */
    public LongBuffer asLongBuffer() {
        requireType(DType.INT64, DType.UINT64);
        return memory.base() instanceof long[] array
                ? LongBuffer.wrap(array, index(), count()).slice().asReadOnlyBuffer()
                : asByteBuffer().asLongBuffer();
    }

    /** The elements of a contiguous int32 or uint32 tensor; else like {@link #asByteBuffer()}, never copied. */
    public IntBuffer asIntBuffer() {
        requireType(DType.INT32, DType.UINT32);
        return memory.base() instanceof int[] array
                ? IntBuffer.wrap(array, index(), count()).slice().asReadOnlyBuffer()
                : asByteBuffer().asIntBuffer();
    }

    /** The elements of a contiguous tensor of 16-bit elements; else like {@link #asByteBuffer()}, never copied. */
    public ShortBuffer asShortBuffer() {
        requireType(DType.INT16, DType.UINT16, DType.FLOAT16);
        return memory.base() instanceof short[] array
                ? ShortBuffer.wrap(array, index(), count()).slice().asReadOnlyBuffer()
                : asByteBuffer().asShortBuffer();
    }

    private int index() {
        requireContiguous("a buffer");
        memory.check();
        return (int) ((address - memory.start()) / type.bytes());
    }

    private int count() {
        return Math.toIntExact(size());
    }

    private long byteSize() {
        return Math.multiplyExact(size(), (long) type.bytes());
    }

    private void requireContiguous(String what) {
        if (!isContiguous()) {
            throw new IllegalStateException(what + " needs a contiguous tensor; this one has shape "
                    + Arrays.toString(shape) + " and strides " + Arrays.toString(strides));
        }
    }

    private void requireType(DType... allowed) {
        for (DType each : allowed) {
            if (each == type) {
                return;
            }
        }
        throw new UnsupportedOperationException(
                "a tensor of " + type + " is asked for as one of " + Arrays.toString(allowed));
    }

    // ---- for the codec ----

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

    /** Whether both have the same type, shape and elements; NaN equals itself when its bits do. */
    public boolean contentEquals(Tensor other) {
        return TensorContent.equal(this, other);
    }

    private static long[] without(long[] numbers, int axis) {
        long[] rest = new long[numbers.length - 1];
        System.arraycopy(numbers, 0, rest, 0, axis);
        System.arraycopy(numbers, axis + 1, rest, axis, rest.length - axis);
        return rest;
    }

    /** Ends this view; the memory is unpinned with the last view of it. Twice is fine. */
    @Override
    public void close() {
        memory.close();
    }

    @Override
    public String toString() {
        return "Tensor(" + type + ", shape " + Arrays.toString(shape) + ")";
    }
}
