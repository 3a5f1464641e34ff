package io.atoll.tensor;

import com.google.flatbuffers.FlatBufferBuilder;
import io.atoll.StoreException;
import io.atoll.UnserializableException;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.IpcMessage;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.memory.Source;
import io.atoll.internal.memory.ValueKind;
import io.atoll.internal.store.Memory;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.TensorDim;
import org.apache.arrow.flatbuf.Type;
import org.jspecify.annotations.Nullable;

/**
 * Tensors as Arrow Tensor IPC messages. A tensor that fills its span in any order of its axes is copied in one piece and
 * keeps its strides; any other is stored in row-major order. What Arrow's tensors lack has a mark in the message's own
 * metadata: bool is uint8, a complex type is a float type with one more axis, of length 2.
 */
final class TensorKind extends ValueKind {
    private static final String TYPE_KEY = "atoll.dtype";

    TensorKind() {}

    @Override
    public @Nullable Encoded encode(Object value) {
        return value instanceof Tensor tensor ? encode(tensor) : null;
    }

    @Override
    public Object decode(int detail, Source source) {
        return decode(source);
    }

    private static Encoded encode(Tensor tensor) {
        if (!tensor.memory().isOpen()) {
            throw new UnserializableException(
                    Tensor.class.getName() + " cannot be stored: it is closed. Put it before you close it");
        }
        DType type = tensor.type();
        long[] shape = tensor.ownShape();
        boolean dense = Strides.isDense(shape, tensor.ownStrides(), type.bytes());
        long[] strides = dense && !tensor.isContiguous()
                ? Strides.positive(shape, tensor.ownStrides(), type.bytes())
                : Strides.rowMajor(shape, type.bytes());
        long body = Math.multiplyExact(tensor.size(), (long) type.bytes());
        return new Stored(tensor, dense, header(type, shape, strides, body), body);
    }

