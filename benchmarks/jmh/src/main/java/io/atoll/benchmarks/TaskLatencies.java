package io.atoll.benchmarks;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** How long one small thing takes, from the first task of a node on; each beside the CPU time of all its processes. */
final class TaskLatencies {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1000 * MILLI;
    private static final int NESTED_ROUNDS = 1000;
    private static final int NESTED = 40;
    private static final int FIB = 20;
    private static final int FIB_OF_20 = 6765;
    private static final int FIBS = 30;
    private static final int WARM_UP_FIBS = 30;
    private static final int[] WAITS = {1000, 16_000};
    private static final int WAIT_ROUNDS = 7;

    private TaskLatencies() {}

    public static void main(String[] args) {
        try (AtollSession session =
                Atoll.init(AtollOptions.builder().workers(2).cpus(2).build())) {
            Atoll.task(Noop::call).remote().get(); // a worker is there
            long start = System.nanoTime();
            roundTrips("task.noop.rtt.first", start + 250 * MILLI, 0);
            roundTrips(null, start + SECOND, 0);
            roundTrips("task.noop.rtt.second", start + 2 * SECOND, 0);
            roundTrips(null, start + 6 * SECOND, 0);
            roundTrips("task.noop.rtt", start + 9 * SECOND, 0);
            roundTrips("task.noop.rtt.each.ms", start + 12 * SECOND, MILLI);
            nested();
            fib();
            waits();
        }
    }

    /** One after the other, {@code pause} between them, until that time; printed under that name, if any. */
    private static void roundTrips(String name, long until, long pause) {
        Histogram times = new Histogram(3);
        long cpu = NodeCpu.nanos();
        for (long start = System.nanoTime(); start - until < 0; start = System.nanoTime()) {
            Atoll.task(Noop::call).remote().get();
            times.recordValue(System.nanoTime() - start);
            if (pause > 0) {
                LockSupport.parkNanos(pause);
            }
        }
        if (name != null) {
            print(name, (double) times.getValueAtPercentile(50), "p50");
            print(name + ".cpu", (NodeCpu.nanos() - cpu) / (double) times.getTotalCount(), "mean");
        }
    }

    private static void nested() {
        Histogram times = new Histogram(3);
        for (int i = 0; i < NESTED; ++i) {
            long[] nanos = Atoll.task(TaskWork::nested, NESTED_ROUNDS).remote().get();
            for (int j = 0; j < NESTED_ROUNDS && i >= NESTED / 2; ++j) {
                times.recordValue(nanos[j]);
            }
        }
        print("nested.rtt", (double) times.getValueAtPercentile(50), "p50");
    }

    private static void fib() {
        double[] times = new double[FIBS];
        for (int i = -WARM_UP_FIBS; i < FIBS; ++i) {
            long start = System.nanoTime();
            if (Atoll.task(TaskWork::fib, FIB).remote().get() != FIB_OF_20) {
                throw new AssertionError("fib of " + FIB);
            }
            times[Math.max(0, i)] = System.nanoTime() - start;
        }
        print("fib.20", Programs.median(times), "p50");
    }

    /** One of many at a time, in the order of completion: what one costs, with few and with many of them. */
    private static void waits() {
        for (int tasks : WAITS) {
            double[] times = new double[WAIT_ROUNDS];
            for (int i = -WAIT_ROUNDS; i < WAIT_ROUNDS; ++i) {
                long start = System.nanoTime();
                List<ObjectRef<Integer>> open = new ArrayList<>(tasks);
                for (int task = 0; task < tasks; ++task) {
                    open.add(Atoll.task(TaskWork::next, task).remote());
                }
                while (!open.isEmpty()) {
                    open = Atoll.wait(open, 1).unready();
                }
                times[Math.max(0, i)] = (System.nanoTime() - start) / (double) tasks;
            }
            print("wait.any." + tasks, Programs.median(times), "p50");
        }
    }

    private static void print(String name, double nanos, String stat) {
        System.out.println(new Measurement(name, nanos, "ns", stat).line());
    }
}
