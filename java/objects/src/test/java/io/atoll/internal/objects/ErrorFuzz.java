package io.atoll.internal.objects;

/** What tasks throw: the first byte says whether it is there as a graph. */
public final class ErrorFuzz {
    private ErrorFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        Fuzz.error(data.length == 0 ? 0 : data[0] & 1, data, 1);
    }
}
