package io.atoll.internal.types;

import java.time.DayOfWeek;
import java.util.AbstractMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.Set;
import java.util.Stack;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.Vector;
import java.util.WeakHashMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The JDK's collections, views and wrappers, empty, with nulls, and with elements. */
final class JdkCollections {
    private JdkCollections() {}

    @SuppressWarnings("IdentityHashMapBoxing") // as users may
    static List<Rows.Row> all() {
        Rows rows = new Rows("java.util collections");
        Map<Integer, Integer> three = new TreeMap<>(Map.of(1, 2, 3, 4, 5, 6));
        for (Map<Integer, Integer> map : List.of(
                new HashMap<>(three),
                new LinkedHashMap<>(three),
                new TreeMap<>(three),
                new ConcurrentHashMap<>(three),
                new ConcurrentSkipListMap<>(three),
                new Hashtable<>(three),
                new IdentityHashMap<>(three),
                new WeakHashMap<>(three),
                Map.of(1, 2),
                Map.of(1, 2, 3, 4, 5, 6),
                Map.<Integer, Integer>of(),
                Map.copyOf(three),
                Collections.unmodifiableMap(new HashMap<>(three)),
                Collections.unmodifiableSortedMap(new TreeMap<>(three)),
                Collections.unmodifiableNavigableMap(new TreeMap<>(three)),
                Collections.synchronizedMap(new HashMap<>(three)),
                Collections.synchronizedSortedMap(new TreeMap<>(three)),
                Collections.synchronizedNavigableMap(new TreeMap<>(three)),
                Collections.checkedMap(new HashMap<>(three), Integer.class, Integer.class),
                Collections.checkedSortedMap(new TreeMap<>(three), Integer.class, Integer.class),
                Collections.checkedNavigableMap(new TreeMap<>(three), Integer.class, Integer.class),
                Collections.singletonMap(1, 2),
                Collections.<Integer, Integer>emptyMap(),
                Collections.<Integer, Integer>emptySortedMap(),
                Collections.<Integer, Integer>emptyNavigableMap())) {
            String name = map.getClass().getTypeName() + " of " + map.size();
            rows.equal(name, () -> map);
            rows.seen(name + ", keySet()", map::keySet, each -> Set.copyOf((Collection<?>) each));
            rows.seen(name + ", values()", map::values, each -> List.copyOf((Collection<?>) each));
            rows.seen(name + ", entrySet()", map::entrySet, each -> entries((Collection<?>) each));
        }
        NavigableMap<Integer, Integer> sorted = new TreeMap<>(three);
        NavigableMap<Integer, Integer> skip = new ConcurrentSkipListMap<>(three);
        rows.equal(
                sorted.headMap(4, true),
                sorted.tailMap(2),
                sorted.subMap(2, 5),
                sorted.descendingMap(),
                skip.headMap(4),
                skip.descendingMap());
        rows.seen("keys of a head map", () -> sorted.headMap(4).keySet(), each -> List.copyOf((Collection<?>) each))
                .seen("descending keys", sorted::descendingKeySet, each -> List.copyOf((Collection<?>) each))
                .seen("navigable keys", sorted::navigableKeySet, each -> List.copyOf((Collection<?>) each))
                .seen(
                        "descending keys of a skip list",
                        skip::descendingKeySet,
                        each -> List.copyOf((Collection<?>) each));
        rows.equal("HashMap with nulls", () -> new HashMap<>(Collections.singletonMap(null, null)))
                .equal("TreeMap with its comparator", () -> reversed(three))
                .equal("Properties with defaults", JdkCollections::properties)
                .equal("EnumMap", () -> new EnumMap<>(Map.of(DayOfWeek.MONDAY, 1)))
                .equal("EnumMap without entries", () -> new EnumMap<>(DayOfWeek.class))
                .equal("partitioningBy", () -> Stream.of(1, 2, 3).collect(Collectors.partitioningBy(i -> i > 1)))
                .equal("groupingBy", () -> Stream.of(1, 2, 3).collect(Collectors.groupingBy(i -> i > 1)))
                .equal("toUnmodifiableMap", () -> Stream.of(1, 2).collect(Collectors.toUnmodifiableMap(i -> i, i -> i)))
                .seen(
                        "entries of partitioningBy",
                        () -> Stream.of(1, 2)
                                .collect(Collectors.partitioningBy(i -> i > 1))
                                .entrySet(),
                        each -> entries((Collection<?>) each));
        rows.equal(
                Map.entry("a", 1),
                new AbstractMap.SimpleEntry<>("a", null),
                new AbstractMap.SimpleImmutableEntry<>(null, 1));
        lists(rows);
        sets(rows);
        queues(rows);
        return rows.all();
    }