    static byte[] header(DType tensorType, long[] tensorShape, long[] tensorStrides, long body) {
        DType type = tensorType.part();
        long[] shape = tensorShape;
        long[] strides = tensorStrides;
        if (tensorType.isComplex()) {
            shape = append(shape, 2);
            strides = append(strides, type.bytes());
        }
        FlatBufferBuilder builder = new FlatBufferBuilder(256);
        int[] dims = new int[shape.length];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = TensorDim.createTensorDim(builder, shape[i], 0);
        }
        int shapeAt = org.apache.arrow.flatbuf.Tensor.createShapeVector(builder, dims);
        int stridesAt = org.apache.arrow.flatbuf.Tensor.createStridesVector(builder, strides);
        int typeAt = type.isFloating()
                ? FloatingPoint.createFloatingPoint(builder, precision(type))
                : Int.createInt(builder, type.bytes() * 8, !type.isUnsigned() && type != DType.BOOL);
        org.apache.arrow.flatbuf.Tensor.startTensor(builder);
        org.apache.arrow.flatbuf.Tensor.addTypeType(builder, type.isFloating() ? Type.FloatingPoint : Type.Int);
        org.apache.arrow.flatbuf.Tensor.addType(builder, typeAt);
        org.apache.arrow.flatbuf.Tensor.addShape(builder, shapeAt);
        org.apache.arrow.flatbuf.Tensor.addStrides(builder, stridesAt);
        org.apache.arrow.flatbuf.Tensor.addData(builder, Buffer.createBuffer(builder, 0, body));
        int tensorAt = org.apache.arrow.flatbuf.Tensor.endTensor(builder);
        String mark = mark(tensorType);
        return IpcMessage.finish(builder, MessageHeader.Tensor, tensorAt, body, mark == null ? null : TYPE_KEY, mark);
    }

    /** What the message says of a type that Arrow's tensors lack; null for the others. */
    private static @Nullable String mark(DType type) {
        return type == DType.BOOL || type.isComplex() ? type.name().toLowerCase(Locale.ROOT) : null;
    }

    private static long[] append(long[] numbers, long last) {
        long[] longer = Arrays.copyOf(numbers, numbers.length + 1);
        longer[numbers.length] = last;
        return longer;
    }

    private static short precision(DType type) {
        return type == DType.FLOAT64 ? Precision.DOUBLE : type == DType.FLOAT32 ? Precision.SINGLE : Precision.HALF;
    }

    @Override
    public Object ofElements(int arrayKind, Source source) {
        DType type = switch (arrayKind) {
            case Kind.BYTES -> DType.INT8;
            case Kind.BOOLEAN_ARRAY -> DType.BOOL;
            case Kind.SHORT_ARRAY -> DType.INT16;
            case Kind.CHAR_ARRAY -> DType.UINT16;
            case Kind.INT_ARRAY -> DType.INT32;
            case Kind.LONG_ARRAY -> DType.INT64;
            case Kind.FLOAT_ARRAY -> DType.FLOAT32;
            case Kind.DOUBLE_ARRAY -> DType.FLOAT64;
            default -> throw source.damaged("a buffer of kind " + arrayKind + " is unknown to this version");
        };
        if (source.size() % type.bytes() != 0) {
            throw source.damaged("elements of " + type.bytes() + " bytes are expected");
        }
        return new Tensor(
                type,
                new long[] {source.size() / type.bytes()},
                new long[] {type.bytes()},
                TensorMemory.ofLease(source.address(), source.lease()),
                source.address());
    }

    private static Tensor decode(Source source) {
        try {
            return parse(source);
        } catch (StoreException e) {
            throw e;
        } catch (RuntimeException e) { // flatbuffers that were never checked throw anything
            throw source.damaged("its tensor message makes no sense", e);
        }
    }

    private static Tensor parse(Source source) {
        source.checkRange(0, IpcMessage.PREFIX); // no tensors are from before Arrow 0.15
        int metadataBytes = IpcMessage.metadataBytes(source, IpcMessage.PREFIX);
        Message message = IpcMessage.metadata(source, IpcMessage.PREFIX, metadataBytes);
        if (message.headerType() != MessageHeader.Tensor) {
            throw source.damaged("its message is no tensor but of type " + message.headerType());
        }
        org.apache.arrow.flatbuf.Tensor header =
                (org.apache.arrow.flatbuf.Tensor) message.header(new org.apache.arrow.flatbuf.Tensor());
        String mark = mark(message);
        DType part = type(source, mark, header);
        if (header.shapeLength() > metadataBytes / Long.BYTES) {
            throw source.damaged("it says it has " + header.shapeLength() + " axes");
        }
        long[] shape = new long[header.shapeLength()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = header.shape(i).size();
        }
        if (Strides.count(shape) > source.size()) { // with strides of 0 it could show any number
            throw source.damaged("it says its shape is " + Arrays.toString(shape));
        }
        long[] strides = Strides.rowMajor(shape, part.bytes());
        if (header.stridesLength() != 0) {
            if (header.stridesLength() != shape.length) {
                throw source.damaged(header.stridesLength() + " strides of " + shape.length + " axes");
            }
            for (int i = 0; i < strides.length; i++) {
                strides[i] = header.strides(i);
                if (strides[i] < 0) {
                    throw source.damaged("a stride is " + strides[i]);
                }
            }
        }
        DType type = part;
        if (mark != null && (mark.equals(mark(DType.COMPLEX64)) || mark.equals(mark(DType.COMPLEX128)))) {
            type = DType.valueOf(mark.toUpperCase(Locale.ROOT));
            int last = shape.length - 1;
            if (type.part() != part || last < 0 || shape[last] != 2 || strides[last] != part.bytes()) {
                throw source.damaged("it says it is " + mark + ", and has " + part + " of shape "
                        + Arrays.toString(shape) + " and strides " + Arrays.toString(strides));
            }
            shape = Arrays.copyOf(shape, last);
            strides = Arrays.copyOf(strides, last);
        }
        long offset = Math.addExact(
                IpcMessage.PREFIX + (long) metadataBytes, header.data().offset());
        source.checkRange(offset, Strides.extent(shape, strides, type.bytes()));
        long address = source.address() + offset;
        return new Tensor(type, shape, strides, TensorMemory.ofLease(address, source.lease()), address);
    }

    private static DType type(Source source, @Nullable String mark, org.apache.arrow.flatbuf.Tensor header) {
        if (header.typeType() == Type.FloatingPoint) {
            switch (((FloatingPoint) header.type(new FloatingPoint())).precision()) {
                case Precision.HALF:
                    return DType.FLOAT16;
                case Precision.SINGLE:
                    return DType.FLOAT32;
                case Precision.DOUBLE:
                    return DType.FLOAT64;
                default:
                    throw source.damaged("its elements are floating-point numbers of an unknown width");
            }
        } else if (header.typeType() == Type.Int) {
            Int integer = (Int) header.type(new Int());
            switch (integer.bitWidth()) {
                case 8:
                    return integer.isSigned()
                            ? DType.INT8
                            : Objects.equals(mark, mark(DType.BOOL)) ? DType.BOOL : DType.UINT8;
                case 16:
                    return integer.isSigned() ? DType.INT16 : DType.UINT16;
                case 32:
                    return integer.isSigned() ? DType.INT32 : DType.UINT32;
                case 64:
                    return integer.isSigned() ? DType.INT64 : DType.UINT64;
                default:
                    throw source.damaged("its elements are integers of " + integer.bitWidth() + " bits");
            }
        }
        throw source.damaged("its elements are of Arrow type " + header.typeType() + ", which no tensor has");
    }

    private static @Nullable String mark(Message message) {
        for (int i = 0; i < message.customMetadataLength(); i++) {
            KeyValue pair = message.customMetadata(i);
            ByteBuffer key = pair.keyAsByteBuffer(); // many pairs can have one long key
            if (key != null && key.remaining() == TYPE_KEY.length() && TYPE_KEY.equals(pair.key())) {
                return pair.value();
            }
        }
        return null;
    }

    private static final class Stored extends Encoded {
        private final Tensor tensor;
        private final boolean dense;
        private final byte[] header;
        private final long body;

        Stored(Tensor tensor, boolean dense, byte[] header, long body) {
            super(Kind.tag(Kind.TENSOR, 0), IpcMessage.headBytes(header) + body);
            this.tensor = tensor;
            this.dense = dense;
            this.header = header;
            this.body = body;
        }

        @Override
        public boolean hasBuffers() {
            return true;
        }

        @Override
        public void writeTo(long address) {
            long to = IpcMessage.writeHead(header, address);
            if (dense) {
                tensor.check();
                Memory.copy(tensor.memory().base(), tensor.address(), null, to, body);
                Reference.reachabilityFence(tensor);
            } else {
                TensorContent.copyRowMajor(tensor, to);
            }
        }
    }
}
