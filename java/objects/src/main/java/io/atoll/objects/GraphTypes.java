package io.atoll.objects;

import java.util.Map;
import java.util.Random;
import org.apache.fory.config.Config;
import org.apache.fory.resolver.TypeResolver;
import org.apache.fory.serializer.JavaSerializer;
import org.apache.fory.serializer.Serializer;
import org.apache.fory.serializer.SerializerFactory;

/** Chooses how Fory writes a class that it has no serializer for: ours, its own (null), or not at all. */
final class GraphTypes implements SerializerFactory {
    private static final Class<?> IMMUTABLE_ENTRY = Map.entry(1, 1).getClass();

    private final GraphCoder coder;

    GraphTypes(GraphCoder coder) {
        this.coder = coder;
    }

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"})
    public Serializer createSerializer(TypeResolver resolver, Class<?> type) {
        Config config = coder.config();
        if (ObjectCodec.isArrow(type)) {
            return new GraphSerializers.Lifted<>(config, type, coder);
        } else if (Throwable.class.isAssignableFrom(type)) {
            return new GraphSerializers.Throwables<>(config, (Class<? extends Throwable>) type);
        } else if (type == IMMUTABLE_ENTRY) {
            return new GraphSerializers.Entries(config, type);
        } else if (Random.class.isAssignableFrom(type) && type.getClassLoader() == null) {
            return new JavaSerializer(resolver, type);
        }
        String refusal = Refusal.of(type);
        if (refusal != null) {
            throw new Refusal.Refused(type, refusal);
        }
        return null;
    }
}
