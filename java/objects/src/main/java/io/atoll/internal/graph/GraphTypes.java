package io.atoll.internal.graph;

import io.atoll.internal.codecs.CodecRegistry;
import io.atoll.internal.fields.Refusal;
import io.atoll.internal.hooks.StreamLayer;
import io.atoll.internal.memory.ArrowNames;
import java.io.Externalizable;
import java.io.Serializable;
import java.lang.reflect.Proxy;
import java.nio.Buffer;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TimeZone;
import java.util.WeakHashMap;
import org.apache.fory.config.Config;
import org.apache.fory.resolver.TypeResolver;
import org.apache.fory.serializer.ExternalizableSerializer;
import org.apache.fory.serializer.JavaSerializer;
import org.apache.fory.serializer.ObjectSerializer;
import org.apache.fory.serializer.ObjectStreamSerializer;
import org.apache.fory.serializer.ReplaceResolveSerializer;
import org.apache.fory.serializer.Serializer;
import org.apache.fory.serializer.SerializerFactory;
import org.apache.fory.serializer.collection.CollectionSerializers.DefaultJavaCollectionSerializer;
import org.apache.fory.serializer.collection.CollectionSerializers.JDKCompatibleCollectionSerializer;
import org.apache.fory.serializer.collection.MapSerializers.DefaultJavaMapSerializer;
import org.apache.fory.serializer.collection.MapSerializers.IdentityHashMapSerializer;
import org.apache.fory.serializer.collection.MapSerializers.JDKCompatibleMapSerializer;

/** Chooses how Fory writes a class that it has no serializer for: ours, its own (null), or not at all. */
public final class GraphTypes implements SerializerFactory {
    /** Fory's for what Java serializes by a class's own methods. */
    private static final Set<Class<?>> BY_HOOKS = Set.of(
            ObjectStreamSerializer.class,
            ReplaceResolveSerializer.class,
            ExternalizableSerializer.class,
            JDKCompatibleCollectionSerializer.class,
            JDKCompatibleMapSerializer.class,
            IdentityHashMapSerializer.class);

    /** Fory's for containers that it does not know: by their fields, over what their constructors have made. */
    private static final Set<Class<?>> BY_CONSTRUCTORS =
            Set.of(DefaultJavaCollectionSerializer.class, DefaultJavaMapSerializer.class);

    private final Config config;
    private final GraphLinks links;
    private final PlainObjects plain;
    private Class<?> leftToFory;

    GraphTypes(Config config, GraphLinks links, PlainObjects plain) {
        this.config = config;
        this.links = links;
        this.plain = plain;
    }

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"})
    public Serializer createSerializer(TypeResolver resolver, Class<?> type) {
        if (type == leftToFory) {
            return null;
        }
        links.met(type);
        CodecRegistry.Registered codec = CodecRegistry.of(type);
        if (codec != null) {
            return Containers.as(resolver, type, new CodecSerializer<>(config, type, links.coded(type, codec)));
        } else if (ArrowNames.isArrow(type) || Buffer.class.isAssignableFrom(type)) {
            return new GraphSerializers.Lifted<>(config, type, links);
        } else if (Throwable.class.isAssignableFrom(type)) {
            return ThrowableSerializer.hasHooks(type)
                    ? new JavaBytes.InGraph<>(config, type)
                    : new ThrowableSerializer<>(config, (Class<? extends Throwable>) type, links);
        } else if (GraphSerializers.Entries.areOf(type)) {
            return new GraphSerializers.Entries(config, type);
        } else if (type == WeakHashMap.class) {
            return new JdkContainers.WeakHashMaps(resolver);
        } else if (EnumSet.class.isAssignableFrom(type)) {
            return new JdkContainers.EnumSets(resolver, (Class) type);
        } else if (isByJava(type)) {
            return new JavaBytes.InGraph<>(config, type);
        } else if (isOwnContainer(type) || Externalizable.class.isAssignableFrom(type)) {
            return HookSerializers.of(resolver, type, links);
        }
        Serializer view = CollectionViews.serializer(config, type);
        if (view != null) {
            return Containers.as(resolver, type, view);
        }
        Serializer ours = Singletons.isOne(type) ? new Singletons<>(config, type) : JdkValues.serializer(config, type);
        if (ours != null) {
            return ours;
        }
        String refusal = refusal(type);
        if (refusal != null) {
            throw new Refusal.Refused(type, refusal);
        }
        return object(resolver, type);
    }

