package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.UnserializableException;
import io.atoll.internal.objects.Fixture;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Properties;
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
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Maps and collections that are changed while they are written, here by one of their own values. */
class ChangedContainersTest {
    /** Changes the map that it is in. */
    static final class Changer implements Serializable {
        private static final long serialVersionUID = 1;
        private final transient Map<String, Object> map;
        private final transient boolean adds;

        Changer(Map<String, Object> map, boolean adds) {
            this.map = map;
            this.adds = adds;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            if (adds) {
                map.put("z", 1);
            } else {
                map.remove("a");
            }
        }
    }

    static Stream<Map<String, Object>> maps() {
        return Stream.of(new HashMap<>(), new LinkedHashMap<>(), new TreeMap<>());
    }

    @ParameterizedTest
    @MethodSource("maps")
    void shouldRefuseAMapThatIsChangedMeanwhile(Map<String, Object> map) {
        for (boolean adds : new boolean[] {true, false}) {
            map.clear();
            map.put("a", 1);
            map.put("y", new Changer(map, adds)); // the last: nothing is iterated afterwards
            try (Fixture fixture = new Fixture()) {
                assertThatThrownBy(() -> fixture.codec.put(List.of(map, "x")))
                        .isInstanceOf(UnserializableException.class)
                        .hasMessageMatching("(?s)list12\\[0\\].*changed while it was being written.*");
                assertThat(fixture.objects()).isZero();
            }
        }
    }

    /** Changes what it is in. */
    static final class Changing implements Serializable, Comparable<Changing> {
        private static final long serialVersionUID = 1;
        private final transient Runnable change;
        private final int order;

        Changing(int order, Runnable change) {
            this.order = order;
            this.change = change;
        }

        @Override
        public int compareTo(Changing other) {
            return Integer.compare(order, other.order);
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            if (change != null) {
                change.run();
            }
        }
    }

    static Stream<Collection<Object>> collections() {
        return Stream.of(
                new ArrayList<>(),
                new LinkedList<>(),
                new Vector<>(),
                new HashSet<>(),
                new LinkedHashSet<>(),
                new TreeSet<>(),
                new ArrayDeque<>(),
                new PriorityQueue<>());
    }

    @ParameterizedTest
    @MethodSource("collections")
    void shouldRefuseACollectionThatIsChangedMeanwhile(Collection<Object> all) {
        for (int changer = 0; changer < 3; ++changer) { // the first, one among them, the last
            for (boolean adds : new boolean[] {true, false}) {
                all.clear();
                Changing spare = new Changing(9, null);
                for (int i = 0; i < 3; ++i) {
                    Runnable change = adds
                            ? () -> all.add(spare)
                            : () -> all.remove(all.iterator().next());
                    all.add(new Changing(i, i == changer ? change : null));
                }
                try (Fixture fixture = new Fixture()) {
                    assertThatThrownBy(() -> fixture.codec.put(List.of(all, "x")))
                            .as("%s, %s, %s", all.getClass(), changer, adds)
                            .isInstanceOf(UnserializableException.class)
                            .hasMessageMatching("(?s)list12\\[0\\].*changed while it was being written.*");
                    assertThat(fixture.objects()).isZero();
                }
            }
        }
    }

    static final class Tags extends HashMap<Object, Object> {
        private static final long serialVersionUID = 1;
    }

    static final class Recent extends LinkedHashMap<Object, Object> {
        private static final long serialVersionUID = 1;
    }

    static final class Sorted extends TreeMap<Object, Object> {
        private static final long serialVersionUID = 1;
    }

    static final class Same extends IdentityHashMap<Object, Object> {
        private static final long serialVersionUID = 1;
    }

    static final class Units extends EnumMap<TimeUnit, Object> {
        private static final long serialVersionUID = 1;

        Units() {
            super(TimeUnit.class);
        }
    }

    static final class Striped extends ConcurrentHashMap<Object, Object> {
        private static final long serialVersionUID = 1;
    }

    /** Those that are written in other ways. */
    static Stream<Map<?, Object>> otherMaps() {
        return Stream.of(
                new IdentityHashMap<>(),
                new WeakHashMap<>(),
                new EnumMap<TimeUnit, Object>(TimeUnit.class),
                new Hashtable<>(),
                new Properties(),
                new ConcurrentHashMap<>(),
                new ConcurrentSkipListMap<>(),
                Collections.synchronizedMap(new HashMap<>()),
                new Tags(),
                new Recent(),
                new Sorted(),
                new Same(),
                new Units(),
                new Striped());
    }

