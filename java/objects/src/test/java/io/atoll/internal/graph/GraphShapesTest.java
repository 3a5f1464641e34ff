package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.UnserializableException;
import io.atoll.internal.fields.Refusal;
import io.atoll.internal.objects.Fixture;
import java.io.IOException;
import java.io.Serializable;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Stack;
import java.util.TreeMap;
import java.util.Vector;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Cycles, depth, throwables, and objects of anonymous and inner classes. */
class GraphShapesTest {
    private final Fixture fixture = new Fixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    record Team(String name, List<Object> members) {}

    static final class Node {
        private Object next;
    }

    @Test
    void shouldRefuseACycleThatIsEnteredAtARecord() {
        List<Object> members = new ArrayList<>();
        Team team = new Team("a", members);
        members.add(team);
        refused(team, "team: " + Team.class.getName() + " cannot be stored: it refers to itself");
        Node node = new Node();
        node.next = new Object[] {1, Optional.of(List.of(2, team))};
        refused(node, "node.next[1].get()[1]: " + Team.class.getName() + " cannot be stored: it refers to itself");
    }

    @Test
    void shouldRefuseACycleThatIsEnteredAtAnImmutableCollection() {
        Node node = new Node();
        List<Object> list = List.of(1, node);
        node.next = list;
        refused(list, "it refers to itself", "made only by its constructor");
        node.next = Optional.of(node);
        refused(node.next, "optional: java.util.Optional cannot be stored: it refers to itself");
        node.next = Collections.unmodifiableList(new ArrayList<>(List.of(node)));
        refused(node.next, "it refers to itself");
        Object[] array = new Object[1];
        Supplier<Object> lambda = (Supplier<Object> & Serializable) () -> array[0];
        array[0] = lambda;
        refused(lambda, "it refers to itself");
    }

    @Test
    void shouldKeepACycleThatIsEnteredAtAnOrdinaryObject() {
        Node node = new Node();
        Team team = new Team("a", List.of(node));
        node.next = new Object[] {team, team, Optional.of(node)};
        Node read = (Node) fixture.roundTrip(node);

        Object[] next = (Object[]) read.next;
        assertThat(((Team) next[0]).members().get(0)).isSameAs(read);
        assertThat(next[1]).isSameAs(next[0]);
        assertThat(((Optional<?>) next[2]).orElseThrow()).isSameAs(read);
    }

    @Test
    void shouldKeepRecordsAndListsThatAreSharedWithoutACycle() {
        List<Object> shared = List.of(new ArrayList<>(List.of(1)));
        Team team = new Team("a", shared);
        List<?> read = (List<?>) fixture.roundTrip(new ArrayList<>(List.of(team, team, shared)));

        assertThat(read.get(1)).isSameAs(read.get(0));
        assertThat(((Team) read.get(0)).members()).isSameAs(read.get(2));
    }

    @Test
    void shouldKeepObjectsThatContainThemselves() {
        AtomicReference<Object> reference = new AtomicReference<>();
        reference.set(reference);
        AtomicReference<?> read = (AtomicReference<?>) fixture.roundTrip(reference);
        assertThat(read.get() == read).isTrue();
    }

    static Stream<Collection<Object>> collections() {
        return Stream.of(
                new ArrayList<>(),
                new LinkedList<>(),
                new ArrayDeque<>(),
                new Vector<>(),
                new Stack<>(),
                new HashSet<>(),
                new LinkedHashSet<>(),
                new ArrayBlockingQueue<>(3),
                ConcurrentHashMap.newKeySet(),
                new Filling());
    }

    @ParameterizedTest
    @MethodSource("collections")
    void shouldKeepACollectionInACycle(Collection<Object> collection) {
        Node node = new Node();
        node.next = collection;
        collection.add(node);
        Collection<?> read = (Collection<?>) fixture.roundTrip(collection);
        Object last = null;
        for (Object each : read) {
            last = each;
        }
        assertThat(((Node) last).next == read).isTrue();
    }

    static Stream<Map<Object, Object>> maps() {
        return Stream.of(
                new HashMap<>(),
                new LinkedHashMap<>(),
                new TreeMap<>(),
                new Hashtable<>(),
                new IdentityHashMap<>(),
                new ConcurrentHashMap<>());
    }

    @ParameterizedTest
    @MethodSource("maps")
    void shouldKeepAMapThatContainsItself(Map<Object, Object> map) {
        map.put(1, map);
        Map<?, ?> read = (Map<?, ?>) fixture.roundTrip(map);
        assertThat(read.values().iterator().next() == read).isTrue();
    }

    @Test
    void shouldKeepAMillionNodesInARow() {
        Node head = null;
        for (int i = 0; i < 1_000_000; i++) {
            Node node = new Node();
            node.next = head;
            head = node;
        }
        Object read = fixture.roundTrip(head);
        int length = 0;
        for (; read != null; read = ((Node) read).next) {
            length++;
        }
        assertThat(length).isEqualTo(1_000_000);
    }

    @SuppressWarnings("serial")
    static final class Failure extends RuntimeException {
        private final transient Object gone = new Object();
        private final Node notSerializable;
        private final double number = 2.5;
        private final double[] large = new double[300];

