package io.atoll.examples.kernels;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.annotation.Const;
import org.bytedeco.javacpp.annotation.Platform;

/** What {@link MaskedLog} calls. By itself, as {@link RbfKernel}. */
@Platform(include = "masked_log.h", library = "atoll-examples-native")
public final class MaskedLogKernel {
    static {
        Loader.load();
    }

    private MaskedLogKernel() {}

    public static native void maskedLog(@Const DoublePointer x, DoublePointer y, long n, double fill);
}
