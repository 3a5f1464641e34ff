package io.atoll.internal.graph;

import io.atoll.codec.Codec;
import io.atoll.internal.codecs.CodecRegistry;
import io.atoll.internal.memory.ArrowNames;
import java.io.Externalizable;
import java.io.Serializable;
import java.nio.Buffer;
import java.util.Collection;
import java.util.Map;
import java.util.Random;
import java.util.SimpleTimeZone;
import java.util.WeakHashMap;
import org.apache.fory.config.Config;
import org.apache.fory.resolver.TypeResolver;
import org.apache.fory.serializer.JavaSerializer;
import org.apache.fory.serializer.ObjectStreamSerializer;
import org.apache.fory.serializer.Serializer;
import org.apache.fory.serializer.SerializerFactory;
import org.apache.fory.serializer.collection.MapSerializer;

/** Chooses how Fory writes a class that it has no serializer for: ours, its own (null), or not at all. */
public final class GraphTypes implements SerializerFactory {
    private final Config config;
    private final GraphLinks links;

    GraphTypes(Config config, GraphLinks links) {
        this.config = config;
        this.links = links;
    }

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"})
    public Serializer createSerializer(TypeResolver resolver, Class<?> type) {
        Codec<?> codec = (Codec<?>) CodecRegistry.of(type);
        if (codec != null) {
            return Containers.as(resolver, type, new GraphSerializers.Coded<>(config, type, codec));
        } else if (ArrowNames.isArrow(type) || Buffer.class.isAssignableFrom(type)) {
            return new GraphSerializers.Lifted<>(config, type, links);
        } else if (Throwable.class.isAssignableFrom(type)) {
            return ThrowableSerializer.hasHooks(type)
                    ? new JavaBytes.InGraph<>(config, type)
                    : new ThrowableSerializer<>(config, (Class<? extends Throwable>) type);
        } else if (GraphSerializers.Entries.areOf(type)) {
            return new GraphSerializers.Entries(config, type);
        } else if (type == WeakHashMap.class) {
            return new MapSerializer(resolver, type);
        } else if (isByJava(type)) {
            return new JavaBytes.InGraph<>(config, type);
        } else if (isOwnContainer(type)) {
            return Containers.as(resolver, type, new ObjectStreamSerializer(resolver, type));
        }
        if (Externalizable.class.isAssignableFrom(type)) {
            return Externals.serializer(resolver, type);
        }
        Serializer view = CollectionViews.serializer(config, type);
        if (view != null) {
            return Containers.as(resolver, type, view);
        }
        String refusal = Refusal.of(type);
        if (refusal != null) {
            throw new Refusal.Refused(type, refusal);
        }
        return null;
    }

    /** Which way objects of a class take that is not Fory's own; null for those that take it. */
    public static String otherWay(Class<?> type) {
        Codec<?> codec = (Codec<?>) CodecRegistry.of(type);
        if (codec != null) {
            return "goes through the codec " + codec.getClass().getName();
        } else if (isByJava(type) || type == SimpleTimeZone.class) {
            return "goes through Java serialization";
        } else if (Throwable.class.isAssignableFrom(type)) {
            return ThrowableSerializer.hasHooks(type)
                    ? "goes through Java serialization"
                    : "is written field by field, with its stack trace";
        }
        return isOwnContainer(type) ? "is written as Java serialization writes it" : null;
    }

    /** The JDK's that are Serializable, and that Fory does not bring back. */
    static boolean isByJava(Class<?> type) {
        return Random.class.isAssignableFrom(type) && type.getClassLoader() == null;
    }

    /**
     * A collection or map of the user's that extends one of the JDK's: Fory would call its constructor, which may put
     * elements in before those that are stored; as Java serializes it, it does not run.
     */
    private static boolean isOwnContainer(Class<?> type) {
        if (type.getClassLoader() == null
                || !Serializable.class.isAssignableFrom(type)
                || Externalizable.class.isAssignableFrom(type)
                || !Collection.class.isAssignableFrom(type) && !Map.class.isAssignableFrom(type)
                || JavaSerializer.getWriteReplaceMethod(type) != null
                || JavaSerializer.getReadResolveMethod(type) != null) {
            return false;
        }
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            if (each.getClassLoader() == null) {
                return Serializable.class.isAssignableFrom(each);
            }
        }
        return false;
    }
}