    private static void lists(Rows rows) {
        rows.equal(
                new ArrayList<>(Arrays.asList(1, null)),
                new LinkedList<>(Arrays.asList(1, null)),
                new Vector<>(List.of(1)),
                new Stack<>(),
                new CopyOnWriteArrayList<>(List.of(1)),
                Arrays.asList(1, null),
                List.of(),
                List.of(1),
                List.of(1, 2),
                List.of(1, 2, 3),
                Stream.of(1, null).toList(),
                Stream.of(1, 2).collect(Collectors.toUnmodifiableList()),
                List.of(1, 2, 3, 4).subList(1, 3),
                new ArrayList<>(List.of(1, 2, 3)).subList(1, 3),
                new LinkedList<>(List.of(1, 2, 3)).subList(1, 3),
                new Vector<>(List.of(1, 2, 3)).subList(1, 3),
                new CopyOnWriteArrayList<>(List.of(1, 2, 3)).subList(1, 3),
                Arrays.asList(1, 2, 3).subList(1, 2),
                Collections.emptyList(),
                Collections.singletonList(null),
                Collections.nCopies(1_000_000, "a"),
                Collections.unmodifiableList(new ArrayList<>(List.of(1))),
                Collections.unmodifiableList(new LinkedList<>(List.of(1))),
                Collections.synchronizedList(new ArrayList<>(List.of(1))),
                Collections.synchronizedList(new LinkedList<>(List.of(1))),
                Collections.checkedList(new ArrayList<>(List.of("s")), String.class),
                Collections.unmodifiableList(new ArrayList<>(List.of(1, 2)).subList(0, 1)));
        rows.seen(
                        "unmodifiableCollection",
                        () -> Collections.unmodifiableCollection(new ArrayList<>(List.of(1))),
                        each -> List.copyOf((Collection<?>) each))
                .seen(
                        "synchronizedCollection",
                        () -> Collections.synchronizedCollection(new ArrayList<>(List.of(1))),
                        each -> List.copyOf((Collection<?>) each))
                .seen(
                        "checkedCollection",
                        () -> Collections.checkedCollection(new ArrayList<>(List.of(1)), Integer.class),
                        each -> List.copyOf((Collection<?>) each));
    }

    private static void sets(Rows rows) {
        Set<Integer> two = new TreeSet<>(Set.of(1, 2));
        rows.equal(
                new HashSet<>(Arrays.asList(1, null)),
                new LinkedHashSet<>(List.of(3, 1)),
                new TreeSet<>(two),
                new TreeSet<>(Set.of(1, 2, 3)).headSet(3),
                new TreeSet<>(Set.of(1, 2, 3)).descendingSet(),
                new ConcurrentSkipListSet<>(two),
                new ConcurrentSkipListSet<>(two).descendingSet(),
                new CopyOnWriteArraySet<>(two),
                ConcurrentHashMap.newKeySet(),
                Set.of(),
                Set.of(1),
                Set.of(1, 2, 3),
                EnumSet.noneOf(DayOfWeek.class),
                EnumSet.of(DayOfWeek.FRIDAY),
                EnumSet.allOf(Character.UnicodeScript.class),
                Collections.emptySet(),
                Collections.emptySortedSet(),
                Collections.emptyNavigableSet(),
                Collections.singleton(null),
                filled(Collections.newSetFromMap(new HashMap<>())),
                filled(Collections.newSetFromMap(new ConcurrentHashMap<>())),
                Collections.unmodifiableSet(new HashSet<>(two)),
                Collections.unmodifiableSortedSet(new TreeSet<>(two)),
                Collections.unmodifiableNavigableSet(new TreeSet<>(two)),
                Collections.synchronizedSet(new HashSet<>(two)),
                Collections.synchronizedSortedSet(new TreeSet<>(two)),
                Collections.synchronizedNavigableSet(new TreeSet<>(two)),
                Collections.checkedSet(new HashSet<>(two), Integer.class),
                Collections.checkedSortedSet(new TreeSet<>(two), Integer.class),
                Collections.checkedNavigableSet(new TreeSet<>(two), Integer.class));
        rows.seen(
                "newSetFromMap of an IdentityHashMap",
                () -> {
                    Set<String> set = Collections.newSetFromMap(new IdentityHashMap<>());
                    set.add("a");
                    return set;
                },
                each -> List.copyOf((Collection<?>) each));
    }

    private static void queues(Rows rows) {
        List<Integer> three = List.of(3, 1, 2);
        for (Collection<Integer> queue : List.of(
                new ArrayDeque<>(three),
                new PriorityQueue<>(three),
                new LinkedBlockingQueue<>(three),
                new LinkedBlockingDeque<>(three),
                new ArrayBlockingQueue<>(4, true, three),
                new ConcurrentLinkedQueue<>(three),
                new ConcurrentLinkedDeque<>(three),
                new PriorityBlockingQueue<>(three),
                new LinkedTransferQueue<>(three),
                new SynchronousQueue<Integer>(true),
                Collections.checkedQueue(new ArrayDeque<>(three), Integer.class),
                Collections.asLifoQueue(new ArrayDeque<>(three)))) {
            rows.text(queue.getClass().getTypeName(), () -> queue);
        }
        rows.seen(
                "PriorityQueue with its comparator",
                () -> {
                    PriorityQueue<Integer> queue = new PriorityQueue<>(Comparator.reverseOrder());
                    queue.addAll(three);
                    return queue;
                },
                each -> List.of(each.peek(), new ArrayList<>(each)));
        rows.seen(
                "LinkedBlockingQueue with its capacity",
                () -> new LinkedBlockingQueue<>(5),
                LinkedBlockingQueue::remainingCapacity);
        rows.refused("DelayQueue", DelayQueue::new);
    }

    private static Set<Integer> filled(Set<Integer> set) {
        set.add(1);
        return set;
    }

    private static Properties properties() {
        Properties defaults = new Properties();
        defaults.setProperty("a", "1");
        Properties properties = new Properties(defaults);
        properties.setProperty("b", "2");
        return properties;
    }

    private static TreeMap<Integer, Integer> reversed(Map<Integer, Integer> map) {
        TreeMap<Integer, Integer> reversed = new TreeMap<>(Comparator.reverseOrder());
        reversed.putAll(map);
        return reversed;
    }

    private static Object entries(Collection<?> entries) {
        return entries.stream()
                .map(each -> ((Map.Entry<?, ?>) each).getKey() + "=" + ((Map.Entry<?, ?>) each).getValue())
                .collect(Collectors.toSet());
    }
}
