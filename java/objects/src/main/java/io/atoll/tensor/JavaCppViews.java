package io.atoll.tensor;

import io.atoll.internal.memory.Lease;
import io.atoll.internal.store.Memory;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.BooleanPointer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.CharPointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;
import org.bytedeco.javacpp.indexer.BooleanIndexer;
import org.bytedeco.javacpp.indexer.ByteIndexer;
import org.bytedeco.javacpp.indexer.DoubleIndexer;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.bytedeco.javacpp.indexer.HalfIndexer;
import org.bytedeco.javacpp.indexer.Indexer;
import org.bytedeco.javacpp.indexer.IntIndexer;
import org.bytedeco.javacpp.indexer.LongIndexer;
import org.bytedeco.javacpp.indexer.ShortIndexer;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.bytedeco.javacpp.indexer.UIntIndexer;
import org.bytedeco.javacpp.indexer.ULongIndexer;
import org.bytedeco.javacpp.indexer.UShortIndexer;
import org.jspecify.annotations.Nullable;

/**
 * JavaCPP's pointers and indexers over tensors. Every one refers to a {@link Root}, which has a share of the memory's
 * lease until it is unreachable; deallocating a pointer ends that pointer, not the pin.
 */
final class JavaCppViews {
    private JavaCppViews() {}

    /** Null when the class is none of JavaCPP's. */
    static @Nullable Object of(Grid tensor, Class<?> view) {
        if (Indexer.class.isAssignableFrom(view)) {
            return indexer(tensor);
        } else if (Pointer.class.isAssignableFrom(view)) {
            tensor.requireContiguous("a pointer");
            Pointer pointer = pointer(tensor, view, tensor.byteSize());
            if (view != Pointer.class) {
                requireNatives(pointer);
            }
            return pointer;
        }
        return null;
    }

    /**
     * The get and put of typed pointers are native methods of a library that JavaCPP has in jars of their own, one for each
     * platform. (Indexers need none.)
     */
    private static void requireNatives(Pointer pointer) {
        try {
            Pointer.memcmp(pointer, pointer, 0);
        } catch (UnsatisfiedLinkError e) {
            throw new UnsupportedOperationException(
                    pointer.getClass().getName()
                            + " has native methods, whose library is not there: add org.bytedeco:javacpp"
                            + " with the version of the one that is on the class path and the classifier "
                            + Loader.getPlatform() + ", or take an Indexer, a buffer or a MemorySegment",
                    e);
        }
    }

    private static Pointer pointer(Grid tensor, @Nullable Class<?> view, long bytes) {
        DType type = tensor.elementType();
        if (view == Pointer.class) {
            return new Pointer(root(tensor, bytes, 1));
        } else if (view == CharPointer.class && type == DType.UINT16) {
            return new CharPointer(root(tensor, bytes, 2));
        } else if (view == BoolPointer.class && type == DType.BOOL) {
            return new BoolPointer(root(tensor, bytes, 1));
        } else if (view == BooleanPointer.class && type == DType.BOOL) {
            return new BooleanPointer(root(tensor, bytes, 1));
        }
        switch (type) {
            case FLOAT64:
            case COMPLEX128:
                return new DoublePointer(root(tensor, bytes, 8));
            case FLOAT32:
            case COMPLEX64:
                return new FloatPointer(root(tensor, bytes, 4));
            case INT64:
            case UINT64:
                return new LongPointer(root(tensor, bytes, 8));
            case INT32:
            case UINT32:
                return new IntPointer(root(tensor, bytes, 4));
            case INT16:
            case UINT16:
            case FLOAT16:
                return new ShortPointer(root(tensor, bytes, 2));
            default:
                return new BytePointer(root(tensor, bytes, 1));
        }
    }

    private static Indexer indexer(Grid tensor) {
        DType type = tensor.elementType();
        int width = type.part().bytes();
        long[] sizes = tensor.ownShape().clone();
        long[] strides = tensor.ownStrides().clone();
        for (int i = 0; i < strides.length; i++) {
            if (strides[i] < 0) {
                throw new IllegalStateException("an indexer has no negative strides, as those of this tensor: "
                        + Arrays.toString(tensor.ownStrides()));
            }
            strides[i] /= width;
        }
        if (type.isComplex() || sizes.length == 0) {
            sizes = Arrays.copyOf(sizes, sizes.length + 1);
            strides = Arrays.copyOf(strides, sizes.length);
            sizes[sizes.length - 1] = type.isComplex() ? 2 : 1;
            strides[sizes.length - 1] = 1;
        }
        long bytes = Strides.extent(tensor.ownShape(), tensor.ownStrides(), type.bytes());
        if (type == DType.BOOL) {
            return BooleanIndexer.create(
                    (BooleanPointer) pointer(tensor, BooleanPointer.class, bytes), sizes, strides, true);
        }
        Pointer pointer = pointer(tensor, null, bytes);
        switch (type) {
            case FLOAT64:
            case COMPLEX128:
                return DoubleIndexer.create((DoublePointer) pointer, sizes, strides, true);
            case FLOAT32:
            case COMPLEX64:
                return FloatIndexer.create((FloatPointer) pointer, sizes, strides, true);
            case FLOAT16:
                return HalfIndexer.create((ShortPointer) pointer, sizes, strides, true);
            case INT64:
                return LongIndexer.create((LongPointer) pointer, sizes, strides, true);
            case UINT64:
                return ULongIndexer.create((LongPointer) pointer, sizes, strides, true);
            case INT32:
                return IntIndexer.create((IntPointer) pointer, sizes, strides, true);
            case UINT32:
                return UIntIndexer.create((IntPointer) pointer, sizes, strides, true);
            case INT16:
                return ShortIndexer.create((ShortPointer) pointer, sizes, strides, true);
            case UINT16:
                return UShortIndexer.create((ShortPointer) pointer, sizes, strides, true);
            case INT8:
                return ByteIndexer.create((BytePointer) pointer, sizes, strides, true);
            default:
                return UByteIndexer.create((BytePointer) pointer, sizes, strides, true);
        }
    }

