package io.atoll.examples.kernels;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.annotation.Platform;

/** What C++ throws comes out of {@code get} as the cause of a {@code TaskException}, with its text. */
@Platform(include = "thrown.h", library = "atoll-examples-native")
public final class Thrown {
    static {
        Loader.load();
    }

    private Thrown() {}

    /** @throws RuntimeException a {@code std::domain_error}: of a negative number */
    public static native double squareRoot(double x);
}
