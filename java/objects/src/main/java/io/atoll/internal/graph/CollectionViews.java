package io.atoll.internal.graph;

import io.atoll.internal.fields.RawFields;
import io.atoll.internal.fields.Refusal;
import java.io.Serializable;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentHashMap.KeySetView;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.fory.config.Config;
import org.apache.fory.context.ReadContext;
import org.apache.fory.context.WriteContext;
import org.apache.fory.exception.InsecureException;
import org.apache.fory.serializer.Serializer;

/**
 * Collections that neither Fory nor the JDK serializes: {@code map.keySet()}, {@code values()} and {@code entrySet()},
 * which come back over a new map with nothing else in it, other views, which come back as copies, and array queues.
 */
final class CollectionViews {
    private static final Map<Class<?>, Function<Config, Serializer<?>>> MAKERS = new HashMap<>();

    static {
        add(HashMap::new);
        add(LinkedHashMap::new);
        add(ConcurrentHashMap::new);
        add(TreeMap::new);
        add(ConcurrentSkipListMap::new);
        Class<?> identityKeys = new IdentityHashMap<>().keySet().getClass();
        MAKERS.put(identityKeys, config -> new Keys(config, identityKeys, IdentityHashMap::new));
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
        if (!(sample instanceof SortedMap)) { // whose entry set does not tell its order
            MAKERS.put(entries, config -> new Entries(config, entries, maker));
        }
    }

    /** Null for another class. */
    static Serializer<?> serializer(Config config, Class<?> type) {
        Function<Config, Serializer<?>> maker = MAKERS.get(type);
        if (maker != null) {
            return maker.apply(config);
        }
        return has(type) ? new Copies(config, type) : null;
    }

    /** Whether its objects are made here, first empty. */
    static boolean has(Class<?> type) {
        return MAKERS.containsKey(type) || isOtherView(type);
    }

    /** What no user can name, and the JDK does not let be serialized: any other view of a collection or map. */
    private static boolean isOtherView(Class<?> type) {
        return type.getName().startsWith("java.util.")
                && !Modifier.isPublic(type.getModifiers())
                && !Serializable.class.isAssignableFrom(type)
                && (Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type))
                && !Queue.class.isAssignableFrom(type)
                && !SortedSet.class.isAssignableFrom(type)
                && !SortedMap.class.isAssignableFrom(type);
    }

    /** Equal collections, which cannot be changed: there is nothing behind them any more. */
    private static final class Copies extends Serializer<Object> {
        @SuppressWarnings("unchecked")
        Copies(Config config, Class<?> type) {
            super(config, (Class<Object>) type);
        }

        @Override
        public void write(WriteContext context, Object view) {
            Object[] elements =
                    view instanceof Map<?, ?> map ? map.entrySet().toArray() : ((Collection<?>) view).toArray();
            context.writeVarUInt32(elements.length);
            for (Object each : elements) {
                if (view instanceof Map) {
                    context.writeRef(((Map.Entry<?, ?>) each).getKey());
                    context.writeRef(((Map.Entry<?, ?>) each).getValue());
                } else {
                    context.writeRef(each);
                }
            }
        }

        @Override
        public Object read(ReadContext context) {
            if (Map.class.isAssignableFrom(getType())) {
                Map<Object, Object> map = new LinkedHashMap<>();
                Object copy = Collections.unmodifiableMap(map);
                context.reference(copy);
                for (int left = context.readVarUInt32(); left > 0; left--) {
                    map.put(context.readRef(), context.readRef());
                }
                return copy;
            }
            Collection<Object> elements =
                    Set.class.isAssignableFrom(getType()) ? new LinkedHashSet<>() : new ArrayList<>();
            Object copy = elements instanceof Set<Object> set
                    ? Collections.unmodifiableSet(set)
                    : List.class.isAssignableFrom(getType())
                            ? Collections.unmodifiableList((List<Object>) elements)
                            : Collections.unmodifiableCollection(elements);
            context.reference(copy);
            for (int left = context.readVarUInt32(); left > 0; left--) {
                elements.add(context.readRef());
            }
            return copy;
        }
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
        private static final long SKIP_COMPARATOR = RawFields.offset(ConcurrentSkipListMap.class, "comparator");
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
            if (map instanceof SortedMap) {
                long comparator = map instanceof TreeMap ? COMPARATOR : SKIP_COMPARATOR;
                RawFields.put(map, comparator, (Comparator<?>) context.readRef());
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
            int capacity = elements.size() + queue.remainingCapacity();
            Object before = context.getContextObject(Queues.class);
            long free = queue.remainingCapacity() + (before == null ? 0 : (Long) before);
            if (PLACE_BYTES * free > GraphCoder.HEAP_FREE_OF_PROOF) { // nobody would read it
                throw new Refusal.Refused(
                        getType(),
                        "it has a capacity of " + capacity + ", and a graph may have no more than "
                                + GraphCoder.HEAP_FREE_OF_PROOF / PLACE_BYTES
                                + " free places in such queues. Store its elements",
                        queue);
            }
            context.putContextObject(Queues.class, free);
            context.writeVarUInt32(capacity);
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
