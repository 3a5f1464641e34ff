package io.atoll.internal.memory;

import java.lang.reflect.Constructor;

/**
 * How the values of an exported package become bytes and come back. The package keeps its kind to itself: it is found
 * here by its name, which also loads Arrow's classes only when such a value is there. Any thread.
 */
public abstract class ValueKind {
    /** Null when the value is of another kind. */
    public abstract Encoded encode(Object value);

    /** @param detail of the tag that {@link #encode} gave */
    public abstract Object decode(int detail, Source source);

    /**
     * Elements that lie one after the other, as a value of this package: a tensor of one axis.
     *
     * @param arrayKind {@link Kind} of the array that would hold them
     */
    public Object ofElements(int arrayKind, Source source) {
        throw new UnsupportedOperationException(getClass() + " shows no elements of kind " + Kind.name(arrayKind));
    }

    /** Of {@code io.atoll.tensor}. */
    public static ValueKind tensors() {
        return Tensors.KIND;
    }

    /** Of {@code io.atoll.table}: tables, batches and vectors. */
    public static ValueKind tables() {
        return Tables.KIND;
    }

    private static final class Tensors {
        static final ValueKind KIND = make("io.atoll.tensor.TensorKind");
    }

    private static final class Tables {
        static final ValueKind KIND = make("io.atoll.table.ArrowKind");
    }

    private static ValueKind make(String name) {
        try {
            Constructor<?> constructor = Class.forName(name).getDeclaredConstructor();
            constructor.setAccessible(true);
            return (ValueKind) constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(name + " is a class of this jar", e);
        }
    }
}
