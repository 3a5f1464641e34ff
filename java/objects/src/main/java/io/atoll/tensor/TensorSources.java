package io.atoll.tensor;

import io.atoll.internal.memory.ArrowNames;
import io.atoll.internal.memory.PrimitiveArrays;
import java.lang.reflect.Array;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.Objects;

/** {@link Tensor#from}. What needs Arrow, JavaCPP or a later JDK is loaded only when such an object is given. */
final class TensorSources {
    private TensorSources() {}

    static <T> T from(Object numbers, long[] shape, Maker<T> maker) {
        Objects.requireNonNull(numbers, "numbers");
        Class<?> type = numbers.getClass();
        if (type.isArray() && type.getComponentType().isPrimitive()) {
            return ofArray(typeOf(type.getComponentType()), numbers, shape, maker);
        } else if (numbers instanceof Buffer buffer) {
            return ofBuffer(typeOf(buffer), buffer, shape, maker);
        }
        T tensor = Segments.memory(numbers) != null ? from(DType.INT8, numbers, shape, maker) : null;
        if (tensor == null && ArrowNames.isArrow(type)) {
            tensor = ArrowTensors.from(numbers, shape, maker);
        }
        if (tensor == null && isNdArray(type)) {
            tensor = NdArrayViews.from(numbers, shape, maker);
        }
        if (tensor == null && isJavaCpp(type)) {
            tensor = JavaCppViews.from(numbers, shape, maker);
        }
        if (tensor == null) {
            throw new IllegalArgumentException("no tensor can be made from a " + type.getTypeName()
                    + ", only from arrays and buffers of numbers, Arrow vectors, JavaCPP pointers and indexers, NdArrays"
                    + " and, from JDK 22 on, memory segments");
        }
        return tensor;
    }

    static <T> T from(DType type, Object bytes, long[] shape, Maker<T> maker) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(bytes, "bytes");
        if (bytes instanceof ByteBuffer buffer) {
            return ofBuffer(type, buffer, shape, maker);
        } else if (bytes.getClass().isArray()) {
            return ofArray(type, bytes, shape, maker);
        }
        TensorMemory memory = Segments.memory(bytes);
        if (memory == null) {
            throw new IllegalArgumentException("a " + bytes.getClass().getTypeName() + " is not bytes without a type");
        }
        return maker.over(type, memory, Segments.bytes(bytes), shape);
    }

    static <T> T ofArray(DType type, Object primitiveArray, long[] shape, Maker<T> maker) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(primitiveArray, "primitiveArray");
        int width = PrimitiveArrays.elementBytes(primitiveArray.getClass());
        DType element = typeOf(primitiveArray.getClass().getComponentType());
        if (!holds(element, type.part())) {
            throw new IllegalArgumentException("the elements of a "
                    + primitiveArray.getClass().getSimpleName() + " are " + element + ", and cannot be taken for "
                    + type
                    + ": that is made from a " + sourcesOf(type.part()));
        }
        long bytes = (long) width * Array.getLength(primitiveArray);
        return maker.over(type, TensorMemory.ofArray(primitiveArray), bytes, shape);
    }

    /** Whether numbers of a type may lie in an array of these elements: its own, or what Java has no arrays of. */
    private static boolean holds(DType element, DType type) {
        return element == type
                || type.isUnsigned()
                        && type.bytes() == element.bytes()
                        && !element.isFloating()
                        && element != DType.BOOL
                || type == DType.FLOAT16 && element.bytes() == type.bytes();
    }

    private static String sourcesOf(DType type) {
        return switch (type) {
            case INT8, UINT8 -> "byte[]";
            case INT16 -> "short[]";
            case UINT16, FLOAT16 -> "short[] or char[]";
            case INT32, UINT32 -> "int[]";
            case INT64, UINT64 -> "long[]";
            case BOOL -> "boolean[]";
            case FLOAT32, COMPLEX64 -> "float[]";
            case FLOAT64, COMPLEX128 -> "double[]";
        };
    }

    /** @param type of as many bytes as the buffer's elements have, or any for a {@code ByteBuffer} */
    static <T> T ofBuffer(DType type, Buffer data, long[] shape, Maker<T> maker) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(data, "data");
        int width = data instanceof ByteBuffer ? 1 : type.bytes();
        return maker.over(type, TensorMemory.of(data), (long) width * data.remaining(), shape);
    }

    /** Whether objects of a class are NdArrays: told by name and here, since the library may not be there. */
    private static boolean isNdArray(Class<?> type) {
        if (type == null) {
            return false;
        }
        for (Class<?> each : type.getInterfaces()) {
            if (each.getName().equals(NdArrayViews.PACKAGE + "NdArray") || isNdArray(each)) {
                return true;
            }
        }
        return isNdArray(type.getSuperclass());
    }

    private static boolean isJavaCpp(Class<?> type) {
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            if (each.getName().startsWith("org.bytedeco.javacpp.")) {
                return true;
            }
        }
        return false;
    }

    static DType typeOf(Class<?> element) {
        if (element == double.class) {
            return DType.FLOAT64;
        } else if (element == float.class) {
            return DType.FLOAT32;
        } else if (element == long.class) {
            return DType.INT64;
        } else if (element == int.class) {
            return DType.INT32;
        } else if (element == short.class) {
            return DType.INT16;
        } else if (element == char.class) {
            return DType.UINT16;
        }
        return element == boolean.class ? DType.BOOL : DType.INT8;
    }

    private static DType typeOf(Buffer buffer) {
        if (buffer instanceof DoubleBuffer) {
            return DType.FLOAT64;
        } else if (buffer instanceof FloatBuffer) {
            return DType.FLOAT32;
        } else if (buffer instanceof LongBuffer) {
            return DType.INT64;
        } else if (buffer instanceof IntBuffer) {
            return DType.INT32;
        } else if (buffer instanceof ShortBuffer) {
            return DType.INT16;
        }
        return buffer instanceof CharBuffer ? DType.UINT16 : DType.INT8;
    }
}