    /** Of a class that has a say in it: what it says. Of another that is not the JDK's: its fields. */
    private Serializer<?> object(TypeResolver resolver, Class<?> type) {
        boolean own = !isOfJdk(type) && !type.isArray() && !isMadeByForyAlone(type);
        Class<?> forys = own && StreamLayer.anyHook(type) ? null : forysChoice(resolver, type);
        boolean hooks = forys == null || BY_HOOKS.contains(forys);
        own &= hooks || !isContainer(type) || BY_CONSTRUCTORS.contains(forys);
        if (own) {
            plain.allocate(resolver, type);
        }
        if (hooks) {
            return HookSerializers.of(resolver, type, links);
        } else if (own) {
            return plain.serializer(resolver, type);
        }
        return forys == ObjectSerializer.class ? CheckedField.in(new ObjectSerializer<>(resolver, type)) : null;
    }

    /** What Fory would take if we had nothing: it asks us first. */
    private Class<?> forysChoice(TypeResolver resolver, Class<?> type) {
        Class<?> outer = leftToFory;
        leftToFory = type;
        try {
            return resolver.getSerializerClass(type);
        } finally {
            leftToFory = outer;
        }
    }

    private static boolean isOfJdk(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader == null || loader == ClassLoader.getPlatformClassLoader();
    }

    /** Whether Fory tells objects of a class by more than its hooks. */
    private static boolean isMadeByForyAlone(Class<?> type) {
        return type.isHidden()
                || Proxy.isProxyClass(type)
                || Enum.class.isAssignableFrom(type)
                || Charset.class.isAssignableFrom(type);
    }

    private static boolean isContainer(Class<?> type) {
        return Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type);
    }

    /** Why objects of a class cannot be stored; null when they can as far as the class tells. */
    static String refusal(Class<?> type) {
        return CodecRegistry.of(type) != null
                        || CollectionViews.has(type)
                        || JdkValues.has(type)
                        || GraphSerializers.Entries.areOf(type)
                ? null
                : Refusal.of(type);
    }

    /** Which way objects of a class take that is not Fory's own; null for those that take it. */
    public static String otherWay(Class<?> type) {
        CodecRegistry.Registered codec = CodecRegistry.of(type);
        if (codec != null) {
            return "goes through the codec " + codec.codec().getClass().getName();
        } else if (isByJava(type)) {
            return "goes through Java serialization";
        } else if (Throwable.class.isAssignableFrom(type)) {
            return ThrowableSerializer.hasHooks(type)
                    ? "goes through Java serialization"
                    : "is written field by field, with its stack trace";
        }
        return isOwnContainer(type) ? "is written as Java serialization writes it" : null;
    }

    /**
     * Serializable by what the JDK writes, not by their fields, and not brought back by Fory: generators, calendars (all
     * of them Gregorian for it), time zones (by their name alone), and what users derive from the like.
     */
    static boolean isByJava(Class<?> type) {
        return Random.class.isAssignableFrom(type)
                || Calendar.class.isAssignableFrom(type)
                || TimeZone.class.isAssignableFrom(type)
                || (!isOfJdk(type)
                        && !isContainer(type)
                        && Serializable.class.isAssignableFrom(type)
                        && extendsOneOfOtherFields(type));
    }

    /** Whether a class of the JDK among its superclasses says itself which fields are stored. */
    private static boolean extendsOneOfOtherFields(Class<?> type) {
        for (Class<?> each = type; each != Object.class; each = each.getSuperclass()) {
            if (isOfJdk(each)
                    && Arrays.stream(each.getDeclaredFields())
                            .anyMatch(field -> field.getName().equals("serialPersistentFields"))) {
                return true;
            }
        }
        return false;
    }

    /**
     * A collection or map of the user's that extends one of the JDK's: Fory would call its constructor, which may put
     * elements in before those that are stored; as Java serializes it, it does not run.
     */
    private static boolean isOwnContainer(Class<?> type) {
        if (type.getClassLoader() == null
                || isMadeByForyAlone(type)
                || !Serializable.class.isAssignableFrom(type)
                || Externalizable.class.isAssignableFrom(type)
                || !isContainer(type)
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
