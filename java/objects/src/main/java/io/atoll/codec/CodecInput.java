package io.atoll.codec;

/** Where a {@link Codec} reads, in the order in which it wrote. */
public interface CodecInput {
    boolean readBoolean();

    int readInt();

    long readLong();

    double readDouble();

    String readString();

    /** What {@link CodecOutput#writeObject} wrote: tensors, vectors and byte buffers as read-only views. */
    Object readObject();
}
