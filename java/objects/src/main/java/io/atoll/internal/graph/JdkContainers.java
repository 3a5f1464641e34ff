package io.atoll.internal.graph;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.fory.config.Config;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.memory.MemoryBuffer;
import org.apache.fory.resolver.TypeResolver;
import org.apache.fory.serializer.Serializer;
import org.apache.fory.serializer.collection.MapSerializer;

/** Containers of the JDK of which Fory forgets something. */
final class JdkContainers {
    /** Of {@code List.of}, and of {@code Stream.toList}, which alone may hold nulls. */
    static final Class<?> LIST_N = List.of(1, 2, 3).getClass();

    private JdkContainers() {}

    /** Like Fory's, and says whether the order is that of access. */
    @SuppressWarnings("rawtypes")
    static final class LinkedHashMaps extends MapSerializer<LinkedHashMap> {
        private static final long ACCESS_ORDER = RawFields.offset(LinkedHashMap.class, "accessOrder");
        private static final float LOAD_FACTOR = 0.75f;

        LinkedHashMaps(TypeResolver resolver) {
            super(resolver, LinkedHashMap.class, true);
        }

        @Override
        public Map onMapWrite(WriteContext context, LinkedHashMap map) {
            Map written = super.onMapWrite(context, map);
            context.writeBoolean(RawFields.getBits(map, ACCESS_ORDER, boolean.class) != 0);
            return written;
        }

        @Override
        public LinkedHashMap newMap(ReadContext context, boolean hasBody) {
            MemoryBuffer buffer = context.getBuffer();
            int size = readMapSize(context, buffer, hasBody);
            setNumElements(size);
            boolean byAccess = context.readBoolean();
            LinkedHashMap<?, ?> map = new LinkedHashMap<>((int) (size / LOAD_FACTOR) + 1, LOAD_FACTOR, byAccess);
            context.reference(map);
            return map;
        }
    }

    /** As Fory writes it, or, with nulls, its elements: Fory would make it by {@code List.of}, which takes none. */
    static final class ListsWithNulls extends Serializer<List<Object>> {
        private final Serializer<List<Object>> withoutNulls;

        @SuppressWarnings("unchecked")
        ListsWithNulls(Config config, Serializer<?> withoutNulls) {
            super(config, (Class<List<Object>>) LIST_N);
            this.withoutNulls = (Serializer<List<Object>>) withoutNulls;
        }

        @Override
        public void write(WriteContext context, List<Object> list) {
            boolean hasNulls = false;
            for (Object each : list) { // one of List.of would throw when asked for a null
                hasNulls |= each == null;
            }
            context.writeBoolean(hasNulls);
            if (hasNulls) {
                context.writeRef(list.toArray());
            } else {
                withoutNulls.write(context, list);
            }
        }

        @Override
        public List<Object> read(ReadContext context) {
            return context.readBoolean()
                    ? Stream.of((Object[]) context.readRef()).toList()
                    : withoutNulls.read(context);
        }
    }
}
