package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.UnserializableException;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.objects.Fixture;
import io.atoll.internal.store.ObjectStore;
import io.atoll.tensor.Tensor;
import io.atoll.tensor.TensorInside;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

public class GraphTest {
    private final Fixture fixture = new Fixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    record Person(String name, int age, List<String> tags, Person partner) {}

    enum Colour {
        RED,
        BLUE {
            @Override
            int number() {
                return 2;
            }
        };

        int number() {
            return 1;
        }
    }

    static final class Node {
        private final int number;
        private Node next;
        private Object self;

        Node(int number) {
            this.number = number;
        }
    }

    @Test
    void shouldKeepRecordsAndEnums() {
        Person person = new Person("Ada", 36, List.of("a", "b"), new Person("Bob", 1, List.of(), null));
        assertThat(fixture.roundTrip(person)).isEqualTo(person);
        assertThat(fixture.roundTrip(Colour.BLUE)).isSameAs(Colour.BLUE);
    }

    @Test
    void shouldKeepCyclesAndIdentity() {
        Node node = new Node(1);
        node.self = node;
        node.next = new Node(2);
        node.next.self = node;
        Node read = (Node) fixture.roundTrip(node);

        assertThat(read.self).isSameAs(read);
        assertThat(read.next.self).isSameAs(read);
        assertThat(read.next.number).isEqualTo(2);

        Object[] array = {null, new double[] {1}, null};
        array[0] = array;
        array[2] = array[1];
        Object[] readArray = (Object[]) fixture.roundTrip(array);
        assertThat(readArray[0]).isSameAs(readArray);
        assertThat(readArray[2]).isSameAs(readArray[1]);
    }

    @Test
    void shouldKeepALongLinkedList() {
        Node head = null;
        for (int i = 0; i < 100_000; i++) {
            Node node = new Node(i);
            node.next = head;
            head = node;
        }
        Node read = (Node) fixture.roundTrip(head);
        int length = 0;
        for (Node each = read; each != null; each = each.next) {
            assertThat(each.number).isEqualTo(99_999 - length);
            length++;
        }
        assertThat(length).isEqualTo(100_000);
    }

    @Test
    void shouldKeepCapturingLambdas() {
        int captured = 41;
        IntSupplier lambda = (IntSupplier & Serializable) () -> captured + 1;
        assertThat(((IntSupplier) fixture.roundTrip(lambda)).getAsInt()).isEqualTo(42);
    }

    @Test
    void shouldKeepThrowablesWithTheirStackTraces() {
        IOException error = new IOException("text", new IllegalStateException("why"));
        IOException read = (IOException) ((List<?>) fixture.roundTrip(List.of(error))).get(0);

        assertThat(read).hasMessage("text").hasRootCauseMessage("why");
        assertThat(read.getStackTrace()).isEqualTo(error.getStackTrace());
    }

    @Test
    void shouldKeepWhatTheJvmSaysOfANull() {
        NullPointerException error = nullPointer();
        List<?> read = (List<?>) fixture.roundTrip(List.of(new IllegalStateException("why", error)));
        assertThat((Throwable) read.get(0)).hasRootCauseMessage(error.getMessage());
        assertThat(error.getMessage()).contains("String.length()");

        ObjectId id = fixture.store.expect();
        fixture.codec.putError(id, TaskException.of("t", 7, 1, new IllegalStateException("x", nullPointer())));
        assertThatThrownBy(() -> fixture.codec.get(id, Duration.ZERO)).hasRootCauseMessage(error.getMessage());
        fixture.store.dereference(id);
    }

    private static NullPointerException nullPointer() {
        String nothing = null;
        try {
            throw new AssertionError(nothing.length());
        } catch (NullPointerException e) {
            return e;
        }
    }

    @Test
    void shouldLiftLargeArraysOnce() {
        double[] large = new double[1000];
        Arrays.setAll(large, i -> i);
        Encoded encoded = fixture.codec.encode(new ArrayList<>(List.of(large, new int[] {1, 2}, large)));
        List<?> read = (List<?>) fixture.roundTrip(new ArrayList<>(List.of(large, new int[] {1, 2}, large)));

        assertThat(encoded.hasBuffers()).isTrue();
        assertThat(encoded.size()).isBetween(8000L, 8400L);
        assertThat((double[]) read.get(0)).isEqualTo(large);
        assertThat((int[]) read.get(1)).containsExactly(1, 2);
        assertThat(read.get(2)).isSameAs(read.get(0));
    }

    record Model(String name, double[] weights, float[][] layers, Tensor tensor) {}

    @Test
    void shouldKeepArraysAndTensorsInFields() {
        double[] weights = new double[500];
        weights[499] = 7;
        Model model = new Model("m", weights, new float[][] {{1}, new float[400]}, Tensor.of(new int[] {1, 2, 3}));
        Model read = (Model) fixture.roundTrip(model);

        assertThat(read.weights()).isEqualTo(weights);
        assertThat(read.layers()[1]).hasSize(400);
        assertThat(read.tensor().contentEquals(model.tensor())).isTrue();
        assertThat(fixture.pins()).isEqualTo(1);
        read.tensor().close();
        assertThat(fixture.pins()).isZero();
    }

