package io.atoll.tensor;

import io.atoll.internal.memory.ArrowMemory;
import io.atoll.internal.memory.Lease;
import io.atoll.internal.memory.LeasedBuffers;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.jspecify.annotations.Nullable;

/** Tensors seen as Arrow vectors of numbers, and such vectors as tensors. */
final class ArrowTensors {
    private static final String NAME = "tensor";

    private ArrowTensors() {}

    /** The elements of a contiguous tensor; null when Arrow has no numbers of its type that lie the same way. */
    static @Nullable FieldVector of(Grid tensor) {
        tensor.requireContiguous("a vector");
        FieldVector vector = empty(tensor.elementType(), ArrowMemory.allocator());
        if (vector == null) {
            return null;
        }
        int count = Math.toIntExact(tensor.count());
        try (ArrowBuf data = data(tensor)) {
            // Without nulls: the vector makes its own validity buffer, of one bit an element.
            try (ArrowBuf none = ArrowMemory.allocator().getEmpty()) {
                vector.loadFieldBuffers(new ArrowFieldNode(count, 0), List.of(none, data));
            }
        }
        return vector;
    }

    private static ArrowBuf data(Grid tensor) {
        TensorMemory memory = tensor.memory();
        long bytes = tensor.byteSize();
        if (memory.lease() != null) {
            return LeasedBuffers.buffer(tensor.address(), bytes, memory.lease(), ArrowMemory.allocator())
                    .writerIndex(bytes);
        }
        ArrowBuf copy = ArrowMemory.allocator().buffer(bytes);
        TensorContent.copyRowMajor(tensor, null, copy.memoryAddress());
        return copy.writerIndex(bytes);
    }

    private static @Nullable FieldVector empty(DType type, BufferAllocator allocator) {
        switch (type) {
            case INT8:
                return new TinyIntVector(NAME, allocator);
            case INT16:
                return new SmallIntVector(NAME, allocator);
            case INT32:
                return new IntVector(NAME, allocator);
            case INT64:
                return new BigIntVector(NAME, allocator);
            case UINT8:
                return new UInt1Vector(NAME, allocator);
            case UINT16:
                return new UInt2Vector(NAME, allocator);
            case UINT32:
                return new UInt4Vector(NAME, allocator);
            case UINT64:
                return new UInt8Vector(NAME, allocator);
            case FLOAT16:
                return new Float2Vector(NAME, allocator);
            case FLOAT32:
                return new Float4Vector(NAME, allocator);
            case FLOAT64:
                return new Float8Vector(NAME, allocator);
            default:
                return null;
        }
    }

    /** Null when it is no vector of numbers. */
    static <T> @Nullable T from(Object arrow, long[] shape, Maker<T> maker) {
        if (!(arrow instanceof BaseFixedWidthVector vector)) {
            return null;
        }
        DType type = typeOf(vector);
        if (type == null) {
            return null;
        } else if (vector.getNullCount() != 0) {
            throw new IllegalArgumentException("vector " + vector.getName() + " has " + vector.getNullCount()
                    + " nulls, which a tensor cannot show");
        }
        int count = vector.getValueCount();
        if (vector instanceof BitVector bits) {
            boolean[] copy = new boolean[count];
            for (int i = 0; i < count; i++) {
                copy[i] = bits.get(i) != 0;
            }
            return maker.over(DType.BOOL, TensorMemory.ofArray(copy), count, shape);
        }
        ArrowBuf data = vector.getDataBuffer();
        data.getReferenceManager().retain();
        Lease lease = new Lease(() -> data.getReferenceManager().release());
        try {
            TensorMemory memory = TensorMemory.ofLease(data.memoryAddress(), lease);
            return maker.over(type, memory, (long) count * type.bytes(), shape);
        } finally {
            lease.release();
        }
    }

    private static @Nullable DType typeOf(FieldVector vector) {
        for (DType type : DType.values()) {
            try (FieldVector same = empty(type, ArrowMemory.allocator())) {
                if (same != null && same.getClass() == vector.getClass()) {
                    return type;
                }
            }
        }
        return vector instanceof BitVector ? DType.BOOL : null;
    }
}
