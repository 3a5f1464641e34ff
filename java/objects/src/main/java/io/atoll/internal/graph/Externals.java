package io.atoll.internal.graph;

import java.io.Externalizable;
import java.io.IOException;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.io.MemoryBufferObjectInput;
import org.apache.fory.io.MemoryBufferObjectOutput;
import org.apache.fory.resolver.TypeResolver;
import org.apache.fory.serializer.ExternalizableSerializer;
import org.apache.fory.serializer.JavaSerializer;
import org.apache.fory.serializer.ReplaceResolveSerializer;
import org.apache.fory.serializer.Serializer;

/** Externalizables. Fory has one stream for all of a class, which ends when one of them inside another does. */
final class Externals extends ExternalizableSerializer<Externalizable> {
    @SuppressWarnings({"rawtypes", "unchecked"})
    private Externals(TypeResolver resolver, Class<?> type) {
        super(resolver, (Class) type);
    }

    static Serializer<?> serializer(TypeResolver resolver, Class<?> type) {
        boolean replaced =
                JavaSerializer.getWriteReplaceMethod(type) != null || JavaSerializer.getReadResolveMethod(type) != null;
        return replaced ? new Replaced(resolver, type) : new Externals(resolver, type);
    }

    @Override
    public void write(WriteContext context, Externalizable value) {
        MemoryBufferObjectOutput out = new MemoryBufferObjectOutput(config, null);
        out.setWriteContext(context);
        try {
            value.writeExternal(out);
        } catch (IOException e) {
            throw new Refusal.Refused(getType(), "its writeExternal failed", value, e);
        }
    }

    @Override
    public Externalizable read(ReadContext context) {
        Externalizable value = objectInstantiator.newInstance();
        context.reference(value);
        MemoryBufferObjectInput in = new MemoryBufferObjectInput(config, null);
        in.setReadContext(context);
        try {
            value.readExternal(in);
        } catch (IOException | ClassNotFoundException e) {
            throw new IllegalStateException(getType().getName() + " cannot be made again here: " + e, e);
        }
        return value;
    }

    /**
     * Those that put something else in their place. Fory writes each by a serializer of its class, and reads all that
     * have a say in this, not only these, by the one of {@code ReplaceStub}.
     */
    static final class Replaced extends ReplaceResolveSerializer {
        Replaced(TypeResolver resolver, Class<?> type) {
            super(resolver, type);
            getMethodInfoCache(type);
        }

        @Override
        protected MethodInfoCache getMethodInfoCache(Class<?> type) {
            MethodInfoCache info = super.getMethodInfoCache(type);
            if (Externalizable.class.isAssignableFrom(type) && !(info.objectSerializer() instanceof Externals)) {
                info.setObjectSerializer(new Externals(typeResolver, type));
            }
            return info;
        }
    }
}
