package io.atoll.internal.graph;

import io.atoll.internal.fields.RawFields;
import java.util.AbstractList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedList;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;

/** How often a container of the JDK was changed, or what else tells that it was: also of those that users derive from it. */
interface Changes {
    long of(Object container);

    Changes OF_LISTS = counter(AbstractList.class, "modCount");
    Changes OF_HASH_MAPS = counter(HashMap.class, "modCount");
    Changes OF_TREE_MAPS = counter(TreeMap.class, "modCount");
    Changes OF_PRIORITY_QUEUES = counter(PriorityQueue.class, "modCount");
    /** It counts none: its ends move. */
    Changes OF_DEQUES = counters(ArrayDeque.class, "head", "tail");

    Changes OF_HASH_SETS = inside(HashSet.class, "map", OF_HASH_MAPS);
    /** Of those that are no views of another map. */
    Changes OF_TREE_SETS = inside(TreeSet.class, "m", map -> map instanceof TreeMap ? OF_TREE_MAPS.of(map) : 0);

    /** Of what the JDK's own {@code writeObject}, or its fields, tell first how much there is, and then what. */
    Map<Class<?>, Changes> OF_HOOKS = Map.ofEntries(
            Map.entry(ArrayList.class, OF_LISTS),
            Map.entry(LinkedList.class, OF_LISTS),
            Map.entry(HashMap.class, OF_HASH_MAPS),
            Map.entry(IdentityHashMap.class, counter(IdentityHashMap.class, "modCount")),
            Map.entry(TreeMap.class, OF_TREE_MAPS),
            Map.entry(EnumMap.class, counter(EnumMap.class, "size")),
            Map.entry(HashSet.class, OF_HASH_SETS),
            Map.entry(TreeSet.class, OF_TREE_SETS),
            Map.entry(PriorityQueue.class, OF_PRIORITY_QUEUES),
            Map.entry(ArrayDeque.class, OF_DEQUES),
            Map.entry(ArrayBlockingQueue.class, counters(ArrayBlockingQueue.class, "takeIndex", "count")));

    private static Changes counter(Class<?> type, String field) {
        long offset = RawFields.offset(type, field);
        return container -> RawFields.getBits(container, offset, int.class);
    }

    private static Changes counters(Class<?> type, String one, String other) {
        Changes first = counter(type, one);
        Changes second = counter(type, other);
        return container -> (first.of(container) << Integer.SIZE) ^ second.of(container);
    }

    private static Changes inside(Class<?> type, String field, Changes ofMap) {
        long offset = RawFields.offset(type, field);
        return container -> ofMap.of(RawFields.get(container, offset));
    }
}
