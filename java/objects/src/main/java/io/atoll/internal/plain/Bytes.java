package io.atoll.internal.plain;

import java.util.Arrays;

/** Bytes that grow as they are written; numbers are little-endian. Used by one thread. */
final class Bytes {
    private static final int FIRST = 128;
    private static final int MOST = Integer.MAX_VALUE - 8;
    private static final int VAR_BYTES = 10;

    private byte[] bytes = new byte[FIRST];
    private int length;

    byte[] array() {
        return bytes;
    }

    int length() {
        return length;
    }

    private void reserve(long more) {
        long needed = length + more;
        if (needed > bytes.length) {
            if (needed > MOST) {
                throw NotPlain.INSTANCE;
            }
            bytes = Arrays.copyOf(bytes, (int) Math.min(MOST, Math.max(needed, 2L * bytes.length)));
        }
    }

    void put(byte value) {
        reserve(1);
        bytes[length++] = value;
    }

    /** The low bytes of a number. */
    void put(long value, int width) {
        reserve(width);
        for (int i = 0; i < width; i++) {
            bytes[length++] = (byte) (value >> (8 * i));
        }
    }

    void put(byte[] all) {
        reserve(all.length);
        System.arraycopy(all, 0, bytes, length, all.length);
        length += all.length;
    }

    /** Seven bits a byte, the low ones first. */
    void putVar(long value) {
        reserve(VAR_BYTES);
        long left = value;
        while ((left & ~0x7fL) != 0) {
            bytes[length++] = (byte) (left | 0x80);
            left >>>= 7;
        }
        bytes[length++] = (byte) left;
    }

    /** The same, short for small negative numbers, too. */
    void putSigned(long value) {
        putVar(value << 1 ^ value >> 63);
    }

    /** With its tag. */
    void putString(String text) {
        int chars = text.length();
        reserve(1L + VAR_BYTES + chars);
        int start = length;
        bytes[length++] = Tags.LATIN1;
        putVar(chars);
        for (int i = 0; i < chars; i++) {
            char c = text.charAt(i);
            if (c > 0xff) {
                length = start;
                putUtf16(text);
                return;
            }
            bytes[length++] = (byte) c;
        }
    }

    private void putUtf16(String text) {
        int chars = text.length();
        reserve(1L + VAR_BYTES + 2L * chars);
        bytes[length++] = Tags.UTF16;
        putVar(chars);
        for (int i = 0; i < chars; i++) {
            char c = text.charAt(i);
            bytes[length++] = (byte) c;
            bytes[length++] = (byte) (c >> 8);
        }
    }
}
