package io.atoll.internal.objects;

import io.atoll.internal.memory.Kind;

/** Tensor messages; what is left pinned is a buffer's, which only the collector ends. */
public final class TensorFuzz {
    private TensorFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        Fuzz.get(Kind.TENSOR, 0, data, 0, Fuzz::readTensor);
    }
}
