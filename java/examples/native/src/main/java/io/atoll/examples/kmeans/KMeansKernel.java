package io.atoll.examples.kmeans;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.annotation.Const;
import org.bytedeco.javacpp.annotation.CriticalRegion;
import org.bytedeco.javacpp.annotation.Platform;

/** The C++ function. By itself, since JavaCPP's plugin reads such classes without their dependencies. */
@Platform(include = "kmeans.h", library = "atoll-examples-native")
public final class KMeansKernel {
    static {
        Loader.load();
    }

    private KMeansKernel() {}

    /** Of rows in memory of the store. */
    public static native void addToCentres(
            @Const DoublePointer rows, long n, @Const double[] gains, @Const double[] centres, long k, double[] sums);

    /** Of rows on the heap, which are not copied either. */
    @CriticalRegion
    public static native void addToCentres(
            @Const double[] rows, long n, @Const double[] gains, @Const double[] centres, long k, double[] sums);
}
