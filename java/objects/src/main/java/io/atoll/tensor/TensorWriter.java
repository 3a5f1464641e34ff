package io.atoll.tensor;

import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.internal.memory.IpcMessage;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.memory.Lease;
import io.atoll.internal.memory.Place;
import io.atoll.internal.memory.ResultPlace;
import io.atoll.internal.store.Memory;
import io.atoll.internal.store.ObjectStore;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A tensor that is written into the store by its user. The object is given up when this is closed unsealed or, failing
 * that, when neither it nor any view of it is reachable.
 */
final class TensorWriter implements WritableTensor, ResultTensor {
    private final Tensor tensor; // of the memory that is being written

    private final Writing writing;
    private final @Nullable Place place; // null of a result
    private final ResultPlace.@Nullable InPlace result; // null of any other
    private boolean isHandedOver;

    private TensorWriter(Tensor tensor, Writing writing, @Nullable Place place, ResultPlace.@Nullable InPlace result) {
        this.tensor = tensor;
        this.writing = writing;
        this.place = place;
        this.result = result;
    }

    static WritableTensor begin(DType type, long[] shape, Place place) {
        return new Begun(type, shape) {
            @Override
            TensorWriter over(long size, long tag) {
                Writing writing = new Writing(place.store(), place.room().create(size, tag));
                return new TensorWriter(fill(writing), writing, place, null);
            }
        }.writer();
    }

    /** The result of the task that runs here. */
    static ResultTensor beginResult(DType type, long[] shape, ResultPlace results) {
        return new Begun(type, shape) {
            @Override
            TensorWriter over(long size, long tag) {
                ResultPlace.InPlace result = results.beginResult(size, tag);
                Writing writing = new Writing(null, result.creation());
                return new TensorWriter(fill(writing), writing, null, result);
            }
        }.writer();
    }

    /** What is known before there is an object. */
    private abstract static class Begun {
        private final DType type;
        private final long[] shape;
        private final long[] strides;
        private final long body;
        private final byte[] header;

        Begun(DType type, long[] shape) {
            this.type = type;
            this.shape = shape;
            strides = Strides.rowMajor(shape, type.bytes());
            body = Math.multiplyExact(Strides.count(shape), (long) type.bytes());
            header = TensorKind.header(type, shape, strides, body);
        }

        abstract TensorWriter over(long size, long tag);

        final TensorWriter writer() {
            return over(IpcMessage.headBytes(header) + body, Kind.tag(Kind.TENSOR, 0));
        }

        /** The tensor over an object that has no bytes yet. */
        final Tensor fill(Writing writing) {
            Lease lease = new Lease(writing::abort);
            try {
                long address = IpcMessage.writeHead(header, writing.creation.address());
                return new Tensor(type, shape, strides, TensorMemory.ofLease(address, lease), address);
            } finally {
                lease.release();
            }
        }
    }

    @Override
    public DType type() {
        return tensor.type();
    }

    @Override
    public long[] shape() {
        return tensor.shape();
    }

    @Override
    public <T> T as(Class<T> view) {
        tensor.check();
        Object found = null;
        if (Buffer.class.isAssignableFrom(view)) {
            found = buffer(view);
        } else if (view.getName().equals(Segments.TYPE)) {
            found = Segments.writable(tensor);
        } else if (view.getName().startsWith("org.bytedeco.javacpp.")) {
            found = JavaCppViews.of(tensor, view);
        }
        if (!view.isInstance(found)) {
            throw new UnsupportedOperationException(
                    "a tensor of " + type() + " cannot be written as " + view.getTypeName());
        }
        return view.cast(found);
    }

    private @Nullable Buffer buffer(Class<?> view) {
        ByteBuffer bytes = tensor.memory().bytes(tensor.address(), tensor.byteSize());
        DType part = type().part();
        if (view == ByteBuffer.class) {
            return bytes;
        } else if (part == DType.FLOAT64) {
            return view == DoubleBuffer.class ? bytes.asDoubleBuffer() : null;
        } else if (part == DType.FLOAT32) {
            return view == FloatBuffer.class ? bytes.asFloatBuffer() : null;
        } else if (part.bytes() == 8) {
            return view == LongBuffer.class ? bytes.asLongBuffer() : null;
        } else if (part.bytes() == 4) {
            return view == IntBuffer.class ? bytes.asIntBuffer() : null;
        } else if (part.bytes() == 2) {
            return view == CharBuffer.class && part == DType.UINT16
                    ? bytes.asCharBuffer()
                    : view == ShortBuffer.class ? bytes.asShortBuffer() : null;
        }
        return null;
    }

