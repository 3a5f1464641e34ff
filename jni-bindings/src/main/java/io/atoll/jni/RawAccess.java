package io.atoll.jni;

import java.lang.reflect.Field;
import sun.misc.Unsafe;

/** The JVM's way to memory and fields without checks, for the few classes of ours that need it. */
public final class RawAccess {
    private RawAccess() {}

    public static Unsafe unsafe() {
        try {
            Field field = Unsafe.class.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            return (Unsafe) field.get(null);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
