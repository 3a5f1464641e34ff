package io.atoll.internal.memory;

/** Of arrays of primitives. */
public final class PrimitiveArrays {
    private PrimitiveArrays() {}

    /**
     * The width of an array's elements.
     *
     * @throws IllegalArgumentException when it is no array of primitives
     */
    public static int elementBytes(Class<?> array) {
        Class<?> element = array.getComponentType();
        if (element == byte.class || element == boolean.class) {
            return 1;
        } else if (element == short.class || element == char.class) {
            return 2;
        } else if (element == int.class || element == float.class) {
            return 4;
        } else if (element == long.class || element == double.class) {
            return 8;
        }
        throw new IllegalArgumentException(array.getTypeName() + " is no array of primitives");
    }
}
