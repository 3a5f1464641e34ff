package io.atoll.benchmarks;

import io.atoll.ObjectId;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.store.Memory;
import io.atoll.internal.store.ObjectStore;
import io.atoll.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.fory.Fory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Values of each kind into the store and out of it, and beside them what the same costs at least. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ObjectsBenchmark {
    private static final int LARGE = 64 << 20;
    private static final int COLUMNS = 10;

    record Order(long id, String name, double price, int count, boolean paid) {}

    static final class Node {
        private final int number;
        private final String name;
        private Node other;

        Node(int number) {
            this.number = number;
            this.name = "node";
        }
    }

    private ObjectCodec codec;
    private BufferAllocator allocator;
    private VectorSchemaRoot small;
    private VectorSchemaRoot large;
    private double[] largeArray;
    private Tensor largeTensor;
    private ObjectId tensor;
    private ObjectId batch;
    private ObjectId array;
    private final double[] million = new double[1_000_000];
    private double[][] copies; // made by who needs them: the others measure with a small heap
    private int turn;
    private List<Node> graph;
    private Fory fory;
    private ObjectStore.Creation warm;

    @Setup(Level.Trial)
    public void prepare(StoreState state) {
        codec = new ObjectCodec(state.store, id -> null, Duration.ofSeconds(10));
        allocator = new RootAllocator();
        small = batch(COLUMNS, 1000);
        large = batch(8, LARGE / 64);
        largeArray = new double[LARGE / 8];
        largeTensor = Tensor.of(largeArray);
        tensor = codec.put(Tensor.of(new double[1000]));
        batch = codec.put(small);
        array = codec.put(million);
        graph = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            Node node = new Node(i);
            node.other = i % 3 == 0 ? null : graph.get(i / 2);
            graph.add(node);
        }
        fory = Fory.builder()
                .withXlang(false)
                .withRefTracking(true)
                .requireClassRegistration(false)
                .suppressClassRegistrationWarnings(true)
                .build();
        warm = state.store.create(null, LARGE, 0, 0, null);
    }

    private VectorSchemaRoot batch(int columns, int rows) {
        List<FieldVector> vectors = new ArrayList<>();
        for (int c = 0; c < columns; c++) {
            Float8Vector vector = new Float8Vector("c" + c, allocator);
            vector.allocateNew(rows);
            for (int i = 0; i < rows; i++) {
                vector.set(i, i);
            }
            vector.setValueCount(rows);
            vectors.add(vector);
        }
        return VectorSchemaRoot.of(vectors.toArray(new FieldVector[0]));
    }

    @TearDown(Level.Trial)
    public void close() {
        warm.close();
        small.close();
        large.close();
        allocator.close();
    }

    @Benchmark
    public Object getTensorView() {
        try (Tensor view = (Tensor) codec.get(tensor, Duration.ZERO)) {
            return view;
        }
    }

    /** As users read one: by its buffer. */
    @Benchmark
    public double getTensorViewBuffer() {
        try (Tensor view = (Tensor) codec.get(tensor, Duration.ZERO)) {
            return view.asDoubleBuffer().get(0);
        }
    }

    @Benchmark
    public int getBatch() {
        try (VectorSchemaRoot root = (VectorSchemaRoot) codec.get(batch, Duration.ZERO)) {
            return root.getRowCount();
        }
    }

    @Benchmark
    public void putTensor(StoreState state) {
        state.store.dereference(codec.put(largeTensor));
    }

    @Benchmark
    public void putBatch(StoreState state) {
        state.store.dereference(codec.put(large));
    }

    /** The floor of both: the same bytes into shared memory that is there already. */
    @Benchmark
    public void copyLarge() {
        Memory.buffer(warm.address(), LARGE).asDoubleBuffer().put(largeArray);
    }

    @Benchmark
    public Object putGetRecord(StoreState state) {
        return putGet(state, new Order(1, "name", 2.5, 3, true));
    }

    @Benchmark
    public Object putGetGraph(StoreState state) {
        return putGet(state, graph);
    }

    private Object putGet(StoreState state, Object value) {
        ObjectId id = codec.put(value);
        Object read = codec.get(id, Duration.ZERO);
        state.store.dereference(id);
        return read;
    }

    @Benchmark
    public Object foryGraph() {
        return fory.deserialize(fory.serialize(graph));
    }

    @Benchmark
    public Object getDoubleArray() {
        return codec.get(array, Duration.ZERO);
    }

    /** The floor of that: the same bytes into arrays that are there, in turns, so that none is in the caches: none new is. */
    @Benchmark
    public double[] copyMillionInTurns() {
        if (copies == null) {
            copies = new double[32][1_000_000];
        }
        double[] to = copies[turn++ & 31];
        Memory.copyToArray(warm.address(), to, 8_000_000);
        return to;
    }

    /** What a get of an array takes beside its copy: the JVM zeroes what is new, at this length in its runtime. */
    @Benchmark
    public double[] newMillion() {
        return new double[1_000_000];
    }

    /** The one way to a new array that is not zeroed first, which only another array can be the source of. */
    @Benchmark
    public double[] copyOfMillion() {
        return Arrays.copyOf(million, million.length);
    }
}
