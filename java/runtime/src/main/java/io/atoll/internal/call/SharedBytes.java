package io.atoll.internal.call;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Keeps what many have in common once: of calls, all from the demand to the function. One thread. */
public final class SharedBytes {
    /** More are kept by those who have them alone. */
    private static final int MOST = 1024;

    private final Map<ByteBuffer, byte[]> known = new HashMap<>();
    private byte[] last = new byte[0];

    /** The bytes from one index to another; not to be changed. */
    byte[] of(byte[] from, int begin, int end) {
        if (!Arrays.equals(last, 0, last.length, from, begin, end)) {
            byte[] copy = Arrays.copyOfRange(from, begin, end);
            if (known.size() >= MOST) {
                known.clear();
            }
            last = known.computeIfAbsent(ByteBuffer.wrap(copy), key -> copy);
        }
        return last;
    }
}
