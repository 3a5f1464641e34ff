package io.atoll.internal.objects;

import io.atoll.internal.memory.Kind;

/** Tables, batches and vectors: the first byte is the detail, the others are the object. */
public final class ArrowFuzz {
    private ArrowFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        long before = Fuzz.pins();
        Fuzz.get(Kind.ARROW, data.length == 0 ? 0 : data[0] & 3, data, 1, Fuzz::readArrow);
        Fuzz.checkPins(before);
    }
}
