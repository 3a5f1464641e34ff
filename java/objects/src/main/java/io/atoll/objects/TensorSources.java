package io.atoll.objects;

import io.atoll.DType;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;

/** {@link Tensor#from}. What needs Arrow, JavaCPP or a later JDK is loaded only when such an object is given. */
final class TensorSources {
    private TensorSources() {}

    static Tensor from(Object numbers, long[] shape) {
        Class<?> type = numbers.getClass();
        if (numbers instanceof Tensor tensor) {
            return shape.length == 0 ? tensor : tensor.reshape(shape);
        } else if (type.isArray() && type.getComponentType().isPrimitive()) {
            return Tensor.of(typeOf(type.getComponentType()), numbers, shape);
        } else if (numbers instanceof ByteBuffer buffer) {
            return Tensor.of(DType.INT8, buffer, shape);
        } else if (numbers instanceof DoubleBuffer buffer) {
            return Tensor.of(buffer, shape);
        } else if (numbers instanceof FloatBuffer buffer) {
            return Tensor.of(buffer, shape);
        } else if (numbers instanceof LongBuffer buffer) {
            return Tensor.of(buffer, shape);
        } else if (numbers instanceof IntBuffer buffer) {
            return Tensor.of(buffer, shape);
        } else if (numbers instanceof ShortBuffer buffer) {
            return Tensor.of(buffer, shape);
        } else if (numbers instanceof CharBuffer buffer) {
            return Tensor.of(buffer, shape);
        }
        Tensor tensor = Segments.memory(numbers) != null ? from(DType.INT8, numbers, shape) : null;
        if (tensor == null && ObjectCodec.isArrow(type)) {
            tensor = ArrowTensors.from(numbers, shape);
        }
        if (tensor == null && isNdArray(type)) {
            tensor = NdArrayViews.from(numbers, shape);
        }
        if (tensor == null && isJavaCpp(type)) {
            tensor = JavaCppViews.from(numbers, shape);
        }
        if (tensor == null) {
            throw new IllegalArgumentException("no tensor can be made from a " + type.getTypeName());
        }
        return tensor;
    }

    static Tensor from(DType type, Object bytes, long[] shape) {
        if (bytes instanceof ByteBuffer buffer) {
            return Tensor.of(type, buffer, shape);
        } else if (bytes.getClass().isArray()) {
            return Tensor.of(type, bytes, shape);
        }
        TensorMemory memory = Segments.memory(bytes);
        if (memory == null) {
            throw new IllegalArgumentException("a " + bytes.getClass().getTypeName() + " is not bytes without a type");
        }
        return Tensor.ofMemory(type, memory, Segments.bytes(bytes), shape);
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

    private static DType typeOf(Class<?> element) {
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
}
