package com.example.kernel;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.Const;
import org.bytedeco.javacpp.annotation.Platform;

/** The kernels of smooth.h. By themselves: JavaCPP's plugin reads this class without Atoll's on its class path. */
@Platform(include = "smooth.h")
final class SmoothKernel {
    static {
        Loader.load();
    }

    private SmoothKernel() {}

    static native void smooth(@Const DoublePointer x, DoublePointer y, long n, long width);

    static native void histogram(long store, long place, long bins, @Cast("int64_t*") long[] id);
}
