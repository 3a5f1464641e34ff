package io.atoll.internal.plain;

import java.lang.reflect.Array;

/** Primitives as bits. */
final class Widths {
    private Widths() {}

    /** In bytes. */
    static int of(Class<?> primitive) {
        if (primitive == boolean.class || primitive == byte.class) {
            return 1;
        } else if (primitive == short.class || primitive == char.class) {
            return 2;
        }
        return primitive == int.class || primitive == float.class ? 4 : 8;
    }

    static long bits(Object array, int index, Class<?> component) {
        if (component == boolean.class) {
            return Array.getBoolean(array, index) ? 1 : 0;
        } else if (component == char.class) {
            return Array.getChar(array, index);
        } else if (component == float.class) {
            return Float.floatToRawIntBits(Array.getFloat(array, index));
        }
        return component == double.class
                ? Double.doubleToRawLongBits(Array.getDouble(array, index))
                : Array.getLong(array, index);
    }

    static Object boxed(long bits, Class<?> primitive) {
        if (primitive == boolean.class) {
            return bits != 0;
        } else if (primitive == byte.class) {
            return (byte) bits;
        } else if (primitive == short.class) {
            return (short) bits;
        } else if (primitive == char.class) {
            return (char) bits;
        } else if (primitive == int.class) {
            return (int) bits;
        } else if (primitive == long.class) {
            return bits;
        }
        return primitive == float.class
                ? (Object) Float.intBitsToFloat((int) bits)
                : (Object) Double.longBitsToDouble(bits);
    }
}
