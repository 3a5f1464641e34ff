package io.atoll.internal.graph;

import io.atoll.internal.fields.FieldsMark;
import io.atoll.internal.fields.Refusal;
import io.atoll.internal.hooks.HookInput;
import io.atoll.internal.hooks.HookOutput;
import io.atoll.internal.hooks.StreamLayer;
import io.atoll.internal.memory.Unreadable;
import io.atoll.spi.UserThrowables;
import java.io.Externalizable;
import java.io.Serializable;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.reflect.ObjectInstantiator;
import org.apache.fory.resolver.TypeResolver;
import org.apache.fory.serializer.JavaSerializer;
import org.apache.fory.serializer.ObjectSerializer;
import org.apache.fory.serializer.ReplaceResolveSerializer;
import org.apache.fory.serializer.Serializer;
import sun.reflect.ReflectionFactory;

/**
 * Objects whose class has a say in how they are stored, as Java's serialization lets it: {@code writeObject} and
 * {@code readObject}, {@link Externalizable}, {@code writeReplace} and {@code readResolve}.
 */
final class HookSerializers {
    private HookSerializers() {}

    /** Of a Serializable class. */
    static Serializer<?> of(TypeResolver resolver, Class<?> type, GraphLinks links) {
        boolean replaced =
                JavaSerializer.getWriteReplaceMethod(type) != null || JavaSerializer.getReadResolveMethod(type) != null;
        return Containers.as(
                resolver, type, replaced ? new Replaced(resolver, type, links) : whole(resolver, type, links));
    }

    private static boolean mayBeWhole(Class<?> type) {
        return Serializable.class.isAssignableFrom(type)
                && (Externalizable.class.isAssignableFrom(type)
                        || Collection.class.isAssignableFrom(type)
                        || Map.class.isAssignableFrom(type)
                        || StreamLayer.anyHook(type)
                        || JavaSerializer.getReadRefMethod(type) != null
                        || JavaSerializer.getWriteObjectMethod(type) != null);
    }

    @SuppressWarnings("unchecked")
    private static Serializer<?> whole(TypeResolver resolver, Class<?> type, GraphLinks links) {
        return Externalizable.class.isAssignableFrom(type)
                ? new Externals(resolver, (Class<? extends Externalizable>) type, links)
                : new Hooked<>(resolver, type, links);
    }

    private static RuntimeException cannotBeWritten(Object value, Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException unchecked
                ? unchecked
                : new Refusal.Refused(value.getClass(), "its writeObject or writeExternal failed", value, e);
    }

    private static RuntimeException cannotBeRead(Class<?> type, Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException unchecked
                ? unchecked
                : new IllegalStateException(
                        type.getName() + " cannot be made again here: " + UserThrowables.text(e), e);
    }

    /**
     * Class by class, from the topmost one on:
     *
     * <pre>
     *   number of classes | for each: its name, what it has stored
     * </pre>
     */
    private static final class Hooked<T> extends Serializer<T> {
        private static final int HEAD_BYTES = 16;
        private static final int FIELD_BYTES = 8;

        private final GraphLinks links;
        private final List<StreamLayer> layers;
        private final Constructor<?> constructor;
        private final long objectBytes; // or more

        Hooked(TypeResolver resolver, Class<T> type, GraphLinks links) {
            super(resolver.getConfig(), type);
            this.links = links;
            layers = StreamLayer.of(type);
            constructor = ReflectionFactory.getReflectionFactory().newConstructorForSerialization(type);
            if (constructor == null) {
                throw new Refusal.Refused(
                        type,
                        "it has a say in its serialization, and the first of its superclasses that is not Serializable"
                                + " has no constructor without arguments that it may call");
            }
            objectBytes = HEAD_BYTES
                    + FIELD_BYTES
                            * layers.stream()
                                    .mapToLong(layer -> layer.fields().count())
                                    .sum();
        }

        @Override
        public void write(WriteContext context, T value) {
            HookOutput out = links.hookOutput();
            context.writeVarUInt32(layers.size());
            for (StreamLayer layer : layers) {
                out.writeName(context, layer);
                write(context, out, value, layer);
            }
        }

        /** What one class stores; the JDK's containers what they have at one time. */
        private void write(WriteContext context, HookOutput out, T value, StreamLayer layer) {
            Changes changes = Changes.OF_HOOKS.get(layer.type());
            long before = changes == null ? 0 : changes.of(value);
            Throwable failure = null;
            try {
                out.write(context, value, layer);
            } catch (Throwable e) {
                failure = e;
            }
            if (changes != null && !(failure instanceof Error) && changes.of(value) != before) {
                throw GraphLinks.changed(value); // which says more than what an iterator may have thrown
            } else if (failure != null) {
                throw cannotBeWritten(value, failure);
            }
        }

