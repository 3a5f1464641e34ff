package io.atoll.internal.graph;

import com.google.common.collect.ForwardingMap;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.AbstractCollection;
import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Collections and maps that users write themselves, over none of the JDK's that is Serializable: their constructors fill
 * what is transient, and most of them throw when they run again.
 */
@SuppressWarnings({"serial", "unused"})
final class UsersOwnContainers {
    private UsersOwnContainers() {}

    static List<Object> all() {
        List<Object> all = new ArrayList<>();
        all.add(new Window(List.of(1, 2)));
        all.add(new Table());
        all.add(new Members("a", "b"));
        all.add(new Forwarding(Map.of("k", "v")));
        all.add(new Bag(List.of("x")));
        all.add(new Direct(List.of("d")));
        all.add(new DirectMap(Map.of("d", 1)));
        all.add(new Recursive());
        all.add(new Names(List.of("seldom", "often")));
        all.add(Seasons.WET);
        all.add(Seasons.DRY);
        all.add(proxy(List.of("in", "a", "proxy")));
        all.add(new Fields());
        all.add(new SealedFields());
        return all;
    }

    /** Where Fory takes for a collection only a collection's serializer. */
    static final class Fields implements Serializable {
        private final Collection<String> season = Seasons.DRY;
        private final Seasons own = Seasons.WET;
        private final List<String> proxied = proxy(List.of("p"));
        private final Collection<String> names = new Names(List.of("n"));
        private final Names ownNames = new Names(List.of("o"));
        private final List<Integer> window = new Window(List.of(3));
        private final Window ownWindow = new Window(List.of(4));
        private final Map<String, Integer> table = new Table();
        private final DirectMap ownMap = new DirectMap(Map.of("m", 2));
        private final Bag bag = new Bag(List.of("b"));
        private final Window[] windows = {ownWindow, new Window(List.of(5))};
        private final Map<Seasons, Collection<String>> more = new HashMap<>(Map.of(Seasons.WET, names));
    }

    /** As code is not made for. */
    record SealedFields(Collection<String> season, Seasons own, List<String> proxied, Names names, Window window)
            implements Serializable {
        SealedFields() {
            this(Seasons.WET, Seasons.DRY, proxy(List.of("q")), new Names(List.of("n")), new Window(List.of(6)));
        }
    }

    static final class Window extends AbstractList<Integer> implements Serializable {
        private final transient List<String> cache = new ArrayList<>(List.of("filled"));
        private final List<Integer> values = new ArrayList<>();
        private String note = "by the constructor";

        Window() {
            throw new UnsupportedOperationException("it runs once more");
        }

        Window(List<Integer> values) {
            this.values.addAll(values);
            note = "changed";
        }

        @Override
        public Integer get(int i) {
            return values.get(i);
        }

        @Override
        public int size() {
            return values.size();
        }
    }

    /** Public, with a constructor that does not fail. */
    public static class Table extends AbstractMap<String, Integer> implements Serializable {
        private final transient Map<String, Integer> index = new HashMap<>(Map.of("filled", 1));
        private final LinkedHashMap<String, Integer> rows = new LinkedHashMap<>(Map.of("row", 1));
        protected transient int changes = 3;

        public Table() {
            put("by the constructor", rows.size());
        }

        @Override
        public Integer put(String key, Integer value) {
            return rows.put(key, value);
        }

        @Override
        public Set<Map.Entry<String, Integer>> entrySet() {
            return rows.entrySet();
        }
    }

    static final class Members extends AbstractSet<String> implements Serializable {
        private final transient Object lock = new Object();
        private final Set<String> all = new LinkedHashSet<>();

        private Members() {
            throw new UnsupportedOperationException("it runs once more");
        }

        Members(String... all) {
            this.all.addAll(List.of(all));
        }

        @Override
        public Iterator<String> iterator() {
            return all.iterator();
        }

        @Override
        public int size() {
            return all.size();
        }
    }

    static final class Forwarding extends ForwardingMap<String, String> implements Serializable {
        private final transient List<String> log = new ArrayList<>(List.of("made"));
        private final Map<String, String> to;

        Forwarding() {
            throw new UnsupportedOperationException("it runs once more");
        }

        Forwarding(Map<String, String> to) {
            this.to = new HashMap<>(to);
        }

        @Override
        protected Map<String, String> delegate() {
            return to;
        }
    }

