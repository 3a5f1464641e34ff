package io.atoll.internal.store;

import io.atoll.jni.NativeLibrary;
import io.atoll.jni.RawAccess;
import io.atoll.jni.StoreNative;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import sun.misc.Unsafe;

/**
 * Reads and writes memory by its address, or an array's by the array and a byte offset from its start. Nothing is
 * checked here: callers have compared what they ask for with a size. Numbers are in the machine's byte order, which is
 * little-endian on every platform we have. For our own modules only, not part of the API.
 */
public final class Memory {
    private static final Unsafe UNSAFE = RawAccess.unsafe();

    /** From here on a native copy is faster than the JVM's own; see os/copy.h. */
    private static final long LARGE = 1 << 20;

    private Memory() {}

    /** Where the first byte of a primitive array's elements lies, to be added to a byte offset with the array as base. */
    public static long arrayOffset(Object array) {
        return UNSAFE.arrayBaseOffset(array.getClass());
    }

    public static byte getByte(@Nullable Object base, long address) {
        return UNSAFE.getByte(base, address);
    }

    public static short getShort(@Nullable Object base, long address) {
        return UNSAFE.getShort(base, address);
    }

    public static int getInt(@Nullable Object base, long address) {
        return UNSAFE.getInt(base, address);
    }

    public static long getLong(@Nullable Object base, long address) {
        return UNSAFE.getLong(base, address);
    }

    public static float getFloat(@Nullable Object base, long address) {
        return UNSAFE.getFloat(base, address);
    }

    public static double getDouble(@Nullable Object base, long address) {
        return UNSAFE.getDouble(base, address);
    }

    public static byte getByte(long address) {
        return UNSAFE.getByte(address);
    }

    public static int getInt(long address) {
        return UNSAFE.getInt(address);
    }

    public static long getLong(long address) {
        return UNSAFE.getLong(address);
    }

    public static void putByte(long address, byte value) {
        UNSAFE.putByte(address, value);
    }

    public static void putShort(long address, short value) {
        UNSAFE.putShort(address, value);
    }

    public static void putInt(long address, int value) {
        UNSAFE.putInt(address, value);
    }

    public static void putLong(long address, long value) {
        UNSAFE.putLong(address, value);
    }

    /** Copies bytes; a null base says that its number is a plain address. */
    public static void copy(@Nullable Object fromBase, long from, @Nullable Object toBase, long to, long bytes) {
        if (bytes >= LARGE && toBase == null) {
            NativeLibrary.load();
            StoreNative.copy(fromBase, fromBase == null ? from : from - arrayOffset(fromBase), to, bytes);
        } else if (bytes > 0) {
            UNSAFE.copyMemory(fromBase, from, toBase, to, bytes);
        }
    }

    /** Fills memory outside the heap with one byte. */
    public static void fill(long address, long bytes, byte value) {
        if (bytes > 0) {
            UNSAFE.setMemory(address, bytes, value);
        }
    }

    /** Copies a whole primitive array to memory outside the heap. */
    public static void copyFromArray(Object array, long bytes, long to) {
        copy(array, arrayOffset(array), null, to, bytes);
    }

    /** Copies memory outside the heap into the start of a primitive array. */
    public static void copyToArray(long from, Object array, long bytes) {
        copy(null, from, array, arrayOffset(array), bytes);
    }

    /** New memory outside the heap, not cleared; {@link #free} it. */
    public static long allocate(long bytes) {
        return UNSAFE.allocateMemory(bytes);
    }

    public static void free(long address) {
        UNSAFE.freeMemory(address);
    }

    /**
     * A direct buffer over memory that stays its owner's, in the machine's byte order. It keeps nothing alive; slices
     * and views made from it keep it alive.
     */
    public static ByteBuffer buffer(long address, long bytes) {
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    bytes + " bytes do not fit a ByteBuffer, which holds at most " + Integer.MAX_VALUE);
        }
        NativeLibrary.load();
        return Buffers.at(address, (int) bytes).order(ByteOrder.nativeOrder());
    }

    /**
     * Makes direct buffers as slices of one over nothing, which then get their address and keep nothing that theirs are to keep:
     * by JNI it takes half a microsecond longer.
     */
    private static final class Buffers {
        private static final ByteBuffer NOTHING = StoreNative.newDirectByteBuffer(UNSAFE.pageSize(), Integer.MAX_VALUE);
        private static final long ADDRESS = offset(Buffer.class, "address");
        /** What was made of a buffer refers to this of it, or, when that is null, to the buffer. */
        private static final long ATTACHMENT = offset(NOTHING.getClass(), "att");

        private static final boolean CAN_SLICE =
                ADDRESS >= 0 && ATTACHMENT >= 0 && UNSAFE.getLong(NOTHING, ADDRESS) == UNSAFE.pageSize();

        static ByteBuffer at(long address, int bytes) {
            if (!CAN_SLICE) {
                return StoreNative.newDirectByteBuffer(address, bytes);
            }
            ByteBuffer slice = NOTHING.slice(0, bytes);
            UNSAFE.putLong(slice, ADDRESS, address);
            UNSAFE.putObject(slice, ATTACHMENT, null);
            UNSAFE.storeFence(); // as after a constructor's final fields, whoever gets it in whatever way
            return slice;
        }

        /** Negative in a JDK whose buffers have no such field. */
        @SuppressWarnings({"deprecation", "removal"})
        private static long offset(Class<?> type, String field) {
            try {
                return UNSAFE.objectFieldOffset(type.getDeclaredField(field));
            } catch (NoSuchFieldException e) {
                return -1;
            }
        }
    }

    /** Where a direct buffer's byte number 0 lies. */
    public static long addressOf(ByteBuffer direct) {
        NativeLibrary.load();
        return StoreNative.addressOf(direct);
    }

    /** Zeroed memory outside the heap, which lives as long as its buffer. */
    static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    /** The text as C wants it. */
    static ByteBuffer cString(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a zero in " + text);
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = direct(utf8.length + 1);
        bytes.put(0, utf8);
        return bytes;
    }
}
