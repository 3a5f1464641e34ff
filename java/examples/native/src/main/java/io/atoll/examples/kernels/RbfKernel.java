package io.atoll.examples.kernels;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.annotation.Const;
import org.bytedeco.javacpp.annotation.Platform;

/** What {@link Rbf} calls. By itself, since JavaCPP's plugin reads such classes without their dependencies, Atoll's included. */
@Platform(include = "rbf.h", library = "atoll-examples-native")
public final class RbfKernel {
    static {
        Loader.load();
    }

    private RbfKernel() {}

    public static native void rbfRows(
            @Const DoublePointer x, long n, long d, double gamma, long from, long to, DoublePointer out);
}
