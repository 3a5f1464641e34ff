package io.atoll.internal.graph;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentHashMap.KeySetView;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.fory.config.Config;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.exception.InsecureException;
import org.apache.fory.serializer.Serializer;

/**
 * Collections that neither Fory nor the JDK serializes: {@code map.keySet()}, {@code values()} and {@code entrySet()},
 * which come back over a new map with nothing else in it, and array queues.
 */
final class CollectionViews {
    private static final Map<Class<?>, Function<Config, Serializer<?>>> MAKERS = new HashMap<>();

    static {
        add(HashMap::new);
        add(LinkedHashMap::new);
        add(ConcurrentHashMap::new);
        add(TreeMap::new);
        MAKERS.put(ArrayBlockingQueue.class, Queues::new);
    }

    /** Fory has serializers for these, with which they cannot be read. */
    static final List<Class<?>> KNOWN_TO_FORY =
            List.of(ConcurrentHashMap.newKeySet().getClass(), ArrayBlockingQueue.class);

    private CollectionViews() {}

    private static void add(Supplier<Map<Object, Object>> maker) {
        Map<Object, Object> sample = maker.get();
        Class<?> keys = sample.keySet().getClass();
        Class<?> values = sample.values().getClass();
        Class<?> entries = sample.entrySet().getClass();
        MAKERS.put(keys, config -> new Keys(config, keys, maker));
        MAKERS.put(values, config -> new Values(config, values, maker));
        if (!(sample instanceof TreeMap)) { // whose entry set does not tell its order
            MAKERS.put(entries, config -> new Entries(config, entries, maker));
        }
    }

    /** Null for another class. */
    static Serializer<?> serializer(Config config, Class<?> type) {
        Function<Config, Serializer<?>> maker = MAKERS.get(type);
        return maker == null ? null : maker.apply(config);
    }

    /** Whether its objects are made here, first empty. */
    static boolean has(Class<?> type) {
        return MAKERS.containsKey(type);
    }

    private abstract static class OverMap extends Serializer<Object> {
        private final Supplier<Map<Object, Object>> maker;

        @SuppressWarnings("unchecked")
        OverMap(Config config, Class<?> type, Supplier<Map<Object, Object>> maker) {
            super(config, (Class<Object>) type);
            this.maker = maker;
        }

        Map<Object, Object> map() {
            return maker.get();
        }

        /** A copy first: a concurrent map may change meanwhile. */
        Object[] elements(WriteContext context, Object view) {
            Object[] elements = ((Collection<?>) view).toArray();
            context.writeVarUInt32(elements.length);
            return elements;
        }
    }

    /** The view is made, and known as what its number stands for, before anything else of it is read. */
    private static final class Keys extends OverMap {
        private static final long COMPARATOR = RawFields.offset(TreeMap.class, "comparator");
        private static final long MAPPED_VALUE = RawFields.offset(KeySetView.class, "value");

        Keys(Config config, Class<?> type, Supplier<Map<Object, Object>> maker) {
            super(config, type, maker);
        }

        @Override
        public void write(WriteContext context, Object keys) {
            if (keys instanceof SortedSet<?> sorted) {
                context.writeRef(sorted.comparator());
            } else if (keys instanceof KeySetView<?, ?> concurrent) {
                context.writeBoolean(concurrent.getMappedValue() != null);
                if (concurrent.getMappedValue() != null) {
                    context.writeRef(concurrent.getMappedValue());
                }
            }
            for (Object each : elements(context, keys)) {
                context.writeRef(each);
            }
        }

        @Override
        @SuppressWarnings("unchecked")
        public Object read(ReadContext context) {
            Map<Object, Object> map = map();
            Object mapped = true;
            Object keys = map.keySet();
            if (map instanceof ConcurrentHashMap<Object, Object> concurrent && context.readBoolean()) {
                keys = concurrent.keySet(mapped);
                context.reference(keys);
                mapped = context.readRef();
                RawFields.put(keys, MAPPED_VALUE, mapped);
            } else {
                context.reference(keys);
            }
            if (map instanceof TreeMap) {
                RawFields.put(map, COMPARATOR, (Comparator<?>) context.readRef());
            }
            for (int left = context.readVarUInt32(); left > 0; left--) {
                map.put(context.readRef(), mapped);
            }
            return keys;
        }
    }

    private static final class Values extends OverMap {
        Values(Config config, Class<?> type, Supplier<Map<Object, Object>> maker) {
            super(config, type, maker);
        }

        @Override
        public void write(WriteContext context, Object values) {
            for (Object each : elements(context, values)) {
                context.writeRef(each);
            }
        }

        @Override
        public Object read(ReadContext context) {
            Map<Object, Object> map = map();
            Object values = map.values();
            context.reference(values);
            int size = context.readVarUInt32();
            for (int i = 0; i < size; i++) {
                map.put(i, context.readRef()); // small numbers are in order in each of these maps
            }
            return values;
        }
    }

    private static final class Entries extends OverMap {
        Entries(Config config, Class<?> type, Supplier<Map<Object, Object>> maker) {
            super(config, type, maker);
        }

        @Override
        public void write(WriteContext context, Object entries) {
            for (Object each : elements(context, entries)) {
                context.writeRef(((Map.Entry<?, ?>) each).getKey());
                context.writeRef(((Map.Entry<?, ?>) each).getValue());
            }
        }

        @Override
        public Object read(ReadContext context) {
            Map<Object, Object> map = map();
            Object entries = map.entrySet();
            context.reference(entries);
            for (int left = context.readVarUInt32(); left > 0; left--) {
                map.put(context.readRef(), context.readRef());
            }
            return entries;
        }
    }

    /** Fory reads them back by a constructor that they have not. */
    @SuppressWarnings("rawtypes")
    private static final class Queues extends Serializer<ArrayBlockingQueue> {
        private static final int PLACE_BYTES = 8;

        Queues(Config config) {
            super(config, ArrayBlockingQueue.class);
        }

        @Override
        public void write(WriteContext context, ArrayBlockingQueue queue) {
            ArrayDeque<Object> elements = new ArrayDeque<>();
            for (Object each : queue) {
                elements.add(each);
            }
            context.writeVarUInt32(elements.size() + queue.remainingCapacity());
            context.writeVarUInt32(elements.size());
            elements.forEach(context::writeRef);
        }

        @Override
        public ArrayBlockingQueue read(ReadContext context) {
            int capacity = context.readVarUInt32();
            int size = context.readVarUInt32();
            if (size < 0 || capacity < Math.max(1, size)) {
                throw new IllegalStateException("a queue of " + size + " elements has a capacity of " + capacity);
            }
            // Its array is made now, and no bytes vouch for the free places: they count against the graph's share.
            try {
                context.reserveGraphMemory((long) PLACE_BYTES * capacity);
            } catch (InsecureException e) {
                throw new IllegalStateException(
                        "a queue with a capacity of " + capacity + " takes more of the heap than may be believed", e);
            }
            ArrayBlockingQueue<Object> queue = new ArrayBlockingQueue<>(capacity);
            context.reference(queue);
            for (int i = 0; i < size; i++) {
                queue.add(context.readRef());
            }
            return queue;
        }
    }
}
