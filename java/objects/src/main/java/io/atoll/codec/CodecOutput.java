package io.atoll.codec;

import org.jspecify.annotations.Nullable;

/**
 * Where a {@link Codec} writes. Each item is stored with its kind, one byte, so that the codec that reads is told when it
 * reads otherwise. Used by the thread that called the codec, during that call.
 *
 * @since 0.1
 */
public interface CodecOutput {
    /** @param value takes two bytes */
    void writeBoolean(boolean value);

    /** @param value takes five bytes */
    void writeInt(int value);

    /** @param value takes nine bytes */
    void writeLong(long value);

    /** @param value takes nine bytes, and keeps its bits, also of a NaN */
    void writeDouble(double value);

    /**
     * Writes text, its identity apart: {@link #writeObject} keeps that, and takes null.
     *
     * @param value of any length, not null
     * @throws NullPointerException when it is null
     */
    void writeString(String value);

    /**
     * Writes any value that can be stored, with its identity in the graph: tensors, vectors, buffers and large arrays
     * get a buffer of their own, so that they are copied once, and come back as they would elsewhere in a graph.
     *
     * @param value may be null
     */
    void writeObject(@Nullable Object value);
}
