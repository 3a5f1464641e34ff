package io.atoll.objects;

/** The type of a {@link Tensor}'s elements. */
public enum DType {
    INT8(1),
    INT16(2),
    INT32(4),
    INT64(8),
    UINT8(1),
    UINT16(2),
    UINT32(4),
    UINT64(8),
    /** IEEE 754 binary16. */
    FLOAT16(2),
    FLOAT32(4),
    FLOAT64(8),
    /** One byte each, 0 or 1. */
    BOOL(1),
    /** Real part, then imaginary part, each a float32. */
    COMPLEX64(8),
    /** Real part, then imaginary part, each a float64. */
    COMPLEX128(16);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Width of an element. */
    public int bytes() {
        return bytes;
    }

    /** Whether it is a floating-point number; a complex one is not. */
    public boolean isFloating() {
        return this == FLOAT16 || this == FLOAT32 || this == FLOAT64;
    }

    public boolean isComplex() {
        return this == COMPLEX64 || this == COMPLEX128;
    }

    /** The type of the two parts of a complex type; of any other type itself. */
    public DType part() {
        return this == COMPLEX64 ? FLOAT32 : this == COMPLEX128 ? FLOAT64 : this;
    }

    /** Whether it is an integer without a sign. */
    public boolean isUnsigned() {
        return this == UINT8 || this == UINT16 || this == UINT32 || this == UINT64;
    }

    /** The value of an IEEE 754 binary16 by its bits. Exact. */
    static float halfToFloat(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = half >>> 10 & 0x1f;
        int fraction = half & 0x3ff;
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        int bits = exponent == 0x1f ? 0x7f800000 | fraction << 13 : exponent + 112 << 23 | fraction << 13;
        return Float.intBitsToFloat(sign | bits);
    }

    /** The value of an unsigned 64-bit integer, rounded to a double. */
    static double unsignedToDouble(long bits) {
        if (bits >= 0) {
            return bits;
        }
        return ((bits >>> 1) | (bits & 1)) * 2.0; // the last bit decides the rounding and must not be lost
    }
}
