package io.atoll.benchmarks;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;

/** CPU time of a driver, and of the busiest of its two workers, that have had work and then nothing for 20 seconds. */
final class IdleMain {
    private static final long SETTLING_MILLIS = 3000;
    private static final long IDLE_MILLIS = 20_000;

    private IdleMain() {}

    public static void main(String[] args) throws InterruptedException {
        try (AtollSession session =
                Atoll.init(AtollOptions.builder().workers(2).cpus(2).build())) {
            for (int i = 0; i < 1000; ++i) {
                Atoll.task(Noop::call).remote().get();
            }
            Thread.sleep(SETTLING_MILLIS);
            ProcessHandle driver = ProcessHandle.current();
            long[] before = workers();
            long driverBefore = NodeCpu.nanos(driver);
            Thread.sleep(IDLE_MILLIS);
            long driverNanos = NodeCpu.nanos(driver) - driverBefore;
            long[] after = workers();
            long worst = 0;
            for (int i = 0; i < after.length; ++i) {
                worst = Math.max(worst, after[i] - before[i]);
            }
            System.out.println(new Measurement("idle.cpu.driver", driverNanos, "ns", "sum").line());
            System.out.println(new Measurement("idle.cpu.worker", worst, "ns", "sum").line());
        }
    }

    private static long[] workers() {
        return ProcessHandle.current().children().mapToLong(NodeCpu::nanos).toArray();
    }
}
