package io.atoll.benchmarks;

import static io.atoll.arrow.Aggregation.count;
import static io.atoll.arrow.Aggregation.mean;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.NodeStats;
import io.atoll.ObjectRef;
import io.atoll.arrow.ArrowCompute;
import io.atoll.arrow.TableQuery;
import io.atoll.table.Table;
import io.atoll.tensor.DType;
import io.atoll.tensor.Tensor;
import io.atoll.tensor.WritableTensor;
import java.io.IOException;
import java.nio.DoubleBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Arrow C++ on stored memory, beside Arrow C++ and pyarrow by themselves. */
final class ArrowRows {
    private static final int ELEMENTS = 12_500_000; // 100 MB
    private static final int SUMS = 41;
    private static final int SMALL = 20_000;
    private static final int GROUPS = 15;
    private static final int ROWS = 3_000_000;
    private static final int WARMUPS = 5;
    private static final int KEYS = 500;
    private static final double MB = 1e6;

    static final List<Row> ALL = List.of(
            Row.of("arrow.sum.100MB.task", "p50")
                    .over("arrow.sum.100MB.c+++rtt")
                    .target(1.05),
            Row.of("arrow.sum.100MB.c++", "p50"),
            Row.of("arrow.add.1.task", "p50").over("arrow.add.1.c++").limit(10_000),
            Row.of("arrow.copied.numbers", "sum").limit(0),
            Row.of("arrow.groupby.3M.task", "p50")
                    .over("arrow.groupby.3M.pyarrow")
                    .target(1.2),
            Row.of("arrow.first.call", "p50").limit(150e6),
            Row.of("arrow.jar", "sum").limit(20 * MB));

    private final Report report;
    private final Path root;

    /** @param root of the checkout */
    ArrowRows(Report report, Path root) {
        this.report = report;
        this.root = root;
    }

    void measure() throws IOException, InterruptedException {
        Programs.measurements(List.of(root.resolve("build/release/benchmarks/native/atoll_arrow_floors")
                        .toString()))
                .forEach(report::add);
        try (AtollSession session = open()) {
            firstCall();
            sum();
            addOne();
        }
        try (AtollSession session = open();
                ObjectRef<Table> rows = rows()) {
            groupBy(rows);
        }
        jar();
    }

    private static AtollSession open() {
        return Atoll.init(
                AtollOptions.builder().workers(1).cpus(1).storeBytes(512L << 20).build());
    }

    /** In a worker that has run a task before, which unpacks the libraries out of their jar and loads them. */
    private void firstCall() {
        Atoll.task(Noop::call).remote().get();
        ObjectRef<double[]> one = Atoll.put(new double[] {1});
        double nanos = nanos(() -> ArrowCompute.sum(one).get());
        report.add(new Measurement("arrow.first.call", nanos, "ns", "p50"));
    }

    private void sum() {
        ObjectRef<Tensor> numbers;
        try (WritableTensor tensor = Tensor.create(DType.FLOAT64, ELEMENTS)) {
            DoubleBuffer to = tensor.as(DoubleBuffer.class);
            for (int i = 0; i < ELEMENTS; ++i) {
                to.put(i, i % 1000);
            }
            numbers = tensor.seal();
        }
        long before = copied();
        double[] task = new double[SUMS];
        double[] noop = new double[SUMS];
        for (int i = -WARMUPS; i < SUMS; ++i) {
            int at = Math.max(0, i);
            task[at] = nanos(() -> ArrowCompute.sum(numbers).get());
            noop[at] = nanos(() -> Atoll.task(Noop::call).remote().get());
        }
        ObjectRef<Table> twice = ArrowCompute.call(Table.class, "add", null, numbers, numbers);
        Atoll.wait(List.of(twice));
        report.add(new Measurement("arrow.copied.numbers", (double) copied() - before, "B", "sum"));
        report.add(new Measurement("arrow.sum.100MB.task", Programs.median(task), "ns", "p50"));
        double alone = report.value("arrow.sum.100MB.c++", "p50");
        report.add(new Measurement("arrow.sum.100MB.c+++rtt", alone + Programs.median(noop), "ns", "p50"));
    }

    private void addOne() {
        ObjectRef<double[]> one = Atoll.put(new double[] {1});
        double[] nanos = new double[SMALL];
        for (int i = -SMALL; i < SMALL; ++i) {
            nanos[Math.max(0, i)] = nanos(() -> {
                try (ObjectRef<Table> sum = ArrowCompute.call(Table.class, "add", null, one, one)) {
                    Atoll.wait(List.of(sum));
                }
            });
        }
        report.add(new Measurement("arrow.add.1.task", Programs.median(nanos), "ns", "p50"));
    }

    /** The same table in the same minutes by both, each on one thread. */
    private void groupBy(ObjectRef<Table> rows) throws IOException, InterruptedException {
        double[] nanos = new double[GROUPS];
        for (int i = -WARMUPS; i < GROUPS; ++i) {
            nanos[Math.max(0, i)] = nanos(() -> {
                try (ObjectRef<Table> groups = TableQuery.on(rows)
                        .groupBy("key")
                        .aggregate(mean("value"), count())
                        .remote()) {
                    Atoll.wait(List.of(groups));
                }
            });
        }
        report.add(new Measurement("arrow.groupby.3M.task", Programs.median(nanos), "ns", "p50"));
        Path file = Files.createTempFile("atoll-rows-", ".arrows");
        try {
            Files.write(file, bytes(rows));
            Programs.measurements(List.of(
                            root.resolve("build/pyarrow/bin/python").toString(),
                            root.resolve("ci/pyarrow-bench.py").toString(),
                            file.toString()))
                    .forEach(report::add);
        } finally {
            Files.delete(file);
        }
    }

    private static byte[] bytes(ObjectRef<Table> ref) {
        var view = ref.bytes();
        byte[] bytes = new byte[view.remaining()];
        view.get(bytes);
        return bytes;
    }

    private static ObjectRef<Table> rows() {
        try (BufferAllocator allocator = new RootAllocator();
                BigIntVector key = new BigIntVector("key", allocator);
                Float8Vector value = new Float8Vector("value", allocator)) {
            key.allocateNew(ROWS);
            value.allocateNew(ROWS);
            for (int i = 0; i < ROWS; ++i) {
                key.set(i, i * 7919L % KEYS);
                value.set(i, i % 1000);
            }
            VectorSchemaRoot batch = VectorSchemaRoot.of(key, value);
            key.setValueCount(ROWS);
            value.setValueCount(ROWS);
            batch.setRowCount(ROWS);
            try (Table table = Table.of(batch)) {
                return Atoll.put(table);
            }
        }
    }

    private void jar() throws IOException {
        try (var files = Files.list(root.resolve("java/arrow/target"))) {
            for (Path each : files.filter(file -> file.toString().matches(".*linux-(x86_64|arm64)\\.jar"))
                    .toList()) {
                report.add(new Measurement("arrow.jar", Files.size(each), "B", "sum"));
            }
        }
    }

    private static double nanos(Runnable run) {
        long start = System.nanoTime();
        run.run();
        return System.nanoTime() - start;
    }

    private static long copied() {
        return Atoll.stats().workers().stream()
                .mapToLong(NodeStats.ProcessStats::bytesCopied)
                .sum();
    }
}
