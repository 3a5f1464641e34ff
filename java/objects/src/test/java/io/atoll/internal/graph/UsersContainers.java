package io.atoll.internal.graph;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.Set;
import java.util.Stack;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;

/** Collections and maps that users have derived from others. */
@SuppressWarnings("serial")
final class UsersContainers {
    private UsersContainers() {}

    static List<Object> all() {
        List<Object> all = new ArrayList<>();
        all.add(new Grumpy("a", "b"));
        all.add(new Prefilled(Map.of("own", 1)));
        all.add(new Lru(3));
        all.add(new ByLength(List.of("ccc", "a", "bb")));
        all.add(new Urgent(List.of(5, 1, 3)));
        all.add(new Deque<>(List.of(1, 2)));
        all.add(new Liar(List.of("x", "y")));
        all.add(new Units());
        all.add(new Same());
        all.add(new Striped(Map.of(1, "one")));
        all.add(new Fixed("p", "q"));
        all.add(new Pairs());
        all.add(new Few());
        all.add(new Settings());
        all.add(new Pile());
        all.add(new Flags());
        all.add(new Snapshot(List.of(1, 2)));
        all.add(new Skipping());
        all.add(new Linked());
        all.add(new Bounded());
        all.add(new Sorted());
        all.add(new Ordered());
        all.add(new Blocking());
        all.add(new Third());
        all.add(new WithTail(List.of("h"), "t"));
        all.add(new Replaced(List.of("r")));
        all.add(new Recursive());
        all.add(doubleBraces());
        return all;
    }

    /** Its add refuses, and its constructor runs at most once. */
    static final class Grumpy extends ArrayList<String> {
        private final String first;

        Grumpy(String... values) {
            super.addAll(Arrays.asList(values));
            first = values[0];
        }

        @Override
        public boolean add(String value) {
            throw new UnsupportedOperationException(value);
        }

        @Override
        public boolean addAll(Collection<? extends String> all) {
            throw new UnsupportedOperationException();
        }
    }

    static class Prefilled extends HashMap<String, Integer> {
        private final int countAtFirst;

        Prefilled(Map<String, Integer> more) {
            put("prefilled", 0);
            putAll(more);
            countAtFirst = size();
        }
    }

    static final class Lru extends LinkedHashMap<Integer, String> {
        private final int most;

        Lru(int most) {
            super(16, 0.75f, true);
            this.most = most;
            for (int i = 0; i < 5; i++) {
                put(i, "v" + i);
            }
            get(2);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, String> eldest) {
            return size() > most;
        }
    }

    static final class ByLength extends TreeSet<String> {
        ByLength(Collection<String> values) {
            super((Comparator<String> & Serializable) (a, b) -> Integer.compare(a.length(), b.length()));
            addAll(values);
        }
    }

    static final class Urgent extends PriorityQueue<Integer> {
        private int polled;

        Urgent(Collection<Integer> values) {
            super(Comparator.reverseOrder());
            addAll(values);
            poll();
            polled = 1;
        }
    }

    static final class Deque<T> extends ArrayDeque<T> {
        private final T head;

        Deque(Collection<T> values) {
            super(values);
            head = getFirst();
        }
    }

    static class Liar extends HashSet<String> {
        Liar(Collection<String> values) {
            super(values);
        }

        @Override
        public int size() {
            return super.size() + 1;
        }

        @Override
        public boolean contains(Object value) {
            return true;
        }
    }

    static final class Units extends EnumMap<TimeUnit, String> {
        private final String note = "noted";

        Units() {
            super(TimeUnit.class);
            put(TimeUnit.DAYS, "d");
            put(TimeUnit.NANOSECONDS, null);
        }
    }

    static final class Same extends IdentityHashMap<Object, Object> {
        Same() {
            super(4);
            put(new int[0].getClass(), 1);
        }
    }

    static final class Striped extends ConcurrentHashMap<Integer, String> {
        private final Striped self = this;

        Striped(Map<Integer, String> values) {
            super(values);
        }
    }

    static final class Fixed extends AbstractList<String> implements Serializable {
        private final String[] values;