    @Override
    public void setDouble(double value, long... index) {
        long at = Elements.at(tensor, index);
        tensor.check();
        switch (type()) {
            case FLOAT64:
                Memory.putLong(at, Double.doubleToRawLongBits(value));
                break;
            case FLOAT32:
                Memory.putInt(at, Float.floatToRawIntBits((float) value));
                break;
            case COMPLEX128:
                Memory.putLong(at, Double.doubleToRawLongBits(value));
                Memory.putLong(at + 8, 0);
                break;
            case COMPLEX64:
                Memory.putInt(at, Float.floatToRawIntBits((float) value));
                Memory.putInt(at + 4, 0);
                break;
            case FLOAT16:
                throw new UnsupportedOperationException("Java has no float16: write its bits as a ShortBuffer");
            case BOOL:
                setLong(whole(value) == 0 ? 0 : 1, index);
                break;
            case UINT64:
                double whole = whole(value);
                setLong(whole < 0x1p63 ? (long) whole : (long) (whole - 0x1p63) ^ Long.MIN_VALUE, index);
                break;
            default:
                setLong((long) whole(value), index);
        }
    }

    /** Rounded, and a number of the integer type. */
    private double whole(double value) {
        double whole = Math.rint(value);
        double end = type() == DType.BOOL ? Double.POSITIVE_INFINITY : Math.scalb(1.0, valueBits());
        double least = type().isUnsigned() ? 0 : -end;
        if (!(whole >= least && whole < end)) { // NaN neither
            throw unfit(Double.toString(whole));
        }
        return whole;
    }

    /** Without that of the sign. */
    private int valueBits() {
        return 8 * type().bytes() - (type().isUnsigned() ? 0 : 1);
    }

    private IllegalArgumentException unfit(String value) {
        String least = type().isUnsigned() ? "0" : "-2^" + valueBits();
        return new IllegalArgumentException(value + " is no " + type()
                + (type() == DType.BOOL ? "" : ", which has " + least + " to 2^" + valueBits() + " - 1"));
    }

    @Override
    public void setLong(long value, long... index) {
        if (type().isFloating() || type().isComplex()) {
            setDouble((double) value, index);
            return;
        }
        checkWidth(value);
        long at = Elements.at(tensor, index);
        tensor.check();
        switch (type().bytes()) {
            case 8:
                Memory.putLong(at, value);
                break;
            case 4:
                Memory.putInt(at, (int) value);
                break;
            case 2:
                Memory.putShort(at, (short) value);
                break;
            default:
                Memory.putByte(at, (byte) (type() != DType.BOOL ? value : value == 0 ? 0 : 1));
        }
    }

    private void checkWidth(long value) {
        if (type().bytes() < Long.BYTES && type() != DType.BOOL) {
            long end = 1L << valueBits();
            if (value < (type().isUnsigned() ? 0 : -end) || value >= end) {
                throw unfit(Long.toString(value));
            }
        }
    }

    @Override
    public ObjectRef<Tensor> seal() {
        tensor.check();
        ObjectId id = writing.seal();
        tensor.close();
        return Objects.requireNonNull(place, "a result is sealed by who runs its task")
                .ref(id);
    }

    @Override
    public Tensor toTensor() {
        tensor.check();
        Objects.requireNonNull(result, "this is no result of a task").handOver(tensor);
        isHandedOver = true;
        return tensor;
    }

    @Override
    public void close() {
        if (!isHandedOver) {
            tensor.close();
            writing.abort();
        }
    }

    /** Ends once: sealed, or given up with the reference that was got by creating it, if any was. */
    private static final class Writing {
        private final @Nullable ObjectStore store; // null when there is none: a result's is its caller's
        private final ObjectStore.Creation creation;
        private boolean over;

        Writing(@Nullable ObjectStore store, ObjectStore.Creation creation) {
            this.store = store;
            this.creation = creation;
        }

        synchronized ObjectId seal() {
            if (over) {
                throw new IllegalStateException("object " + creation.id() + ": it is sealed or given up already");
            }
            creation.seal();
            over = true;
            return creation.id();
        }

        synchronized void abort() {
            if (!over) {
                over = true;
                creation.close();
                if (store != null) {
                    store.dereference(creation.id());
                }
            }
        }
    }
}
