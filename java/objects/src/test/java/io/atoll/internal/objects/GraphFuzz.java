package io.atoll.internal.objects;

import io.atoll.internal.memory.Kind;

/** Graphs: the first byte says whether they have parts. */
public final class GraphFuzz {
    private GraphFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        Fuzz.get(Kind.GRAPH, data.length == 0 ? 0 : data[0] & 1, data, 1, value -> {});
    }
}
