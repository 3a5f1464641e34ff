package io.atoll.jni;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import sun.misc.Unsafe;

/**
 * Arrow looks once whether {@code java.nio} is open to it, when its {@code MemoryUtil} is initialized, and does without
 * from then on. A program that has made an allocator before Atoll's library was loaded is given what it would have found.
 */
final class ArrowDoors {
    private static final String MEMORY_UTIL = "org.apache.arrow.memory.util.MemoryUtil";
    /** From which a direct buffer's constructor takes a capacity of 64 bits. */
    private static final int LONG_CAPACITY = 21;

    private ArrowDoors() {}

    /** Does nothing where Arrow has not been used yet: {@code java.nio} must be open by then. */
    static void mend() {
        for (ClassLoader loader = ArrowDoors.class.getClassLoader(); loader != null; loader = loader.getParent()) {
            if (StoreNative.isLoaded(loader, MEMORY_UTIL) != 0) {
                mend(loader);
                return;
            }
        }
    }

    @SuppressWarnings({"deprecation", "removal"})
    private static void mend(ClassLoader loader) {
        try {
            Class<?> arrow = Class.forName(MEMORY_UTIL, true, loader);
            Unsafe unsafe = RawAccess.unsafe();
            Field found = arrow.getDeclaredField("DIRECT_BUFFER_CONSTRUCTOR");
            if (unsafe.getObject(unsafe.staticFieldBase(found), unsafe.staticFieldOffset(found)) != null) {
                return;
            }
            Module own = ArrowDoors.class.getModule();
            if (own.isNamed()) { // the unnamed ones have it open already
                StoreNative.openPackage(Object.class.getModule(), "java.nio", own);
            }
            Class<?> capacity = Runtime.version().feature() >= LONG_CAPACITY ? long.class : int.class;
            Constructor<?> constructor =
                    ByteBuffer.allocateDirect(1).getClass().getDeclaredConstructor(long.class, capacity);
            constructor.setAccessible(true);
            long address = unsafe.objectFieldOffset(Buffer.class.getDeclaredField("address"));
            Field offset = arrow.getDeclaredField("BYTE_BUFFER_ADDRESS_OFFSET");
            unsafe.putLong(unsafe.staticFieldBase(offset), unsafe.staticFieldOffset(offset), address);
            unsafe.putObject(unsafe.staticFieldBase(found), unsafe.staticFieldOffset(found), constructor);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            // another version of Arrow, or a JDK that does not let it: Arrow says which --add-opens it misses
        }
    }
}
