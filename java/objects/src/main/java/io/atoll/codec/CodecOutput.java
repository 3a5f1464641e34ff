package io.atoll.codec;

/** Where a {@link Codec} writes. */
public interface CodecOutput {
    void writeBoolean(boolean value);

    void writeInt(int value);

    void writeLong(long value);

    void writeDouble(double value);

    /** @param value not null */
    void writeString(String value);

    /**
     * Writes any value that can be stored, with its identity in the graph: tensors, vectors, buffers and large arrays
     * get a buffer of their own, so that they are copied once, and come back as they would elsewhere in a graph.
     *
     * @param value may be null
     */
    void writeObject(Object value);
}
