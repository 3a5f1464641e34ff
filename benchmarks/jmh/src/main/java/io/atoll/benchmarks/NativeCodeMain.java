package io.atoll.benchmarks;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.NodeStats;
import io.atoll.ObjectRef;
import io.atoll.arrow.ArrowCompute;
import io.atoll.examples.kernels.Blas;
import io.atoll.examples.kernels.Rbf;
import io.atoll.tensor.DType;
import io.atoll.tensor.Tensor;
import io.atoll.tensor.WritableTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.DoublePointer;

/**
 * {@code ci/bench native-code}: native code on stored memory, beside the same calls without Atoll. Arguments: commit, and
 * the JSON file to write, if any. {@code OPENBLAS_NUM_THREADS} is to be 1: one call, one CPU.
 */
final class NativeCodeMain {
    /** Of each of the two vectors: 100 MB. */
    private static final int ELEMENTS = 12_500_000;

    private static final int DDOTS = 41;
    private static final int WARMUPS = 5;
    private static final long STORE_BYTES = 512L << 20;

    private static final int POINTS = 3000;
    private static final int DIMENSIONS = 16;
    private static final int BLOCKS = 12;
    private static final int MATRICES = 9;

    private static final List<Row> ROWS = List.of(
            Row.of("ddot.100MB.task", "p50").over("ddot.100MB.plain+rtt").target(1.15),
            Row.of("ddot.100MB.plain", "p50"),
            Row.of("task.noop.rtt", "p50"),
            Row.of("ddot.copied", "sum").limit(0),
            Row.of("rbf.3000.2workers", "rate").over("rbf.3000.1worker").target(1.7),
            Row.of("rbf.copied", "sum").limit(0));

    private final Report report = new Report();

    public static void main(String[] args) throws IOException, InterruptedException {
        NativeCodeMain all = new NativeCodeMain();
        List<Row> rows = new ArrayList<>(ROWS);
        System.err.println("measuring ddot");
        all.ddot();
        System.err.println("measuring kernel matrices");
        all.rbf();
        if (ArrowCompute.isAvailable()) {
            System.err.println("measuring Arrow C++");
            new ArrowRows(all.report, Path.of("")).measure();
            rows.addAll(ArrowRows.ALL);
        } else {
            System.err.println("not measuring Arrow C++: " + ArrowCompute.unavailabilityCause());
        }
        all.report.print(rows, System.out);
        if (args.length > 1) {
            all.report.writeJson(rows, args[0], Path.of(args[1]));
        }
    }

    /** In turns: the call in this process on memory of malloc's, the same as a task, a task that does nothing. */
    private void ddot() {
        double[] plain = new double[DDOTS];
        double[] task = new double[DDOTS];
        double[] noop = new double[DDOTS];
        try (AtollSession session = Atoll.init(options(1));
                DoublePointer x = new DoublePointer(ELEMENTS);
                DoublePointer y = new DoublePointer(ELEMENTS)) {
            fill(x, 3);
            fill(y, 5);
            ObjectRef<Tensor> storedX = put(3);
            ObjectRef<Tensor> storedY = put(5);
            double expected = Blas.ddot(x, y);
            for (int i = -WARMUPS; i < DDOTS; ++i) {
                int at = Math.max(0, i);
                plain[at] = nanos(() -> check(Blas.ddot(x, y), expected));
                task[at] = nanos(() -> check(
                        Atoll.task(Blas::ddot, storedX.as(DoublePointer.class), storedY.as(DoublePointer.class))
                                .remote()
                                .get(),
                        expected));
                noop[at] = nanos(() -> check(Atoll.task(Noop::call).remote().get(), 1));
            }
            report.add(new Measurement("ddot.copied", copied(), "B", "sum"));
        }
        double sum = Programs.median(plain) + Programs.median(noop);
        report.add(new Measurement("ddot.100MB.task", Programs.median(task), "ns", "p50"));
        report.add(new Measurement("ddot.100MB.plain", Programs.median(plain), "ns", "p50"));
        report.add(new Measurement("task.noop.rtt", Programs.median(noop), "ns", "p50"));
        report.add(new Measurement("ddot.100MB.plain+rtt", sum, "ns", "p50"));
    }

    /** The same blocks by one worker and by two, in sessions of their own, in turns. */
    private void rbf() {
        double[] one = new double[MATRICES];
        double[] two = new double[MATRICES];
        double copied = 0;
        for (int i = 0; i < MATRICES; ++i) {
            copied += matrix(1, one, i) + matrix(2, two, i);
        }
        report.add(new Measurement("rbf.3000.1worker", 1e9 / Programs.median(one), "1/s", "rate"));
        report.add(new Measurement("rbf.3000.2workers", 1e9 / Programs.median(two), "1/s", "rate"));
        report.add(new Measurement("rbf.copied", copied, "B", "sum"));
    }

    /** Returns the bytes that workers have copied. */
    private static double matrix(int workers, double[] nanos, int at) {
        double[] coordinates =
                new java.util.Random(1).doubles((long) POINTS * DIMENSIONS).toArray();
        try (AtollSession session = Atoll.init(options(workers))) {
            ObjectRef<Tensor> points = Atoll.put(Tensor.of(coordinates, POINTS, DIMENSIONS));
            Runnable whole = () -> {
                List<ObjectRef<Tensor>> blocks = Rbf.matrix(points, 0.5, POINTS, BLOCKS);
                Atoll.wait(blocks);
                blocks.forEach(ObjectRef::close);
            };
            for (int i = 0; busy() < workers; ++i) { // until every worker is there, and has loaded its libraries
                if (i == WARMUPS * 10) {
                    throw new IllegalStateException("of " + workers + " workers " + busy() + " have run a task");
                }
                whole.run();
            }
            nanos[at] = nanos(whole);
            return copied();
        }
    }

    /** How many workers have run a task. */
    private static long busy() {
        return Atoll.stats().workers().stream().filter(each -> each.tasks() > 0).count();
    }

    private static AtollOptions options(int workers) {
        return AtollOptions.builder()
                .workers(workers)
                .cpus(workers)
                .storeBytes(STORE_BYTES)
                .workerEnvironment("OPENBLAS_NUM_THREADS", "1")
                .build();
    }

    private static void fill(DoublePointer numbers, int modulus) {
        for (long i = 0; i < ELEMENTS; ++i) {
            numbers.put(i, (double) (i % modulus));
        }
    }

    private static ObjectRef<Tensor> put(int modulus) {
        try (WritableTensor tensor = Tensor.create(DType.FLOAT64, ELEMENTS)) {
            fill(tensor.as(DoublePointer.class), modulus);
            return tensor.seal();
        }
    }

    private static double nanos(Runnable run) {
        long start = System.nanoTime();
        run.run();
        return System.nanoTime() - start;
    }

    private static void check(double value, double expected) {
        if (value != expected) {
            throw new IllegalStateException(value + " instead of " + expected);
        }
    }

    private static double copied() {
        return Atoll.stats().workers().stream()
                .mapToLong(NodeStats.ProcessStats::bytesCopied)
                .sum();
    }
}