        Fixed(String... values) {
            this.values = values;
        }

        @Override
        public String get(int i) {
            return values[i];
        }

        @Override
        public int size() {
            return values.length;
        }
    }

    static final class Pairs extends AbstractMap<String, Integer> implements Serializable {
        private final ArrayList<Map.Entry<String, Integer>> entries =
                new ArrayList<>(List.of(new SimpleEntry<>("a", 1), new SimpleImmutableEntry<>("b", 2)));

        @Override
        public Set<Map.Entry<String, Integer>> entrySet() {
            return new LinkedHashSet<>(entries);
        }
    }

    static final class Few extends AbstractSet<Integer> implements Serializable {
        private final long bits = 0b1010;

        @Override
        public Iterator<Integer> iterator() {
            return BitSet.valueOf(new long[] {bits}).stream().iterator();
        }

        @Override
        public int size() {
            return Long.bitCount(bits);
        }
    }

    static final class Settings extends Properties {
        private final transient Object forgotten = new Object();

        Settings() {
            super(new Properties());
            defaults.setProperty("by default", "d");
            setProperty("set", "s");
        }

        String byDefault() {
            return getProperty("by default");
        }
    }

    static final class Pile extends Stack<Object> {
        Pile() {
            push("bottom");
            push(new Pile[0]);
            ensureCapacity(40);
        }
    }

    static final class Flags extends BitSet {
        private final String name = "flags";

        Flags() {
            super(100);
            set(3, 70);
        }
    }

    static final class Snapshot extends CopyOnWriteArrayList<Integer> {
        private int version = 3;

        Snapshot(Collection<Integer> values) {
            super(values);
        }
    }

    static final class Skipping extends ConcurrentSkipListMap<String, List<String>> {
        Skipping() {
            super(Collections.reverseOrder());
            put("a", new Grumpy("x"));
            put("b", List.of());
        }
    }

    static final class Linked extends LinkedList<Object> {
        private final Object last;

        Linked() {
            add(1);
            add(this.getClass().getSimpleName());
            last = getLast();
        }
    }

    static final class Bounded extends ArrayBlockingQueue<String> {
        Bounded() {
            super(3, true);
            add("one");
        }
    }

    static final class Blocking extends LinkedBlockingDeque<String> {
        private final int most = 4;

        Blocking() {
            super(4);
            add("one");
            addFirst("zero");
        }
    }

    static final class Sorted extends TreeMap<String, Integer> {
        private String note = "n";

        Sorted() {
            super(String.CASE_INSENSITIVE_ORDER);
            put("B", 1);
            put("a", 2);
            put("A", 3);
        }
    }

    static final class Ordered extends LinkedHashSet<Object> {
        Ordered() {
            super(2, 0.5f);
            add("z");
            add("a");
            add(null);
        }
    }

    /** The third of three classes, of which the second has hooks. */
    static class First extends ArrayList<String> {
        protected String first = "1";
    }

    static class Second extends First {
        protected transient int second = 2;

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeInt(22);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            second = in.readInt();
        }
    }

    static final class Third extends Second {
        private final String third = "3";

        Third() {
            add("element");
        }
    }

    static final class WithTail extends ArrayList<String> {
        private final transient String tail;
        private final List<String> backwards;

        WithTail(List<String> head, String tail) {
            super(head);
            this.tail = tail;
            backwards = new ArrayList<>(head);
            Collections.reverse(backwards);
        }
    }

    /** Puts a plain list in its place. */
    static final class Replaced extends ArrayList<String> {
        Replaced(List<String> values) {
            super(values);
        }

        private Object writeReplace() {
            return new ArrayList<>(this);
        }
    }

    static final class Recursive extends ArrayList<Object> {
        private final Map<String, Object> owner = new HashMap<>();

        Recursive() {
            add(this);
            owner.put("me", this);
        }
    }

    @SuppressWarnings("DoubleBraceInitialization") // as many have it
    static Object doubleBraces() {
        return new TreeMap<String, Integer>() {
            {
                put("in", 1);
                put("braces", 2);
            }
        };
    }
}