    /** Writes more than its fields. */
    static class Bag extends AbstractCollection<String> implements Serializable {
        protected transient List<String> all = new ArrayList<>(List.of("filled"));
        private transient int counted = 9;

        Bag() {
            throw new UnsupportedOperationException("it runs once more");
        }

        Bag(Collection<String> all) {
            this.all.addAll(all);
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeInt(all.size());
            for (String each : all) {
                out.writeObject(each);
            }
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            all = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                all.add((String) in.readObject());
            }
        }

        @Override
        public Iterator<String> iterator() {
            return all.iterator();
        }

        @Override
        public int size() {
            return all.size();
        }
    }

    /** A collection without a superclass. */
    interface Elements extends Collection<String> {
        Collection<String> to();

        @Override
        default int size() {
            return to().size();
        }

        @Override
        default boolean isEmpty() {
            return to().isEmpty();
        }

        @Override
        default boolean contains(Object value) {
            return to().contains(value);
        }

        @Override
        default Iterator<String> iterator() {
            return to().iterator();
        }

        @Override
        default Object[] toArray() {
            return to().toArray();
        }

        @Override
        default <T> T[] toArray(T[] array) {
            return to().toArray(array);
        }

        @Override
        default boolean add(String value) {
            return to().add(value);
        }

        @Override
        default boolean remove(Object value) {
            return to().remove(value);
        }

        @Override
        default boolean containsAll(Collection<?> all) {
            return to().containsAll(all);
        }

        @Override
        default boolean addAll(Collection<? extends String> all) {
            return to().addAll(all);
        }

        @Override
        default boolean removeAll(Collection<?> all) {
            return to().removeAll(all);
        }

        @Override
        default boolean retainAll(Collection<?> all) {
            return to().retainAll(all);
        }

        @Override
        default void clear() {
            to().clear();
        }
    }

    static class Direct implements Elements, Serializable {
        private final transient Object lock = new Object();
        private final List<String> to = new ArrayList<>();

        Direct() {
            add("by the constructor");
        }

        Direct(Collection<String> values) {
            to.addAll(values);
        }

        @Override
        public Collection<String> to() {
            return to;
        }
    }

    record Names(List<String> to) implements Elements, Serializable {}

    enum Seasons implements Elements {
        WET("rain"),
        DRY("sun") {
            @Override
            public boolean isEmpty() {
                return false;
            }
        };

        private final List<String> to;

        Seasons(String weather) {
            to = List.of(weather);
        }

        @Override
        public Collection<String> to() {
            return to;
        }
    }

    static final class DirectMap implements Map<String, Integer>, Serializable {
        private final transient Object lock = new Object();
        private final Map<String, Integer> to = new HashMap<>();

        DirectMap() {
            to.put("by the constructor", 0);
        }

        DirectMap(Map<String, Integer> values) {
            to.putAll(values);
        }

        @Override
        public int size() {
            return to.size();
        }

        @Override
        public boolean isEmpty() {
            return to.isEmpty();
        }

        @Override
        public boolean containsKey(Object key) {
            return to.containsKey(key);
        }

        @Override
        public boolean containsValue(Object value) {
            return to.containsValue(value);
        }

        @Override
        public Integer get(Object key) {
            return to.get(key);
        }

        @Override
        public Integer put(String key, Integer value) {
            return to.put(key, value);
        }

        @Override
        public Integer remove(Object key) {
            return to.remove(key);
        }

        @Override
        public void putAll(Map<? extends String, ? extends Integer> all) {
            to.putAll(all);
        }

        @Override
        public void clear() {
            to.clear();
        }

        @Override
        public Set<String> keySet() {
            return to.keySet();
        }

        @Override
        public Collection<Integer> values() {
            return to.values();
        }

        @Override
        public Set<Entry<String, Integer>> entrySet() {
            return to.entrySet();
        }
    }

    static final class Recursive extends Direct {
        private final List<Object> holders = new ArrayList<>();

        Recursive() {
            holders.add(this);
        }
    }

    record Handler(List<String> to) implements InvocationHandler, Serializable {
        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws ReflectiveOperationException {
            return method.invoke(to, arguments);
        }
    }

    @SuppressWarnings("unchecked")
    private static List<String> proxy(List<String> to) {
        return (List<String>)
                Proxy.newProxyInstance(Handler.class.getClassLoader(), new Class<?>[] {List.class}, new Handler(to));
    }
}
