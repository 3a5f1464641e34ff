package io.atoll.internal.graph;

import io.atoll.StoreException;
import io.atoll.codec.Codec;
import io.atoll.internal.codecs.CodecRegistry;
import io.atoll.internal.fields.Refusal;
import io.atoll.internal.graph.CodecItems.Misread;
import io.atoll.spi.UserThrowables;
import org.apache.fory.config.Config;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.serializer.Serializer;

/**
 * By a codec of the user's. What the codec throws, reads otherwise than it wrote, or gives, is told as its own; what is
 * thrown by the values that it writes or reads as objects is told as theirs.
 */
final class CodecSerializer<T> extends Serializer<T> {
    private static final String HALF = "an object of its that failed, so that it is not whole";

    private final Codec<T> codec;
    /** What it gives is one of these: a codec for an interface may make other classes than it was given. */
    private final Class<?> registered;

    @SuppressWarnings("unchecked")
    CodecSerializer(Config config, Class<T> type, CodecRegistry.Registered found) {
        super(config, type);
        codec = (Codec<T>) found.codec();
        registered = found.type();
    }

    @Override
    public void write(WriteContext context, T value) {
        CodecItems.Output out = new CodecItems.Output(context);
        try {
            codec.write(value, out);
        } catch (Throwable e) {
            if (e instanceof VirtualMachineError || out.isInside(e)) {
                throw e;
            }
            throw new Refusal.Refused(getType(), what("writing") + " threw", value, e);
        }
        if (out.thrown() != null) {
            throw new Refusal.Refused(getType(), what("writing") + " took no notice of " + HALF, value, out.thrown());
        }
        out.end();
    }

    @Override
    public T read(ReadContext context) {
        CodecItems.Input in = new CodecItems.Input(context);
        Object value;
        try {
            value = codec.read(in);
            if (in.thrown() == null) {
                in.end();
            }
        } catch (Misread e) {
            throw new StoreException(what("reading") + " " + e.getMessage(), e);
        } catch (Throwable e) {
            if (e instanceof VirtualMachineError || in.isInside(e)) {
                throw e;
            }
            throw new StoreException(what("reading") + " threw " + UserThrowables.text(e), e);
        }
        if (in.thrown() != null) {
            throw new StoreException(
                    what("reading") + " took no notice of " + HALF + ": " + UserThrowables.text(in.thrown()),
                    in.thrown());
        }
        if (!registered.isInstance(value)) {
            throw new StoreException(what("reading") + " gave "
                    + (value == null ? "null" : "a " + value.getClass().getTypeName())
                    + ": it must give a " + registered.getTypeName());
        }
        @SuppressWarnings("unchecked") // or another subtype, as the registration allows
        T read = (T) value;
        return read;
    }

    private String what(String doing) {
        return "codec " + codec.getClass().getName() + ", " + doing + " a "
                + getType().getTypeName() + ",";
    }
}
