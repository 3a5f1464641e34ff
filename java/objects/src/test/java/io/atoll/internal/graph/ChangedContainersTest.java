package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.UnserializableException;
import io.atoll.internal.objects.Fixture;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.Vector;
import java.util.stream.Stream;
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

    /** Changes the collection that it is in. */
    static final class Changing implements Serializable, Comparable<Changing> {
        private static final long serialVersionUID = 1;
        private final transient Collection<Object> collection;
        private final transient Runnable change;
        private final int order;

        Changing(Collection<Object> collection, int order, Runnable change) {
            this.collection = collection;
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
                Changing spare = new Changing(all, 9, null);
                for (int i = 0; i < 3; ++i) {
                    Runnable change = adds
                            ? () -> all.add(spare)
                            : () -> all.remove(all.iterator().next());
                    all.add(new Changing(all, i, i == changer ? change : null));
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
