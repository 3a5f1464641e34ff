package io.atoll.tensor;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.tensorflow.ndarray.BooleanNdArray;
import org.tensorflow.ndarray.ByteNdArray;
import org.tensorflow.ndarray.DoubleNdArray;
import org.tensorflow.ndarray.FloatNdArray;
import org.tensorflow.ndarray.IntNdArray;
import org.tensorflow.ndarray.LongNdArray;
import org.tensorflow.ndarray.NdArray;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.ShortNdArray;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.ndarray.buffer.layout.DataLayouts;

/** Tensors seen as TensorFlow's NdArrays, read-only ones over the same memory, and copied from such. */
final class NdArrayViews {
    static final String PACKAGE = "org.tensorflow.ndarray.";

    private NdArrayViews() {}

    /** Unsigned integers show their bits, complex numbers have one more axis, of length 2. */
    static Object of(Grid tensor) {
        DType type = tensor.elementType();
        long[] lengths = tensor.ownShape();
        if (type.isComplex()) {
            lengths = Arrays.copyOf(lengths, lengths.length + 1);
            lengths[lengths.length - 1] = 2;
        }
        Shape shape = Shape.of(lengths);
        switch (type) {
            case FLOAT64:
            case COMPLEX128:
                return NdArrays.wrap(shape, DataBuffers.of(RawViews.doubles(tensor)));
            case FLOAT32:
            case COMPLEX64:
                return NdArrays.wrap(shape, DataBuffers.of(RawViews.floats(tensor)));
            case FLOAT16:
                return NdArrays.wrap(shape, DataLayouts.FLOAT16.applyTo(DataBuffers.of(RawViews.shorts(tensor))));
            case INT64:
            case UINT64:
                return NdArrays.wrap(shape, DataBuffers.of(RawViews.longs(tensor)));
            case INT32:
            case UINT32:
                return NdArrays.wrap(shape, DataBuffers.of(RawViews.ints(tensor)));
            case INT16:
            case UINT16:
                return NdArrays.wrap(shape, DataBuffers.of(RawViews.shorts(tensor)));
            case BOOL:
                return NdArrays.wrap(shape, DataLayouts.BOOL.applyTo(DataBuffers.of(RawViews.bytes(tensor))));
            default:
                return NdArrays.wrap(shape, DataBuffers.of(RawViews.bytes(tensor)));
        }
    }

    /** A copy: an NdArray does not show where it lies. Null when it has elements that are no numbers. */
    static <T> @Nullable T from(Object object, long[] newShape, Maker<T> maker) {
        NdArray<?> any = (NdArray<?>) object;
        long size = any.size();
        if (size > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "an NdArray of " + size + " elements is copied, and does not fit a Java array");
        }
        int count = (int) size;
        Object copy;
        if (any instanceof DoubleNdArray array) {
            double[] to = new double[count];
            array.copyTo(DataBuffers.of(to, false, false));
            copy = to;
        } else if (any instanceof FloatNdArray array) {
            float[] to = new float[count];
            array.copyTo(DataBuffers.of(to, false, false));
            copy = to;
        } else if (any instanceof LongNdArray array) {
            long[] to = new long[count];
            array.copyTo(DataBuffers.of(to, false, false));
            copy = to;
        } else if (any instanceof IntNdArray array) {
            int[] to = new int[count];
            array.copyTo(DataBuffers.of(to, false, false));
            copy = to;
        } else if (any instanceof ShortNdArray array) {
            short[] to = new short[count];
            array.copyTo(DataBuffers.of(to, false, false));
            copy = to;
        } else if (any instanceof ByteNdArray array) {
            byte[] to = new byte[count];
            array.copyTo(DataBuffers.of(to, false, false));
            copy = to;
        } else if (any instanceof BooleanNdArray array) {
            boolean[] to = new boolean[count];
            array.copyTo(DataBuffers.of(to, false, false));
            copy = to;
        } else {
            return null;
        }
        DType type = TensorSources.typeOf(copy.getClass().getComponentType());
        long[] shape = newShape.length != 0 ? newShape : any.shape().asArray();
        TensorMemory memory = TensorMemory.ofArray(copy);
        if (shape.length == 0) { // of one element
            return maker.make(type, shape, shape, memory, memory.start());
        }
        return maker.over(type, memory, (long) count * type.bytes(), shape);
    }
}