    @ParameterizedTest
    @MethodSource("otherMaps")
    @SuppressWarnings("unchecked")
    void shouldRefuseAMapOrStoreItAsItWas(Map<?, Object> any) {
        Map<TimeUnit, Object> map = (Map<TimeUnit, Object>) any;
        TimeUnit[] keys = {TimeUnit.MICROSECONDS, TimeUnit.MINUTES, TimeUnit.DAYS};
        for (TimeUnit changer : keys) {
            for (TimeUnit changed : TimeUnit.values()) { // removed when it is there, else added
                map.clear();
                for (TimeUnit key : keys) {
                    map.put(key, "of " + key);
                }
                map.put(changer, new Changing(0, () -> {
                    if (map.remove(changed) == null) {
                        map.put(changed, 1);
                    }
                }));
                shouldRefuseOrStore(map);
            }
        }
    }

    private static void shouldRefuseOrStore(Object container) {
        try (Fixture fixture = new Fixture()) {
            ObjectId id;
            try {
                id = fixture.codec.put(List.of(container, "x"));
            } catch (UnserializableException e) {
                assertThat(e).hasMessageContaining("changed while it was being written");
                return;
            }
            List<?> back = (List<?>) fixture.codec.get(id, Duration.ZERO);
            fixture.store.dereference(id);
            assertThat(back.get(0)).hasSameClassAs(container);
            assertThat(back.get(1)).isEqualTo("x");
        }
    }

    static final class Listed extends ArrayList<Object> {
        private static final long serialVersionUID = 1;
    }

    static final class Chained extends LinkedList<Object> {
        private static final long serialVersionUID = 1;
    }

    static final class Ends extends ArrayDeque<Object> {
        private static final long serialVersionUID = 1;
    }

    static final class Urgent extends PriorityQueue<Object> {
        private static final long serialVersionUID = 1;
    }

    static final class Hashed extends LinkedHashSet<Object> {
        private static final long serialVersionUID = 1;
    }

    static final class Ordered extends TreeSet<Object> {
        private static final long serialVersionUID = 1;
    }

    static final class Bounded extends ArrayBlockingQueue<Object> {
        private static final long serialVersionUID = 1;

        Bounded() {
            super(5);
        }
    }

    /** But LinkedBlockingDeque, of which the JDK itself writes an element that is taken out meanwhile without end. */
    static Stream<Collection<Object>> otherCollections() {
        return Stream.of(
                new Stack<>(),
                new ArrayBlockingQueue<>(5),
                new LinkedBlockingQueue<>(),
                new PriorityBlockingQueue<>(),
                new LinkedTransferQueue<>(),
                new ConcurrentLinkedQueue<>(),
                new ConcurrentLinkedDeque<>(),
                new CopyOnWriteArrayList<>(),
                new CopyOnWriteArraySet<>(),
                new ConcurrentSkipListSet<>(),
                ConcurrentHashMap.newKeySet(),
                Collections.synchronizedList(new ArrayList<>()),
                Collections.newSetFromMap(new IdentityHashMap<>()),
                new ArrayList<Object>(List.of("before", "after")).subList(1, 1),
                new LinkedList<Object>(List.of("before", "after")).subList(1, 1),
                new Vector<Object>(List.of("before", "after")).subList(1, 1),
                new Listed(),
                new Chained(),
                new Ends(),
                new Urgent(),
                new Hashed(),
                new Ordered(),
                new Bounded());
    }

    @ParameterizedTest
    @MethodSource("otherCollections")
    void shouldRefuseACollectionOrStoreItAsItWas(Collection<Object> all) {
        for (int changer = 0; changer < 3; ++changer) {
            for (boolean adds : new boolean[] {true, false}) {
                all.clear();
                Changing spare = new Changing(9, null);
                Runnable change = adds
                        ? () -> all.add(spare)
                        : () -> all.remove(all.iterator().next());
                for (int i = 0; i < 3; ++i) {
                    all.add(new Changing(i, i == changer ? change : null));
                }
                shouldRefuseOrStore(all);
            }
        }
    }

    /** What a subclass does to itself when the JDK has written what it has, is no change meanwhile. */
    static final class Trimmed extends ArrayList<Object> {
        private static final long serialVersionUID = 1;

        private void writeObject(ObjectOutputStream out) throws IOException {
            trimToSize();
            out.defaultWriteObject();
        }
    }

    @Test
    void shouldStoreWhatChangesItselfAfterwards() {
        Trimmed trimmed = new Trimmed();
        trimmed.add(1);
        try (Fixture fixture = new Fixture()) {
            assertThat(fixture.roundTrip(trimmed)).isEqualTo(trimmed);
        }
    }

    @ParameterizedTest
    @MethodSource("collections")
    void shouldBringBackACollectionThatIsNot(Collection<Object> all) {
        for (int i = 0; i < 100; ++i) {
            all.add("" + i);
        }
        try (Fixture fixture = new Fixture()) {
            Object back = fixture.roundTrip(List.of(all, all));
            Collection<?> first = (Collection<?>) ((List<?>) back).get(0);
            assertThat(first).isExactlyInstanceOf(all.getClass()).isSameAs(((List<?>) back).get(1));
            assertThat(new ArrayList<>(first)).isEqualTo(new ArrayList<>(all));
        }
    }
}
