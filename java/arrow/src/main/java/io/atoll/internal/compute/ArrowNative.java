package io.atoll.internal.compute;

import org.jspecify.annotations.Nullable;

/**
 * The native methods of the glue over Arrow C++: {@code native/src/arrow/compute/jni.cc}. REQUIRES: {@link ArrowLibrary#load}.
 * Any thread.
 */
final class ArrowNative {
    private ArrowNative() {}

    /** Where what a function gives is written: called by native code. */
    interface Sink {
        /**
         * The address of a new object of so many bytes; what was begun before is given up.
         *
         * @param mayWait for room; else it is 0 when there is none at once
         */
        long begin(long bytes, boolean mayWait);

        /** Whether a query is to stop. */
        boolean isInterrupted();
    }

    /**
     * Calls a function.
     *
     * @param inputs tag, address and size of each, which stay pinned until this returns
     * @param columns for each the name of a column, or null
     * @param result gets the kind of what the function gives, its bits, or how many bytes the sink's last object has, and how
     *     many were copied
     * @return the text of a string
     * @throws io.atoll.arrow.ArrowException what Arrow says
     */
    static native byte @Nullable [] call(
            byte[] function,
            byte @Nullable [] options,
            long[] inputs,
            byte @Nullable [][] columns,
            Sink sink,
            int threads,
            long[] result);

    /**
     * Runs a query, as {@link #call} calls a function.
     *
     * @param code of {@link QueryWriter}
     * @throws io.atoll.arrow.ArrowException what Arrow says; Cancelled when the sink has said so
     */
    static native void query(byte[] code, long[] inputs, Sink sink, int threads, long[] result);

    /** A line for each function. */
    static native byte[] functions();

    /** Of each pool of threads that calls with several CPUs, and queries, have made: how many it may have, and has begun. */
    static native long[] pools();
}
