package io.atoll.codec;

/**
 * How values of a type are stored that could not be otherwise, or better: what they are made from is written, and they
 * are made from it again. A class of its own with a constructor without arguments, so that every process can make it;
 * any thread may call it. What a codec throws ends the put or get, with an error that names the codec and the type.
 *
 * @param <T> the type
 * @since 0.1
 */
public interface Codec<T> {
    /**
     * Writes what the value is made from.
     *
     * @param value not null
     * @param out only during this call
     */
    void write(T value, CodecOutput out);

    /**
     * Makes a value from what was written: all of it, read in the same order.
     *
     * @param in only during this call
     * @return the value, not null, of the type that the codec was registered for; views in it share the pin of the object that is being read
     */
    T read(CodecInput in);
}
