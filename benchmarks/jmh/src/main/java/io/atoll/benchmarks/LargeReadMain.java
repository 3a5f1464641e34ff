package io.atoll.benchmarks;

import com.sun.management.ThreadMXBean;
import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.tensor.DType;
import io.atoll.tensor.Tensor;
import io.atoll.tensor.WritableTensor;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;

/**
 * {@code get.tensor.1GiB.first}: what the first get of a tensor of 1 GiB takes in a worker that is ready, and how much
 * of its heap; the median of several workers, each of a session of its own.
 */
final class LargeReadMain {
    private static final int SESSIONS = 5;
    private static final long ELEMENTS = 1L << 27;
    private static final long READY_MILLIS = 3000; // a worker loads what it may need while it has nothing to do

    private LargeReadMain() {}

    public static void main(String[] args) throws InterruptedException {
        double[] nanos = new double[SESSIONS];
        double[] bytes = new double[SESSIONS];
        for (int i = 0; i < SESSIONS; i++) {
            AtollOptions options = AtollOptions.builder()
                    .workers(1)
                    .storeBytes(3L << 29)
                    .withoutSpilling()
                    .build();
            try (AtollSession session = Atoll.init(options)) {
                ObjectRef<Tensor> tensor = make();
                Thread.sleep(READY_MILLIS);
                double[] measured = Atoll.task(LargeReadMain::read, List.of(tensor))
                        .remote()
                        .get();
                nanos[i] = measured[0];
                bytes[i] = measured[1];
            }
        }
        System.out.println(new Measurement("get.tensor.1GiB.first", median(nanos), "ns", "p50").line());
        System.out.println(new Measurement("get.tensor.1GiB.first.allocated", median(bytes), "B", "p50").line());
    }

    private static ObjectRef<Tensor> make() {
        try (WritableTensor tensor = Tensor.create(DType.FLOAT64, ELEMENTS)) {
            tensor.setDouble(1, 0);
            tensor.setDouble(2, ELEMENTS - 1);
            return tensor.seal();
        }
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    /** In the worker: the get, both ends of the tensor, and its close. */
    private static double[] read(List<ObjectRef<Tensor>> refs) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        threads.getCurrentThreadAllocatedBytes();
        long allocated = threads.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        double sum;
        try (Tensor tensor = refs.get(0).get()) {
            sum = tensor.getDouble(0) + tensor.getDouble(ELEMENTS - 1);
        }
        long nanos = System.nanoTime() - start;
        long bytes = threads.getCurrentThreadAllocatedBytes() - allocated;
        if (sum != 3) {
            throw new AssertionError("the ends add up to " + sum);
        }
        return new double[] {nanos, bytes};
    }
}
