package io.atoll.benchmarks;

import io.atoll.Atoll;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringTokenizer;
import org.HdrHistogram.Histogram;

/**
 * Round trips of a task that does nothing, in turns with round trips between two processes over a futex, so that both
 * meet the same machine; then how many such tasks pass in a second.
 *
 * <p>Arguments: the program of the floors, and what to add to the names (nothing, or {@code .pinned}).
 */
final class TaskMain {
    private static final long WARM_UP_NANOS = 5_000_000_000L;
    private static final int SLICES = 40;
    private static final int ROUNDS_PER_SLICE = 500;
    private static final int BATCHES = 15;
    private static final int TASKS_PER_BATCH = 2_000;
    private static final int WARM_UP_BATCHES = 5;

    private TaskMain() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        String suffix = args.length > 1 ? args[1] : "";
        try (AtollSession session = Atoll.init();
                Floor floor = new Floor(args[0])) {
            for (long end = System.nanoTime() + WARM_UP_NANOS; System.nanoTime() - end < 0; ) {
                roundTrip();
            }
            floor.record(ROUNDS_PER_SLICE, new Histogram(3));

            Histogram tasks = new Histogram(3);
            Histogram futex = new Histogram(3);
            for (int slice = 0; slice < SLICES; ++slice) {
                for (int i = 0; i < ROUNDS_PER_SLICE; ++i) {
                    tasks.recordValue(roundTrip());
                }
                floor.record(ROUNDS_PER_SLICE, futex);
            }
            print("futex.rtt" + suffix, futex);
            print("task.noop.rtt" + suffix, tasks);

            double[] rates = new double[BATCHES];
            for (int i = -WARM_UP_BATCHES; i < BATCHES; ++i) {
                double rate = batch();
                if (i >= 0) {
                    rates[i] = rate;
                }
            }
            Arrays.sort(rates);
            System.out.println(
                    new Measurement("task.noop.throughput" + suffix, rates[BATCHES / 2], "1/s", "rate").line());
        }
    }

    private static long roundTrip() {
        long start = System.nanoTime();
        Atoll.task(Noop::call).remote().get();
        return System.nanoTime() - start;
    }

    private static double batch() {
        List<ObjectRef<Integer>> refs = new ArrayList<>(TASKS_PER_BATCH);
        long start = System.nanoTime();
        for (int i = 0; i < TASKS_PER_BATCH; ++i) {
            refs.add(Atoll.task(Noop::call).remote());
        }
        Atoll.get(refs);
        return TASKS_PER_BATCH / ((System.nanoTime() - start) / 1e9);
    }

    private static void print(String name, Histogram times) {
        System.out.println(new Measurement(name, times.getValueAtPercentile(50), "ns", "p50").line());
        System.out.println(new Measurement(name, times.getValueAtPercentile(99.9), "ns", "p999").line());
    }

    /** The program that does the round trips of the floor whenever it is asked to. */
    private static final class Floor implements AutoCloseable {
        private final Process process;
        private final PrintStream to;
        private final BufferedReader from;

        Floor(String program) throws IOException {
            process = new ProcessBuilder(program)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            to = new PrintStream(process.getOutputStream(), true);
            from = process.inputReader();
        }

        void record(int rounds, Histogram into) throws IOException {
            to.println(rounds);
            String times = from.readLine();
            if (times == null) {
                throw new IOException("the floor ended");
            }
            for (StringTokenizer each = new StringTokenizer(times); each.hasMoreTokens(); ) {
                into.recordValue(Long.parseLong(each.nextToken()));
            }
        }

        @Override
        public void close() throws InterruptedException {
            to.close();
            process.waitFor();
        }
    }
}
