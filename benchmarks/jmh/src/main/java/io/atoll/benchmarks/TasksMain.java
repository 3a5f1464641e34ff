package io.atoll.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code ci/bench tasks}: what tasks cost, by programs of their own, each in a fresh JVM. Arguments: folder of the native programs,
 * commit, and the JSON file to write, if any.
 */
final class TasksMain {
    private static final double MICRO = 1e3;
    private static final double MILLI = 1e6;
    private static final double LEAST_PIPELINED = 500_000;
    private static final double OF_A_POOL = 0.95;

    private final String nativePrograms;
    private final Report report = new Report();

    private TasksMain(String nativePrograms) {
        this.nativePrograms = nativePrograms;
    }

    private static List<Row> rows() {
        List<Row> rows = new ArrayList<>(List.of(
                Row.of("task.noop.rtt.first", "p50").over("futex.rtt"),
                Row.of("task.noop.rtt.first.cpu", "mean"),
                Row.of("task.noop.rtt.second", "p50").over("futex.rtt"),
                Row.of("task.noop.rtt.second.cpu", "mean"),
                Row.of("task.noop.rtt", "p50").over("spin.rtt").limit(2 * MICRO),
                Row.of("task.noop.rtt.cpu", "mean"),
                Row.of("task.noop.rtt.each.ms", "p50").over("futex.rtt").limit(20 * MICRO),
                Row.of("task.noop.rtt.each.ms.cpu", "mean"),
                Row.of("nested.rtt", "p50").over("task.noop.rtt").target(2),
                Row.of("fib.20", "p50").limit(60 * MILLI),
                Row.of("wait.any.1000", "p50"),
                Row.of("wait.any.16000", "p50").over("wait.any.1000").target(1.5)));
        for (int workers = 1; workers <= 2; ++workers) {
            rows.add(Row.of("task.pipelined." + workers, "rate").limit(LEAST_PIPELINED));
            rows.add(Row.of("task.pipelined.int." + workers, "rate").over("task.pipelined." + workers));
            for (String work : List.of("task.64us.", "task.640us.")) {
                rows.add(Row.of(work + workers, "rate")
                        .over(work + workers + ".pool")
                        .target(OF_A_POOL));
            }
        }
        rows.add(Row.of("task.queued.3M", "rate").over("task.queued.1000").target(0.5));
        rows.add(Row.of("task.queued.3M.heap", "mean").limit(200));
        rows.add(Row.of("idle.cpu.driver", "sum").limit(40 * MILLI));
        rows.add(Row.of("idle.cpu.worker", "sum").limit(40 * MILLI));
        return rows;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        TasksMain tasks = new TasksMain(args[0]);
        System.err.println("measuring what the machine can do");
        tasks.floors();
        for (Class<?> program : List.of(TaskLatencies.class, TaskRates.class, IdleMain.class)) {
            System.err.println("measuring by " + program.getSimpleName());
            Programs.measurements(Programs.java(program)).forEach(tasks.report::add);
        }
        tasks.report.print(rows(), System.out);
        if (args.length > 2) {
            tasks.report.writeJson(rows(), args[1], Path.of(args[2]));
        }
    }

    private void floors() throws IOException, InterruptedException {
        for (Measurement each : Programs.measurements(List.of(nativePrograms + "/atoll_process_bench", "wakeup"))) {
            if (each.name().equals("spin.half") && each.stat().equals("p50")) {
                report.add(new Measurement("spin.rtt", 2 * each.value(), each.unit(), each.stat()));
            }
        }
        report.add(new Measurement("futex.rtt", Programs.futexRoundTrip(nativePrograms), "ns", "p50"));
    }
}
