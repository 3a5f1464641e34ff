package io.atoll.internal.memory;

/**
 * What an object's tag says about its bytes. The low 8 bits are the kind, the next 24 belong to the kind (an element
 * type, an encoding), the upper 32 are zero: those of programs in other languages, which mean nothing here, have some of
 * them set. The numbers are part of the stored form: they are never given a second
 * meaning.
 */
public final class Kind {
    /** Plain bytes; also what a native program stores that says nothing else. Comes back as {@code byte[]}. */
    public static final int BYTES = 0;

    public static final int NULL = 1;
    public static final int BOOLEAN = 2;
    public static final int BYTE = 3;
    public static final int SHORT = 4;
    public static final int CHAR = 5;
    public static final int INT = 6;
    public static final int LONG = 7;
    public static final int FLOAT = 8;
    public static final int DOUBLE = 9;
    /** UTF-8; detail {@link #UTF_16} where that cannot carry it (half a surrogate pair). */
    public static final int STRING = 10;

    public static final int BOOLEAN_ARRAY = 11;
    public static final int SHORT_ARRAY = 12;
    public static final int CHAR_ARRAY = 13;
    public static final int INT_ARRAY = 14;
    public static final int LONG_ARRAY = 15;
    public static final int FLOAT_ARRAY = 16;
    public static final int DOUBLE_ARRAY = 17;
    /** The remaining bytes; detail {@link #LITTLE_ENDIAN} is its byte order. */
    public static final int BYTE_BUFFER = 18;
    /** An {@code ObjectRef}: 16 bytes of id, which is also the one contained id. */
    public static final int REF = 19;

    /** An Arrow Tensor IPC message. */
    public static final int TENSOR = 20;
    /** An Arrow IPC stream; the detail says what it comes back as. */
    public static final int ARROW = 21;
    /** A graph of objects by Apache Fory; detail {@link #PARTS} when it has lifted parts. */
    public static final int GRAPH = 22;
    /** What a task threw; the detail says whether it is there as a graph. */
    public static final int ERROR = 23;
    /** The remaining elements of an {@code XxxBuffer}, little-endian; the detail is the kind of array of its elements. */
    public static final int TYPED_BUFFER = 24;
    /** A value of simple shape: a record, a list, a map and the like, by code of ours. */
    public static final int PLAIN = 25;

    public static final int UTF_16 = 1;
    public static final int LITTLE_ENDIAN = 1;
    public static final int PARTS = 1;

    private static final String[] NAMES = {
        "byte[]",
        "null",
        "Boolean",
        "Byte",
        "Short",
        "Character",
        "Integer",
        "Long",
        "Float",
        "Double",
        "String",
        "boolean[]",
        "short[]",
        "char[]",
        "int[]",
        "long[]",
        "float[]",
        "double[]",
        "ByteBuffer",
        "ObjectRef",
        "Arrow tensor",
        "Arrow stream",
        "graph",
        "error",
        "typed buffer",
        "plain value"
    };

    private Kind() {}

    public static long tag(int kind, int detail) {
        return kind | (long) detail << 8;
    }

    public static int of(long tag) {
        return (int) (tag & 0xff);
    }

    public static int detail(long tag) {
        return (int) (tag >>> 8) & 0xffffff;
    }

    /** Whether a value of Java's may have it. */
    public static boolean isOurs(long tag) {
        return tag >>> 32 == 0 && of(tag) < NAMES.length;
    }

    /** For people. */
    public static String name(int kind) {
        return kind >= 0 && kind < NAMES.length ? NAMES[kind] : "kind " + kind;
    }
}
