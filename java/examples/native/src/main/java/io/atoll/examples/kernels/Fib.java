package io.atoll.examples.kernels;

import java.math.BigInteger;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Platform;

/** One function three times: with objects, with primitive types, and in C++. To a caller they are alike. */
@Platform(include = "fib.h", library = "atoll-examples-native")
public final class Fib {
    static {
        Loader.load();
    }

    private Fib() {}

    /** With numbers that are objects, and never too small. */
    public static BigInteger objects(int n) {
        BigInteger a = BigInteger.ZERO;
        BigInteger b = BigInteger.ONE;
        for (int i = 0; i < n; ++i) {
            BigInteger next = a.add(b);
            a = b;
            b = next;
        }
        return a;
    }

    /** With primitive types; right up to n = 92. */
    public static long typed(int n) {
        long a = 0;
        long b = 1;
        for (int i = 0; i < n; ++i) {
            long next = a + b;
            a = b;
            b = next;
        }
        return a;
    }

    /** In C++; as {@link #typed}. */
    @Name("fib")
    public static native long inCpp(int n);
}
