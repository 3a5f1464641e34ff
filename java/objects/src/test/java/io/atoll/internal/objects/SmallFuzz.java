package io.atoll.internal.objects;

import io.atoll.internal.memory.Kind;

/** Everything that is not a kind of its own here: the first two bytes are kind and detail. */
public final class SmallFuzz {
    private SmallFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 2) {
            return;
        }
        int kind = data[0] & 0xff;
        boolean own = kind == Kind.ARROW
                || kind == Kind.TENSOR
                || kind == Kind.GRAPH
                || kind == Kind.ERROR
                || kind == Kind.PLAIN;
        Fuzz.get(own ? Kind.BYTES : kind, data[1] & 0xff, data, 2, value -> {});
    }
}
