package io.atoll.tensor;

/**
 * The type of a tensor's elements.
 *
 * @since 0.1
 */
public enum DType {
    /** Signed, 8 bits. */
    INT8(1),
    /** Signed, 16 bits. */
    INT16(2),
    /** Signed, 32 bits. */
    INT32(4),
    /** Signed, 64 bits. */
    INT64(8),
    /** Unsigned, 8 bits. */
    UINT8(1),
    /** Unsigned, 16 bits. */
    UINT16(2),
    /** Unsigned, 32 bits. */
    UINT32(4),
    /** Unsigned, 64 bits. */
    UINT64(8),
    /** IEEE 754 binary16. */
    FLOAT16(2),
    /** IEEE 754 binary32. */
    FLOAT32(4),
    /** IEEE 754 binary64. */
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

    /**
     * Width of an element.
     *
     * @return in bytes, a complex number's for both parts
     */
    public int bytes() {
        return bytes;
    }

    /**
     * Whether it is a floating-point number.
     *
     * @return false for a complex one
     */
    public boolean isFloating() {
        return this == FLOAT16 || this == FLOAT32 || this == FLOAT64;
    }

    /**
     * Whether it has a real and an imaginary part.
     *
     * @return true for the two complex types
     */
    public boolean isComplex() {
        return this == COMPLEX64 || this == COMPLEX128;
    }

    /**
     * The type of the two parts of a complex type.
     *
     * @return this type itself when it is not complex
     */
    public DType part() {
        return this == COMPLEX64 ? FLOAT32 : this == COMPLEX128 ? FLOAT64 : this;
    }

    /**
     * Whether it is an integer without a sign.
     *
     * @return false for bool
     */
    public boolean isUnsigned() {
        return this == UINT8 || this == UINT16 || this == UINT32 || this == UINT64;
    }
}
