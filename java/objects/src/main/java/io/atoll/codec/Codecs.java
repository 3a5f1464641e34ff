package io.atoll.codec;

import io.atoll.internal.codecs.CodecRegistry;
import java.util.Objects;

/**
 * The codecs of this process. What the driver registers, its workers have, also those that run already. Any thread may
 * call any method.
 *
 * @since 0.1
 */
public final class Codecs {
    private Codecs() {}

    /**
     * Says how values of a type, and of its subtypes, are stored from now on. To be called in the driver before the first
     * value of the type is stored; a later call for the same type replaces the codec.
     *
     * @param type a class or an interface; not one that Atoll stores as a view (tensors, tables, vectors, arrays, buffers), nor a
     *     ref, a string or a boxed primitive
     * @param codec of a class with a constructor without arguments, which workers find by its name
     * @throws IllegalArgumentException when the codec's class or the type is not like that
     */
    public static <T> void register(Class<T> type, Codec<? super T> codec) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(codec, "codec");
        if (CodecRegistry.isOurs(type)) {
            throw new IllegalArgumentException(type.getName() + " is stored by Atoll itself and takes no codec");
        }
        try {
            var unused = codec.getClass().getDeclaredConstructor(); // it is there
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(
                    codec.getClass().getName() + " is to be a class with a constructor without arguments (no lambda,"
                            + " no anonymous or inner class), so that workers can make it",
                    e);
        }
        CodecRegistry.register(type, codec);
    }
}
