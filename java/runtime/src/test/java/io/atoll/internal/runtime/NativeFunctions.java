package io.atoll.internal.runtime;

import java.nio.DoubleBuffer;
import java.nio.file.Path;

/** A static native method of our own; its library lies beside the test's classes. */
public final class NativeFunctions {
    static {
        System.load(library().toString());
    }

    private NativeFunctions() {}

    static Path library() {
        try {
            return Path.of(NativeFunctions.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .resolve("libnative-functions.so");
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of two direct buffers. */
    public static native double dot(DoubleBuffer x, DoubleBuffer y);

    /** Writes to the first element. */
    public static native void scribble(DoubleBuffer x);

    /** Steps of the Collatz sequence down to 1. */
    public static native int collatz(long start);
}
