package io.atoll.benchmarks;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How many tasks a second pass from one thread, with one worker and with two; those that work, beside a thread pool. */
final class TaskRates {
    private static final int ROUNDS = 7;
    private static final int SMALL_TASKS = 50_000;
    private static final long WORK_NANOS_OF_ROUND = 400_000_000;
    private static final int FEW = 1000;
    private static final int MANY = 3_000_000;
    private static final int MANY_OBJECTS = 1 << 23;
    private static final int STEPS_TO_MEASURE = 20_000_000;
    private static final double NANOS = 1e9;

    private TaskRates() {}

    public static void main(String[] args) throws Exception {
        double nanosOfStep = nanosOfStep();
        for (int workers = 1; workers <= 2; ++workers) {
            try (AtollSession session = Atoll.init(
                    AtollOptions.builder().workers(workers).cpus(workers).build())) {
                small(workers);
                work("task.64us", 64_000, nanosOfStep, workers);
                work("task.640us", 640_000, nanosOfStep, workers);
            }
        }
        queued();
    }

    private static double nanosOfStep() {
        double least = Double.MAX_VALUE;
        for (int i = 0; i < ROUNDS; ++i) {
            long start = System.nanoTime();
            consume(TaskWork.steps(STEPS_TO_MEASURE));
            least = Math.min(least, (double) (System.nanoTime() - start));
        }
        return least / STEPS_TO_MEASURE;
    }

    private static void small(int workers) {
        double[] noop = new double[ROUNDS];
        double[] next = new double[ROUNDS];
        for (int i = -2 * ROUNDS; i < ROUNDS; ++i) {
            long start = System.nanoTime();
            List<ObjectRef<Integer>> refs = new ArrayList<>(SMALL_TASKS);
            for (int task = 0; task < SMALL_TASKS; ++task) {
                refs.add(Atoll.task(Noop::call).remote());
            }
            Atoll.get(refs);
            noop[Math.max(0, i)] = SMALL_TASKS * NANOS / (System.nanoTime() - start);
            next[Math.max(0, i)] = next(SMALL_TASKS);
        }
        rate("task.pipelined." + workers, Programs.median(noop));
        rate("task.pipelined.int." + workers, Programs.median(next));
    }

    /** Tasks from int to int, all submitted before the first is waited for. Returns how many passed in a second. */
    private static double next(int tasks) {
        long start = System.nanoTime();
        List<ObjectRef<Integer>> refs = new ArrayList<>(tasks);
        for (int task = 0; task < tasks; ++task) {
            refs.add(Atoll.task(TaskWork::next, task).remote());
        }
        List<Integer> results = Atoll.get(refs);
        double rate = tasks * NANOS / (System.nanoTime() - start);
        if (results.get(tasks - 1) != tasks) {
            throw new AssertionError("another number came back");
        }
        return rate;
    }

    private static void work(String name, long nanos, double nanosOfStep, int workers)
            throws InterruptedException, ExecutionException {
        long steps = Math.round(nanos / nanosOfStep);
        int tasks = (int) (WORK_NANOS_OF_ROUND * workers / nanos);
        double[] atoll = new double[ROUNDS];
        double[] pool = new double[ROUNDS];
        ExecutorService threads = Executors.newFixedThreadPool(workers);
        for (int i = -2; i < ROUNDS; ++i) {
            long start = System.nanoTime();
            List<Future<Long>> futures = new ArrayList<>(tasks);
            for (int task = 0; task < tasks; ++task) {
                futures.add(threads.submit(() -> TaskWork.steps(steps)));
            }
            for (Future<Long> each : futures) {
                consume(each.get());
            }
            pool[Math.max(0, i)] = tasks * NANOS / (System.nanoTime() - start);

            start = System.nanoTime();
            List<ObjectRef<Long>> refs = new ArrayList<>(tasks);
            for (int task = 0; task < tasks; ++task) {
                refs.add(Atoll.task(TaskWork::steps, steps).remote());
            }
            Atoll.get(refs).forEach(TaskRates::consume);
            atoll[Math.max(0, i)] = tasks * NANOS / (System.nanoTime() - start);
        }
        threads.shutdown();
        rate(name + "." + workers, Programs.median(atoll));
        rate(name + "." + workers + ".pool", Programs.median(pool));
    }

    /** Three million tasks behind one that holds the only CPU: heap of each of them, and how fast they go then. */
    private static void queued() throws IOException {
        AtollOptions options = AtollOptions.builder()
                .workers(1)
                .cpus(1)
                .maxObjects(MANY_OBJECTS)
                .maxUnfinishedTasks(MANY + FEW)
                .build();
        try (AtollSession session = Atoll.init(options)) {
            double[] few = new double[ROUNDS];
            for (int i = -10 * ROUNDS; i < ROUNDS; ++i) {
                few[Math.max(0, i)] = drained(FEW, false);
            }
            double many = drained(MANY, true);
            rate("task.queued.1000", Programs.median(few));
            rate("task.queued.3M", many);
        }
    }

    private static double drained(int tasks, boolean heap) throws IOException {
        Path gate = Files.createTempFile("atoll-bench", ".gate");
        ObjectRef<Integer> holder = Atoll.task(TaskWork::hold, gate.toString()).remote();
        List<ObjectRef<Integer>> refs = new ArrayList<>(tasks);
        long before = heap ? usedHeap() : 0;
        for (int task = 0; task < tasks; ++task) {
            refs.add(Atoll.task(TaskWork::next, task).remote());
        }
        if (heap) {
            print(new Measurement("task.queued.3M.heap", (usedHeap() - before) / (double) tasks, "B", "mean"));
        }
        Files.delete(gate);
        holder.get();
        long start = System.nanoTime();
        refs.get(tasks - 1).get();
        Atoll.wait(refs);
        return tasks * NANOS / (System.nanoTime() - start);
    }

    private static long usedHeap() {
        System.gc();
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** So that what is computed is not left out. */
    private static void consume(long value) {
        if (value == 0x5DEECE66DL) {
            System.err.println(value);
        }
    }

    private static void rate(String name, double value) {
        print(new Measurement(name, value, "1/s", "rate"));
    }

    private static void print(Measurement measurement) {
        System.out.println(measurement.line());
    }
}
