package io.atoll.internal.graph;

import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.internal.fields.Refusal;
import io.atoll.internal.memory.PrimitiveArrays;
import io.atoll.internal.memory.Unreadable;
import java.io.Serializable;
import java.util.AbstractMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.fory.config.Config;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.serializer.Serializer;

/** Serializers of ours inside a graph. Those that collect or look up something do so at the links of their graph. */
final class GraphSerializers {
    private GraphSerializers() {}

    /** Refs: their ids lie in the graph and in the list of contained ids. */
    @SuppressWarnings("rawtypes")
    static final class Refs extends Serializer<ObjectRef> {
        private final GraphLinks links;

        Refs(Config config, GraphLinks links) {
            super(config, ObjectRef.class);
            this.links = links;
        }

        @Override
        public void write(WriteContext context, ObjectRef ref) {
            ObjectId id;
            try {
                id = io.atoll.spi.Refs.idToStore(ref);
            } catch (IllegalStateException e) {
                throw new Refusal.Misuse(e);
            }
            links.contain(id);
            context.writeInt64(id.store());
            context.writeInt64(id.place());
        }

        @Override
        public ObjectRef read(ReadContext context) {
            return links.adopt(new ObjectId(context.readInt64(), context.readInt64()));
        }
    }

    /** What always has a buffer of its own: tensors, vectors, byte buffers. */
    static final class Lifted<T> extends Serializer<T> {
        private final GraphLinks links;

        Lifted(Config config, Class<T> type, GraphLinks links) {
            super(config, type);
            this.links = links;
        }

        @Override
        public void write(WriteContext context, T value) {
            context.writeVarUInt32(links.lift(value));
        }

        @Override
        @SuppressWarnings("unchecked")
        public T read(ReadContext context) {
            return (T) links.part(context.readVarUInt32());
        }
    }

    /** Primitive arrays: small ones in line, as Fory does it, others lifted. */
    static final class Arrays<T> extends Serializer<T> {
        /** From so many bytes on an array has a buffer of its own. */
        static final long LIFTED_BYTES = 1024;

        private final GraphLinks links;
        private final Serializer<T> inline;
        private final int elementBytes;

        Arrays(Config config, Class<T> type, Serializer<T> inline, GraphLinks links) {
            super(config, type);
            this.links = links;
            this.inline = inline;
            this.elementBytes = PrimitiveArrays.elementBytes(type);
        }

        @Override
        public void write(WriteContext context, T array) {
            boolean lifted = (long) java.lang.reflect.Array.getLength(array) * elementBytes >= LIFTED_BYTES;
            context.writeBoolean(lifted);
            if (lifted) {
                context.writeVarUInt32(links.lift(array));
            } else {
                inline.write(context, array);
            }
        }

        @Override
        @SuppressWarnings("unchecked")
        public T read(ReadContext context) {
            return context.readBoolean() ? (T) links.part(context.readVarUInt32()) : inline.read(context);
        }
    }

    /** Classes, by their name: Fory refuses to read some back that it has written. */
    @SuppressWarnings("rawtypes")
    static final class Classes extends Serializer<Class> {
        private static final Map<String, Class<?>> PRIMITIVES = Stream.of(
                        boolean.class,
                        byte.class,
                        short.class,
                        char.class,
                        int.class,
                        long.class,
                        float.class,
                        double.class,
                        void.class)
                .collect(Collectors.toMap(Class::getName, Function.identity()));

        private final GraphLinks links;

        Classes(Config config, GraphLinks links) {
            super(config, Class.class);
            this.links = links;
        }

        @Override
        public void write(WriteContext context, Class type) {
            if (type.isHidden()) {
                throw new Refusal.Refused(type, "a hidden class has no name that finds it", type);
            }
            if (!type.isPrimitive()) {
                links.checkAllowed(type.getName());
            }
            context.writeString(type.getName());
        }

        @Override
        public Class read(ReadContext context) {
            String name = context.readString();
            Class<?> primitive = PRIMITIVES.get(name);
            if (primitive != null) {
                return primitive;
            }
            links.checkAllowed(name);
            try {
                return Class.forName(name, false, links.loader());
            } catch (ClassNotFoundException e) {
                throw new Unreadable(name + " is not on the class path here", e);
            }
        }
    }

    /** Fory makes them only when their content is there, so that none could contain itself. */
    @SuppressWarnings({"rawtypes", "unchecked"})
    static final class References extends Serializer<AtomicReference> {
        References(Config config) {
            super(config, AtomicReference.class);
        }

        @Override
        public void write(WriteContext context, AtomicReference reference) {
            context.writeRef(reference.get());
        }

        @Override
        public AtomicReference read(ReadContext context) {
            AtomicReference reference = new AtomicReference();
            context.reference(reference);
            reference.set(context.readRef());
            return reference;
        }
    }

    /** {@code Map.entry}, and the entries of the JDK's maps, which come back without their map. */
    @SuppressWarnings("rawtypes")
    static final class Entries extends Serializer<Map.Entry> {
        private static final Class<?> IMMUTABLE = Map.entry(1, 1).getClass();

        @SuppressWarnings("unchecked")
        Entries(Config config, Class<?> type) {
            super(config, (Class<Map.Entry>) type);
        }

        /** Those of some maps are Serializable themselves. */
        static boolean areOf(Class<?> type) {
            return Map.Entry.class.isAssignableFrom(type)
                    && type.getName().startsWith("java.util.")
                    && !Serializable.class.isAssignableFrom(type);
        }

        @Override
        public void write(WriteContext context, Map.Entry entry) {
            context.writeRef(entry.getKey());
            context.writeRef(entry.getValue());
        }

        @Override
        public Map.Entry read(ReadContext context) {
            Object key = context.readRef();
            Object value = context.readRef();
            return getType() == IMMUTABLE ? Map.entry(key, value) : new AbstractMap.SimpleEntry<>(key, value);
        }
    }
}
