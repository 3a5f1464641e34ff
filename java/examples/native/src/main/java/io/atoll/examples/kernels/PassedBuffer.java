package io.atoll.examples.kernels;

import java.nio.DoubleBuffer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.Const;
import org.bytedeco.javacpp.annotation.Platform;

/**
 * Native code on the store's own memory: a parameter that is a pointer or a buffer gets a view of what is stored, whatever
 * the argument's ref is to, {@code Atoll.task(PassedBuffer::sum, ref.as(DoublePointer.class), n)}. Nothing is copied, and
 * who writes there ends his worker.
 */
@Platform(include = "passed_buffer.h", library = "atoll-examples-native")
public final class PassedBuffer {
    static {
        Loader.load();
    }

    private PassedBuffer() {}

    public static native double sum(@Const DoublePointer x, long n);

    public static native double sum(@Const DoubleBuffer x, long n);

    /** Where it lies in this process. */
    public static native long addressOf(@Cast("const void*") Pointer x);

    /** As a task that is given all it needs. */
    public static double sumOf(DoublePointer x) {
        return sum(x, x.limit());
    }
}
