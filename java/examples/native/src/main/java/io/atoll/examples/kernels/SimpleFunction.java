package io.atoll.examples.kernels;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.annotation.Platform;

/** A native function of numbers is a task as it is: {@code Atoll.task(SimpleFunction::sumOfThree, 1L, 2L, 3L)}. */
@Platform(include = "simple_function.h", library = "atoll-examples-native")
public final class SimpleFunction {
    static {
        Loader.load();
    }

    private SimpleFunction() {}

    public static native long sumOfThree(long x, long y, long z);
}
