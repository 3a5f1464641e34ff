package io.atoll.internal.graph;

import java.util.Collection;
import java.util.Map;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.resolver.TypeResolver;
import org.apache.fory.serializer.Serializer;
import org.apache.fory.serializer.collection.CollectionSerializer;
import org.apache.fory.serializer.collection.MapSerializer;

/** Fory takes for a collection only a collection's serializer, and for a map a map's: any other one in that guise. */
@SuppressWarnings({"rawtypes", "unchecked"})
final class Containers {
    private Containers() {}

    /** The serializer itself for a type that is neither. */
    static Serializer as(TypeResolver resolver, Class type, Serializer any) {
        if (Collection.class.isAssignableFrom(type)) {
            return new OfCollection(resolver, type, any);
        }
        return Map.class.isAssignableFrom(type) ? new OfMap(resolver, type, any) : any;
    }

    private static final class OfCollection extends CollectionSerializer<Collection> {
        private final Serializer any;

        OfCollection(TypeResolver resolver, Class type, Serializer any) {
            super(resolver, type, false);
            this.any = any;
        }

        @Override
        public void write(WriteContext context, Collection value) {
            any.write(context, value);
        }

        @Override
        public Collection read(ReadContext context) {
            return (Collection) any.read(context);
        }
    }

    private static final class OfMap extends MapSerializer<Map> {
        private final Serializer any;

        OfMap(TypeResolver resolver, Class type, Serializer any) {
            super(resolver, type, false);
            this.any = any;
        }

        @Override
        public void write(WriteContext context, Map value) {
            any.write(context, value);
        }

        @Override
        public Map read(ReadContext context) {
            return (Map) any.read(context);
        }
    }
}