    private static Root root(Grid tensor, long bytes, int width) {
        TensorMemory memory = tensor.memory();
        Lease lease = memory.lease();
        if (lease != null) {
            Root root = new Root(tensor.address(), bytes / width, null);
            lease.shareUntilUnreachable(root);
            return root;
        }
        ByteBuffer buffer = memory.bytes(tensor.address(), bytes);
        return new Root(Memory.addressOf(buffer), bytes / width, buffer);
    }

    /**
     * What all pointers to one piece of memory refer to: JavaCPP lets a pointer made from another hold that other only
     * when it has a deallocator, so this has one that does nothing. It is set while the capacity is 0, so that JavaCPP
     * does not count the memory as its own.
     */
    private static final class Root extends Pointer {
        @SuppressWarnings("UnusedVariable")
        private final @Nullable Object owner;

        Root(long address, long elements, @Nullable Object owner) {
            super((Pointer) null);
            this.owner = owner;
            this.address = address;
            deallocator(() -> {});
            limit = elements;
            capacity = elements;
        }

        @Override
        public int sizeof() {
            return 1;
        }
    }

    /** Null when the object is none of JavaCPP's. */
    static <T> @Nullable T from(Object numbers, long[] shape, Maker<T> maker) {
        if (numbers instanceof Pointer pointer) {
            return maker.over(
                    typeOf(pointer), memory(pointer, typeOf(pointer)), bytes(pointer, typeOf(pointer)), shape);
        } else if (numbers instanceof Indexer indexer) {
            return from(indexer, shape, maker);
        }
        return null;
    }

    private static TensorMemory memory(Pointer pointer, DType type) {
        if (pointer.isNull()) {
            throw new IllegalArgumentException("the pointer is null");
        }
        return TensorMemory.ofForeign(pointer.address() + pointer.position() * type.bytes(), pointer);
    }

    private static long bytes(Pointer pointer, DType type) {
        return (pointer.limit() - pointer.position()) * type.bytes();
    }

    private static DType typeOf(Pointer pointer) {
        if (pointer instanceof DoublePointer) {
            return DType.FLOAT64;
        } else if (pointer instanceof FloatPointer) {
            return DType.FLOAT32;
        } else if (pointer instanceof LongPointer) {
            return DType.INT64;
        } else if (pointer instanceof IntPointer) {
            return DType.INT32;
        } else if (pointer instanceof ShortPointer) {
            return DType.INT16;
        } else if (pointer instanceof CharPointer) {
            return DType.UINT16;
        } else if (pointer instanceof BytePointer) {
            return DType.INT8;
        } else if (pointer instanceof BoolPointer || pointer instanceof BooleanPointer) {
            return DType.BOOL;
        }
        throw new IllegalArgumentException("a " + pointer.getClass().getSimpleName()
                + " does not say what it points to: use a DoublePointer or the like");
    }

    private static <T> T from(Indexer indexer, long[] shape, Maker<T> maker) {
        if (shape.length != 0 && !Arrays.equals(shape, indexer.sizes())) {
            throw new IllegalArgumentException("the indexer has shape " + Arrays.toString(indexer.sizes())
                    + ", asked for " + Arrays.toString(shape));
        }
        DType type = typeOf(indexer);
        TensorMemory memory;
        long bytes;
        if (indexer.pointer() != null) {
            memory = memory(indexer.pointer(), type);
            bytes = bytes(indexer.pointer(), type);
        } else if (indexer.array() != null) {
            memory = TensorMemory.ofArray(indexer.array());
            bytes = (long) type.bytes() * Array.getLength(indexer.array());
        } else {
            memory = TensorMemory.of(indexer.buffer());
            bytes = (long) type.bytes() * indexer.buffer().remaining();
        }
        long[] sizes = indexer.sizes().clone();
        long[] strides = indexer.strides().clone();
        for (int i = 0; i < strides.length; i++) {
            strides[i] *= type.bytes();
        }
        if (Strides.extent(sizes, strides, type.bytes()) > bytes) {
            throw new IllegalArgumentException("the indexer's shape " + Arrays.toString(sizes) + " and strides "
                    + Arrays.toString(indexer.strides()) + " leave its " + bytes / type.bytes() + " elements");
        }
        return maker.make(type, sizes, strides, memory, memory.start());
    }

    private static DType typeOf(Indexer indexer) {
        if (indexer instanceof DoubleIndexer) {
            return DType.FLOAT64;
        } else if (indexer instanceof FloatIndexer) {
            return DType.FLOAT32;
        } else if (indexer instanceof HalfIndexer) {
            return DType.FLOAT16;
        } else if (indexer instanceof LongIndexer) {
            return DType.INT64;
        } else if (indexer instanceof ULongIndexer) {
            return DType.UINT64;
        } else if (indexer instanceof IntIndexer) {
            return DType.INT32;
        } else if (indexer instanceof UIntIndexer) {
            return DType.UINT32;
        } else if (indexer instanceof ShortIndexer) {
            return DType.INT16;
        } else if (indexer instanceof UShortIndexer) {
            return DType.UINT16;
        } else if (indexer instanceof ByteIndexer) {
            return DType.INT8;
        } else if (indexer instanceof UByteIndexer) {
            return DType.UINT8;
        } else if (indexer instanceof BooleanIndexer) {
            return DType.BOOL;
        }
        throw new IllegalArgumentException(
                "no tensor has elements as a " + indexer.getClass().getSimpleName() + " shows them");
    }
}
