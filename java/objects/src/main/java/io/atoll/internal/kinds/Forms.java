package io.atoll.internal.kinds;

import io.atoll.internal.memory.Kind;
import io.atoll.internal.memory.RefFactory;
import io.atoll.internal.memory.Source;
import io.atoll.internal.memory.ValueKind;
import io.atoll.tensor.Tensor;
import java.nio.Buffer;

/** Stored values in another form than the one they were put in: views of the same bytes for native code. */
public final class Forms {
    private Forms() {}

    /**
     * What is stored, as an instance of the class.
     *
     * @throws UnsupportedOperationException when it cannot be seen so
     */
    public static Object of(long tag, Source source, RefFactory refs, Class<?> form) {
        int kind = Kind.of(tag);
        if (kind == Kind.TENSOR) {
            return seen((Tensor) ValueKind.tensors().decode(Kind.detail(tag), source), form);
        } else if (kind == Kind.TYPED_BUFFER) {
            return elements(Kind.detail(tag), source, form);
        } else if (kind == Kind.BYTES || (kind >= Kind.BOOLEAN_ARRAY && kind <= Kind.DOUBLE_ARRAY)) {
            return elements(kind, source, form);
        } else if ((kind == Kind.BYTE_BUFFER || kind == Kind.ARROW) && isOfBytes(form)) {
            return elements(Kind.BYTES, source, form);
        }
        Object value = Kinds.decode(tag, source, refs);
        if (!form.isInstance(value)) {
            throw new UnsupportedOperationException(
                    "a stored " + Kind.name(kind) + " cannot be seen as " + form.getTypeName());
        }
        return value;
    }

    private static Object elements(int arrayKind, Source source, Class<?> form) {
        return seen((Tensor) ValueKind.tensors().ofElements(arrayKind, source), form);
    }

    private static Object seen(Tensor tensor, Class<?> form) {
        boolean seen = false;
        try {
            Object view = tensor.as(form);
            seen = true;
            return view;
        } finally {
            if (!seen || isRaw(form)) {
                tensor.close(); // such views have shares of their own
            }
        }
    }

    private static boolean isOfBytes(Class<?> form) {
        return isRaw(form) || form.getName().equals("java.lang.foreign.MemorySegment");
    }

    private static boolean isRaw(Class<?> form) {
        return form.isArray()
                || Buffer.class.isAssignableFrom(form)
                || form.getName().startsWith("org.bytedeco.javacpp.");
    }
}
