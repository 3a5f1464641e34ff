package io.atoll.codec;

import org.jspecify.annotations.Nullable;

/**
 * Where a {@link Codec} reads what it wrote: the same items in the same order, all of them. Reading another kind of item
 * than was written, or beyond the last, ends the read with a {@link io.atoll.StoreException} that says which. Used by the
 * thread that called the codec, during that call.
 *
 * @since 0.1
 */
public interface CodecInput {
    /** @return what {@link CodecOutput#writeBoolean} wrote */
    boolean readBoolean();

    /** @return what {@link CodecOutput#writeInt} wrote */
    int readInt();

    /** @return what {@link CodecOutput#writeLong} wrote */
    long readLong();

    /** @return what {@link CodecOutput#writeDouble} wrote, to the bit */
    double readDouble();

    /** @return what {@link CodecOutput#writeString} wrote; never null */
    String readString();

    /** @return what {@link CodecOutput#writeObject} wrote, or null; tensors, vectors and byte buffers as read-only views */
    @Nullable
    Object readObject();
}
