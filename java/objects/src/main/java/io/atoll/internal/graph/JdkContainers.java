package io.atoll.internal.graph;

import io.atoll.internal.fields.RawFields;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.WeakHashMap;
import java.util.stream.Stream;
import org.apache.fory.Fory;
import org.apache.fory.config.Config;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.memory.MemoryBuffer;
import org.apache.fory.resolver.TypeResolver;
import org.apache.fory.serializer.Serializer;
import org.apache.fory.serializer.collection.CollectionSerializers;
import org.apache.fory.serializer.collection.MapSerializer;
import org.apache.fory.serializer.collection.MapSerializers;

/** Containers of the JDK of which Fory forgets something, or does not notice that they are changed meanwhile. */
final class JdkContainers {
    /** Of {@code List.of}, and of {@code Stream.toList}, which alone may hold nulls. */
    private static final Class<?> LIST_N = List.of(1, 2, 3).getClass();

    private static final float LOAD_FACTOR = 0.75f;

    private JdkContainers() {}

    /** In the place of Fory's own. */
    static void register(Fory fory, GraphLinks links) {
        TypeResolver resolver = fory.getTypeResolver();
        fory.registerSerializer(HashMap.class, new HashMaps(resolver, links));
        fory.registerSerializer(TreeMap.class, new TreeMaps(resolver, links));
        fory.registerSerializer(LinkedHashMap.class, new LinkedHashMaps(resolver, links));
        fory.registerSerializer(EnumMap.class, new EnumMaps(resolver));
        ChangedCollections.register(fory, links);
        fory.registerSerializer(
                LIST_N,
                Containers.as(resolver, LIST_N, new ListsWithNulls(fory.getConfig(), fory.getSerializer(LIST_N))));
    }

    /** Like Fory's, and notices when a map is changed meanwhile: its size is written before its entries are. */
    @SuppressWarnings("rawtypes")
    private static final class HashMaps extends MapSerializer<HashMap> {
        private final GraphLinks links;

        HashMaps(TypeResolver resolver, GraphLinks links) {
            super(resolver, HashMap.class, true);
            this.links = links;
        }

        @Override
        public Map onMapWrite(WriteContext context, HashMap map) {
            links.watch(map, Changes.OF_HASH_MAPS);
            return super.onMapWrite(context, map);
        }

        @Override
        public HashMap newMap(ReadContext context, boolean hasBody) {
            int size = readMapSize(context, context.getBuffer(), hasBody);
            setNumElements(size);
            HashMap<?, ?> map = new HashMap<>((int) (size / LOAD_FACTOR) + 1, LOAD_FACTOR);
            context.reference(map);
            return map;
        }
    }

    /** The same. */
    @SuppressWarnings("rawtypes")
    private static final class TreeMaps extends MapSerializers.SortedMapSerializer<TreeMap> {
        private final GraphLinks links;

        TreeMaps(TypeResolver resolver, GraphLinks links) {
            super(resolver, TreeMap.class);
            this.links = links;
        }

        @Override
        public Map onMapWrite(WriteContext context, TreeMap map) {
            links.watch(map, Changes.OF_TREE_MAPS);
            return super.onMapWrite(context, map);
        }
    }

    /** The same, and says whether the order is that of access. */
    @SuppressWarnings("rawtypes")
    private static final class LinkedHashMaps extends MapSerializer<LinkedHashMap> {
        private static final long ACCESS_ORDER = RawFields.offset(LinkedHashMap.class, "accessOrder");

        private final GraphLinks links;

        LinkedHashMaps(TypeResolver resolver, GraphLinks links) {
            super(resolver, LinkedHashMap.class, true);
            this.links = links;
        }

        @Override
        public Map onMapWrite(WriteContext context, LinkedHashMap map) {
            links.watch(map, Changes.OF_HASH_MAPS);
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

    /** Of a copy: no count tells that its map was changed. */
    @SuppressWarnings("rawtypes")
    private static final class EnumMaps extends MapSerializers.EnumMapSerializer {
        EnumMaps(TypeResolver resolver) {
            super(resolver);
        }

        @Override
        public Map onMapWrite(WriteContext context, EnumMap map) {
            return super.onMapWrite(context, map.clone());
        }
    }

    /** Of a copy: entries go when their keys do, without a change. */
    @SuppressWarnings("rawtypes")
    static final class WeakHashMaps extends MapSerializer<WeakHashMap> {
        WeakHashMaps(TypeResolver resolver) {
            super(resolver, WeakHashMap.class);
        }

        @Override
        @SuppressWarnings("unchecked")
        public Map onMapWrite(WriteContext context, WeakHashMap map) {
            Map copy = new LinkedHashMap(map);
            context.getBuffer().writeVarUInt32Small7(copy.size());
            return copy;
        }
    }

    /** Of a copy, as well. */
    @SuppressWarnings("rawtypes")
    static final class EnumSets extends CollectionSerializers.EnumSetSerializer {
        EnumSets(TypeResolver resolver, Class<EnumSet> type) {
            super(resolver, type);
        }

        @Override
        public void write(WriteContext context, EnumSet set) {
            super.write(context, set.clone());
        }
    }

    /** As Fory writes it, or, with nulls, its elements: Fory would make it by {@code List.of}, which takes none. */
    private static final class ListsWithNulls extends Serializer<List<Object>> {
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
