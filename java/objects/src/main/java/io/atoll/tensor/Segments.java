package io.atoll.tensor;

import org.jspecify.annotations.Nullable;

/**
 * Memory segments, which final Java has from 22 on: this class stands in on older JVMs, the one in {@code
 * META-INF/versions/22} knows them.
 */
final class Segments {
    static final String TYPE = "java.lang.foreign.MemorySegment";

    private Segments() {}

    static Object of(Grid tensor) {
        throw new UnsupportedOperationException("a tensor of " + tensor.elementType()
                + " can be seen as a MemorySegment from JDK 22 on, by Atoll's jars, not bare classes; this is JDK "
                + Runtime.version().feature());
    }

    /** Over memory outside the heap that may be written. */
    static Object writable(Grid tensor) {
        return of(tensor);
    }

    /** Null when the object is no segment, as on older JVMs none is. */
    static @Nullable TensorMemory memory(Object segment) {
        return null;
    }

    static long bytes(Object segment) {
        return 0;
    }
}
