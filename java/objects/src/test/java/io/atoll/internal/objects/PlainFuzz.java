package io.atoll.internal.objects;

import io.atoll.internal.memory.Kind;

/** Plain values. */
public final class PlainFuzz {
    private PlainFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        Fuzz.get(Kind.PLAIN, 0, data, 0, value -> {});
    }
}