        @Override
        public T read(ReadContext context) {
            HookInput in = links.hookInput();
            context.reserveGraphMemory(objectBytes);
            T value = make();
            context.reference(value);
            int next = 0;
            try {
                for (int left = context.readVarUInt32(); left > 0; left--) {
                    String name = in.readName(context, layers);
                    while (next < layers.size()
                            && !layers.get(next).type().getName().equals(name)) {
                        layers.get(next++).readNothing(value);
                    }
                    if (next == layers.size()) {
                        throw new Unreadable(name + " is a superclass of "
                                + getType().getName() + " where it was written, not here");
                    }
                    in.read(context, value, layers.get(next++));
                }
                while (next < layers.size()) {
                    layers.get(next++).readNothing(value);
                }
            } catch (Throwable e) {
                throw cannotBeRead(getType(), e);
            }
            return value;
        }

        private T make() {
            try {
                return getType().cast(constructor.newInstance());
            } catch (InvocationTargetException e) {
                throw cannotBeRead(getType(), e.getCause());
            } catch (ReflectiveOperationException e) {
                throw cannotBeRead(getType(), e);
            }
        }
    }

    private static final class Externals<T extends Externalizable> extends Serializer<T> {
        private final GraphLinks links;
        private final ObjectInstantiator<T> instantiator;

        Externals(TypeResolver resolver, Class<T> type, GraphLinks links) {
            super(resolver.getConfig(), type);
            this.links = links;
            instantiator = resolver.getObjectInstantiator(type);
        }

        @Override
        public void write(WriteContext context, T value) {
            try {
                links.hookOutput().write(context, value, null);
            } catch (Throwable e) {
                throw cannotBeWritten(value, e);
            }
        }

        @Override
        public T read(ReadContext context) {
            T value = instantiator.newInstance();
            context.reference(value);
            try {
                links.hookInput().read(context, value, null);
            } catch (Throwable e) {
                throw cannotBeRead(getType(), e);
            }
            return value;
        }
    }

    /**
     * Those that put something else in their place. Fory writes each by a serializer of its class, and reads all that
     * have a say in this, not only these, by the one of {@code ReplaceStub}. This one is not of Fory's type: of a final
     * class that is declared as a field Fory would put another in its place, for all objects of the class, that writes
     * what the one of {@code ReplaceStub} does not read.
     */
    static final class Replaced extends Serializer<Object> {
        private final ByFory byFory;

        @SuppressWarnings("unchecked")
        Replaced(TypeResolver resolver, Class<?> type, GraphLinks links) {
            super(resolver.getConfig(), (Class<Object>) type);
            byFory = new ByFory(resolver, type, links);
        }

        @Override
        public void write(WriteContext context, Object value) {
            byFory.write(context, value);
        }

        @Override
        public Object read(ReadContext context) {
            return byFory.read(context);
        }
    }

    private static final class ByFory extends ReplaceResolveSerializer {
        private final GraphLinks links;
        private final Set<Class<?>> seen = new HashSet<>();

        ByFory(TypeResolver resolver, Class<?> type, GraphLinks links) {
            super(resolver, type, false, false); // for no final field, and not to be registered
            this.links = links;
            getMethodInfoCache(type);
        }

        @Override
        protected MethodInfoCache getMethodInfoCache(Class<?> type) {
            MethodInfoCache info = super.getMethodInfoCache(type);
            if (type != ReplaceStub.class && seen.add(type)) {
                info.setObjectSerializer(
                        mayBeWhole(type) ? whole(typeResolver, type, links) : new Fields(typeResolver, type, links));
            }
            return info;
        }
    }

    /** Their fields, by Fory. */
    private static final class Fields extends Serializer<Object> {
        private final TypeResolver resolver;
        private final GraphLinks links;
        private final FieldsMark mark;
        private Serializer<Object> fields; // made when it is needed, since the class may have fields of its own kind

        @SuppressWarnings("unchecked")
        Fields(TypeResolver resolver, Class<?> type, GraphLinks links) {
            super(resolver.getConfig(), (Class<Object>) type);
            this.resolver = resolver;
            this.links = links;
            mark = links.mark(type);
        }

        private Serializer<Object> fields() {
            if (fields == null) {
                PlainObjects.erase(resolver, getType());
                Serializer<Object> known = resolver.getSerializer(getType());
                fields = CheckedField.in(new ObjectSerializer<>(resolver, getType())); // it may make itself known
                resolver.resetSerializer(getType(), known);
            }
            return fields;
        }

        @Override
        public void write(WriteContext context, Object value) {
            mark.write(context, links.graph());
            fields().write(context, value);
        }

        @Override
        public Object read(ReadContext context) {
            mark.read(context, links.graph());
            return fields().read(context);
        }
    }
}
