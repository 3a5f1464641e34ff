package io.atoll.tensor;

import io.atoll.internal.memory.PrimitiveArrays;
import io.atoll.store.Memory;
import java.lang.ref.Reference;
import java.nio.Buffer;

/** {@link Tensor#as}. What needs Arrow, JavaCPP or a later JDK is loaded only when it is asked for. */
final class TensorViews {
    private TensorViews() {}

    static Object of(Grid tensor, Class<?> view) {
        tensor.memory().check();
        Object found = find(tensor, view);
        Reference.reachabilityFence(tensor);
        if (found == null || !view.isInstance(found)) {
            throw new UnsupportedOperationException("a tensor of " + tensor.elementType() + " cannot be seen as "
                    + view.getTypeName()
                    + (found == null ? "" : ", only as " + found.getClass().getTypeName()));
        }
        return found;
    }

    private static Object find(Grid tensor, Class<?> view) {
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

    private static Object array(Grid tensor, Class<?> view) {
        DType part = tensor.elementType().part();
        Class<?> element = view.getComponentType();
        boolean fits = part == DType.FLOAT64
                ? element == double.class
                : part == DType.FLOAT32
                        ? element == float.class
                        : part == DType.BOOL
                                ? element == boolean.class || element == byte.class
                                : element != double.class && element != float.class && element != boolean.class;
        long length = tensor.byteSize() / part.bytes();
        Object array = fits ? java.lang.reflect.Array.newInstance(element, 0) : null;
        if (array == null || PrimitiveArrays.elementBytes(array.getClass()) != part.bytes()) {
            return null;
        } else if (length > Integer.MAX_VALUE - 8) {
            throw new UnsupportedOperationException(length + " elements do not fit an array");
        }
        array = java.lang.reflect.Array.newInstance(element, (int) length);
        TensorContent.copyRowMajor(tensor, array, Memory.arrayOffset(array));
        return array;
    }
}
