package io.atoll.tensor;

import io.atoll.internal.memory.PrimitiveArrays;
import io.atoll.internal.store.Memory;
import java.lang.ref.Reference;
import java.nio.Buffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@link Tensor#as}. What needs Arrow, JavaCPP or a later JDK is loaded only when it is asked for. */
final class TensorViews {
    private static final List<Class<?>> ARRAYS = List.of(
            double[].class, float[].class, boolean[].class, long[].class, int[].class, short[].class, byte[].class);

    private TensorViews() {}

    static Object of(Grid tensor, Class<?> view) {
        tensor.check();
        Object found = find(tensor, view);
        Reference.reachabilityFence(tensor);
        if (found == null || !view.isInstance(found)) {
            throw new UnsupportedOperationException("a tensor of " + tensor.elementType() + " cannot be seen as "
                    + view.getTypeName()
                    + ", only as "
                    + (found == null ? possible(tensor) : found.getClass().getTypeName()));
        }
        return found;
    }

    /** What fits for certain, by which the rest of {@link Tensor#as}'s table can be found. */
    private static String possible(Grid tensor) {
        DType part = tensor.elementType().part();
        for (Class<?> array : ARRAYS) {
            if (fits(part, array.getComponentType())) {
                return array.getTypeName() + ", or what else Tensor.as has for its type";
            }
        }
        return "what Tensor.as has for its type";
    }

    private static @Nullable Object find(Grid tensor, Class<?> view) {
        if (view.isInstance(tensor)) {
            return tensor;
        } else if (view.isArray()) {
            return view.getComponentType().isPrimitive() ? array(tensor, view) : null;
        } else if (Buffer.class.isAssignableFrom(view)) {
            return RawViews.of(tensor, view);
        } else if (view.getName().equals(Segments.TYPE)) {
            return Segments.of(tensor);
        } else if (view.getName().startsWith("org.apache.arrow.vector.")) {
            return ArrowTensors.of(tensor);
        } else if (view.getName().startsWith(NdArrayViews.PACKAGE)) {
            return NdArrayViews.of(tensor);
        }
        return view.getName().startsWith("org.bytedeco.javacpp.") ? JavaCppViews.of(tensor, view) : null;
    }

    private static boolean fits(DType part, Class<?> element) {
        boolean kind = part == DType.FLOAT64
                ? element == double.class
                : part == DType.FLOAT32
                        ? element == float.class
                        : part == DType.BOOL
                                ? element == boolean.class || element == byte.class
                                : element != double.class && element != float.class && element != boolean.class;
        return kind && PrimitiveArrays.elementBytes(element.arrayType()) == part.bytes();
    }

    private static @Nullable Object array(Grid tensor, Class<?> view) {
        DType part = tensor.elementType().part();
        Class<?> element = view.getComponentType();
        long length = tensor.byteSize() / part.bytes();
        if (!fits(part, element)) {
            return null;
        } else if (length > Integer.MAX_VALUE - 8) {
            throw new UnsupportedOperationException(length + " elements do not fit an array");
        }
        Object array = java.lang.reflect.Array.newInstance(element, (int) length);
        TensorContent.copyRowMajor(tensor, array, Memory.arrayOffset(array));
        return array;
    }
}
