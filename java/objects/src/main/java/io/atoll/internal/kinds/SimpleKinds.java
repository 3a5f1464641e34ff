package io.atoll.internal.kinds;

import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.memory.Source;
import io.atoll.internal.store.Memory;
import java.nio.charset.StandardCharsets;

/** Null, boxed values and strings. */
public final class SimpleKinds {
    private SimpleKinds() {}

    /** Null when the value is of another kind. */
    public static Encoded encode(Object value) {
        if (value == null) {
            return new Fixed(Kind.NULL, 0, 0);
        } else if (value instanceof String v) {
            return encode(v);
        } else if (value instanceof Integer v) {
            return new Fixed(Kind.INT, 4, v);
        } else if (value instanceof Long v) {
            return new Fixed(Kind.LONG, 8, v);
        } else if (value instanceof Double v) {
            return new Fixed(Kind.DOUBLE, 8, Double.doubleToRawLongBits(v));
        } else if (value instanceof Boolean v) {
            return new Fixed(Kind.BOOLEAN, 1, v ? 1 : 0);
        } else if (value instanceof Float v) {
            return new Fixed(Kind.FLOAT, 4, Float.floatToRawIntBits(v));
        } else if (value instanceof Short v) {
            return new Fixed(Kind.SHORT, 2, v);
        } else if (value instanceof Byte v) {
            return new Fixed(Kind.BYTE, 1, v);
        } else if (value instanceof Character v) {
            return new Fixed(Kind.CHAR, 2, v);
        }
        return null;
    }

    private static Encoded encode(String value) {
        if (hasHalfPair(value)) {
            byte[] bytes = new byte[value.length() * 2];
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                bytes[2 * i] = (byte) c;
                bytes[2 * i + 1] = (byte) (c >> 8);
            }
            return new Bytes(Kind.tag(Kind.STRING, Kind.UTF_16), bytes);
        }
        return new Bytes(Kind.tag(Kind.STRING, 0), value.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean hasHalfPair(String value) {
        int length = value.length();
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                if (Character.isLowSurrogate(c) || i + 1 == length || !Character.isLowSurrogate(value.charAt(i + 1))) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    static Object decode(int kind, int detail, Source source) {
        switch (kind) {
            case Kind.NULL:
                return null;
            case Kind.BOOLEAN:
                return number(source, 1) != 0;
            case Kind.BYTE:
                return (byte) number(source, 1);
            case Kind.SHORT:
                return (short) number(source, 2);
            case Kind.CHAR:
                return (char) number(source, 2);
            case Kind.INT:
                return (int) number(source, 4);
            case Kind.LONG:
                return number(source, 8);
            case Kind.FLOAT:
                return Float.intBitsToFloat((int) number(source, 4));
            case Kind.DOUBLE:
                return Double.longBitsToDouble(number(source, 8));
            case Kind.STRING:
                return string(detail, source);
            default:
                throw source.damaged("kind " + kind + " is not a simple one");
        }
    }

    private static long number(Source source, int bytes) {
        if (source.size() != bytes) {
            throw source.damaged("a number of " + bytes + " bytes is expected");
        }
        source.addCopied(bytes);
        switch (bytes) {
            case 1:
                return Memory.getByte(source.address());
            case 2:
                return Memory.getShort(null, source.address());
            case 4:
                return Memory.getInt(source.address());
            default:
                return Memory.getLong(source.address());
        }
    }

    private static String string(int detail, Source source) {
        byte[] bytes = source.copyOut(0, source.size());
        if (detail != Kind.UTF_16) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        char[] chars = new char[bytes.length / 2];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = (char) ((bytes[2 * i] & 0xff) | (bytes[2 * i + 1] << 8));
        }
        return new String(chars);
    }

    private static final class Fixed extends Encoded {
        private final long bits;

        Fixed(int kind, int size, long bits) {
            super(Kind.tag(kind, 0), size);
            this.bits = bits;
        }

        @Override
        public void writeTo(long address) {
            switch ((int) size()) {
                case 0:
                    return;
                case 1:
                    Memory.putByte(address, (byte) bits);
                    return;
                case 2:
                    Memory.putShort(address, (short) bits);
                    return;
                case 4:
                    Memory.putInt(address, (int) bits);
                    return;
                default:
                    Memory.putLong(address, bits);
            }
        }
    }

    /** Bytes that are made already. */
    public static final class Bytes extends Encoded {
        private final byte[] bytes;

        public Bytes(long tag, byte[] bytes) {
            super(tag, bytes.length);
            this.bytes = bytes;
        }

        @Override
        public void writeTo(long address) {
            Memory.copyFromArray(bytes, bytes.length, address);
        }
    }
}