    @Test
    void shouldReturnTensorsAndVectorsInsideAsViews() {
        try (BufferAllocator allocator = new RootAllocator();
                IntVector vector = new IntVector("v", allocator)) {
            vector.setSafe(0, 5);
            vector.setValueCount(1);
            Map<String, Object> value = new HashMap<>();
            value.put("tensor", Tensor.of(new float[100]));
            value.put("vector", vector);
            ObjectId id = fixture.codec.put(value);
            try (ObjectStore.Pin pin = fixture.store.tryGet(id)) {
                Map<?, ?> read = (Map<?, ?>) fixture.codec.get(id, Duration.ZERO);
                Tensor tensor = (Tensor) read.get("tensor");
                IntVector readVector = (IntVector) read.get("vector");

                assertThat(TensorInside.address(tensor)).isBetween(pin.address(), pin.address() + pin.size());
                assertThat(TensorInside.address(tensor) % 64).isZero();
                assertThat(readVector.getDataBufferAddress()).isBetween(pin.address(), pin.address() + pin.size());
                assertThat(readVector.get(0)).isEqualTo(5);
                tensor.close();
                assertThat(fixture.pins()).isEqualTo(2);
                readVector.close();
            }
            fixture.store.dereference(id);
        }
        assertThat(fixture.pins()).isZero();
    }

    @Test
    void shouldReturnByteBuffersAsReadOnlyViews() {
        useByteBuffers();
        Fixture.collectUntil(() -> fixture.pins() == 0);
    }

    private void useByteBuffers() {
        ByteBuffer heap = ByteBuffer.wrap(new byte[] {1, 2, 3, 4}, 1, 2);
        ByteBuffer direct = ByteBuffer.allocateDirect(8).putLong(0, 77);
        List<?> read = (List<?>) fixture.roundTrip(List.of(heap, direct, heap.asReadOnlyBuffer()));
        ByteBuffer first = (ByteBuffer) read.get(0);

        assertThat(read).isEqualTo(List.of(heap, direct, heap));
        assertThat(first.isDirect()).isTrue();
        assertThatThrownBy(() -> first.put(0, (byte) 9)).isInstanceOf(ReadOnlyBufferException.class);
        assertThat(heap.position()).isEqualTo(1);
        assertThat(((ByteBuffer) read.get(1)).getLong()).isEqualTo(77);
    }

    @Test
    void shouldRegisterTheRefsInside() {
        ObjectId child = fixture.codec.put("child");
        ObjectRef<?> ref = fixture.adopt(child);
        fixture.store.dereference(child);
        ObjectId parent = fixture.codec.put(List.of("x", Map.of("ref", ref), ref));
        fixture.store.dereference(child); // now only the parent keeps it

        try (ObjectStore.Pin pin = fixture.store.tryGet(parent)) {
            assertThat(pin.contained()).containsExactly(child);
        }
        List<?> read = (List<?>) fixture.codec.get(parent, Duration.ZERO);
        fixture.store.dereference(parent);
        assertThat(((ObjectRef<?>) read.get(2)).id()).isEqualTo(child);
        assertThat(((Map<?, ?>) read.get(1)).get("ref")).isSameAs(read.get(2));
        assertThat(fixture.codec.get(child, Duration.ZERO)).isEqualTo("child");
        fixture.store.dereference(child);
    }

    @Test
    void shouldKeepARefByItself() {
        ObjectId child = fixture.codec.put(5);
        ObjectId parent = fixture.codec.put(fixture.adopt(child));
        fixture.store.dereference(child);
        fixture.store.dereference(child);

        ObjectRef<?> read = (ObjectRef<?>) fixture.codec.get(parent, Duration.ZERO);
        assertThat(read.id()).isEqualTo(child);
        fixture.store.dereference(parent);
        fixture.store.dereference(child);
    }

    @Test
    void shouldServeManyThreads() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                int thread = t;
                all.add(threads.submit(() -> {
                    for (int i = 0; i < 50; i++) {
                        double[] large = new double[200];
                        large[i] = thread;
                        List<?> value = List.of(new Person("p" + i, thread, List.of("x"), null), large, "end");
                        List<?> read = (List<?>) fixture.roundTrip(value);
                        assertThat(read.get(0)).isEqualTo(value.get(0));
                        assertThat((double[]) read.get(1)).isEqualTo(large);
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            threads.shutdown();
        }
    }

    static final class Order {
        private final List<Item> items;

        Order(Item... items) {
            this.items = Arrays.asList(items);
        }
    }

    static final class Item {
        private final Object connection;

        Item(Object connection) {
            this.connection = connection;
        }
    }

    static final class Declared {
        private final Map<String, Item> byName = new HashMap<>();
        private Thread thread;
    }

    static final class MyStream extends java.io.InputStream {
        @Override
        public int read() {
            return -1;
        }
    }

    @Test
    void shouldNameThePathToWhatCannotBeStored() throws Exception {
        Order order = new Order(new Item(1), new Item("x"), new Item(null), new Item(new Socket()));
        refused(order, "order.items[3].connection: java.net.Socket cannot be stored");
        Declared declared = new Declared();
        refused(declared, "declared.thread: java.lang.Thread cannot be stored");
        refused(new Object[] {1, Map.of("k", new Thread())}, "value[1][\"k\"]: java.lang.Thread cannot be stored");
        refused(
                new Item(new MyStream()),
                "item.connection: " + MyStream.class.getName() + " cannot be stored: it extends java.io.InputStream");
        try (FileInputStream stream = new FileInputStream("/dev/null")) {
            refused(stream, "fileInputStream: java.io.FileInputStream cannot be stored");
        }
        Supplier<Integer> plain = () -> 1;
        refused(new Item(plain), "item.connection: ", "a lambda of an interface that is not Serializable");
        refused(new Item(getClass().getClassLoader()), "item.connection: ");
        refused(new ThreadLocal<>(), "threadLocal: ");
        Thread captured = new Thread();
        Supplier<Thread> capturing = (Supplier<Thread> & Serializable) () -> captured;
        refused(capturing, "value.arg$1: java.lang.Thread cannot be stored");
    }

    private void refused(Object value, String... texts) {
        assertThatThrownBy(() -> fixture.codec.put(value))
                .isInstanceOf(UnserializableException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(texts));
        assertThat(fixture.objects()).isZero();
    }
}