        Failure(String message, Node node, Throwable cause) {
            super(message, cause);
            notSerializable = node;
            large[299] = 7;
        }
    }

    @Test
    void shouldKeepThrowablesWhoseFieldsAreNotSerializable() {
        Node node = new Node();
        Failure failure = new Failure("text", node, new IOException("why"));
        failure.addSuppressed(new IllegalStateException("besides"));
        node.next = failure; // a cycle
        Object[] read = (Object[]) fixture.roundTrip(new Object[] {failure, node});
        Failure same = (Failure) read[0];

        assertThat(same).hasMessage("text").hasRootCauseMessage("why");
        assertThat(same.getSuppressed()[0]).hasMessage("besides");
        assertThat(same.getStackTrace()).isEqualTo(failure.getStackTrace());
        assertThat(same.notSerializable).isSameAs(read[1]);
        assertThat(((Node) read[1]).next).isSameAs(same);
        assertThat(same.number).isEqualTo(2.5);
        assertThat(same.large).isEqualTo(failure.large);
        assertThat(same.gone).isNull();
        same.addSuppressed(new IOException("still possible"));
        assertThat(new Throwable[] {(Throwable) fixture.roundTrip(new Exception("no cause"))}[0].initCause(same))
                .hasCause(same);
    }

    @Test
    void shouldTellHowDeepAGraphIsNested() {
        List<Object> chain = new ArrayList<>();
        chain.add(chain);
        for (int i = 0; i < 99; i++) {
            chain = new ArrayList<>(List.of(i, chain, "x"));
        }
        Object root = chain;
        DeepStack.refuse(root, 101);
        assertThatThrownBy(() -> DeepStack.refuse(root, 100))
                .isInstanceOf(Refusal.Refused.class)
                .hasMessageContaining("nested 100 objects deep or more");
    }

    @Test
    void shouldRefuseWhatIsTooMuchToBeCheckedForCycles() {
        List<Object> cycle = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            cycle.add(new ArrayList<>(List.of(cycle)));
        }
        Object pair = Map.entry(cycle, 1);
        GraphRefs numbers = new GraphRefs(new org.apache.fory.context.MapRefWriter(0.5f), Map.of());
        Constructed.refuseCycles(List.of(pair), numbers, 10_000);
        assertThatThrownBy(() -> Constructed.refuseCycles(List.of(pair), numbers, 50))
                .isInstanceOf(Refusal.Refused.class)
                .hasMessageContaining("too many objects to tell");
    }

    @Test
    void shouldNameThePathThroughAThrowable() {
        IllegalStateException error = new IllegalStateException("x", new Failure("y", null, null));
        ((Failure) error.getCause()).addSuppressed(new Failure("z", new Node(), null));
        ((Failure) error.getCause().getSuppressed()[0]).notSerializable.next = new Socket();
        refused(
                List.of(error),
                "[0].getCause().getSuppressed().notSerializable.next: java.net.Socket cannot be stored",
                "Codecs.register");
    }

    static final class GraphHolder {
        private final int outerNumber = 8;

        final class Inside {
            int sum() {
                return outerNumber + 1;
            }
        }
    }

    @Test
    void shouldKeepAnonymousAndInnerObjects() {
        List<Object> doubleBrace = fillingItself();
        doubleBrace.add(2);
        assertThat(fixture.roundTrip(doubleBrace)).isEqualTo(doubleBrace).hasSameClassAs(doubleBrace);
        assertThat(((GraphHolder.Inside) fixture.roundTrip(new GraphHolder().new Inside())).sum())
                .isEqualTo(9);
    }

    private static class Filling extends ArrayList<Object> {
        private static final long serialVersionUID = 1;

        Filling() {
            add(1);
        }
    }

    private static List<Object> fillingItself() {
        return new Filling() {
            private static final long serialVersionUID = 1;

            {
                add("anonymous");
            }
        };
    }

    @Test
    void shouldKeepAnArrayOnceThatIsReachedTwice() {
        long[] large = new long[4000];
        Arrays.fill(large, 5);
        Map<String, Object> value = new HashMap<>();
        value.put("a", large);
        value.put("b", new Object[] {large});
        assertThat(fixture.codec.encode(value).size()).isLessThan(34_000);
        Map<?, ?> read = (Map<?, ?>) fixture.roundTrip(value);
        assertThat(((Object[]) read.get("b"))[0]).isSameAs(read.get("a"));
    }

    @Test
    void shouldKeepACyclicQueue() {
        ArrayBlockingQueue<Object> queue = new ArrayBlockingQueue<>(3);
        queue.add(List.of(1));
        queue.add(queue);
        ArrayBlockingQueue<?> read = (ArrayBlockingQueue<?>) fixture.roundTrip(queue);
        assertThat(read.remainingCapacity()).isEqualTo(1);
        assertThat(read.poll()).isEqualTo(List.of(1));
        assertThat(read.poll() == read).isTrue();
    }

    private void refused(Object value, String... texts) {
        assertThatThrownBy(() -> fixture.codec.put(value))
                .isInstanceOf(UnserializableException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(texts));
        assertThat(fixture.objects()).isZero();
    }
}
