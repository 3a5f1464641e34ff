package io.atoll.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.runner.RunnerException;

/**
 * {@code ci/bench quick}. Arguments: folder of the native programs, commit, and the JSON file to write, if any.
 */
final class QuickMain {
    private static final int STARTS = 15;
    private static final String PINNED = ".pinned";

    private static final List<Row> ROWS = List.of(
            Row.of("task.noop.rtt", "p50").over("futex.rtt").target(4),
            Row.of("task.noop.rtt", "p999").over("futex.rtt"),
            Row.of("task.noop.rtt.pinned", "p50").over("futex.rtt.pinned").target(4),
            Row.of("task.noop.rtt.pinned", "p999").over("futex.rtt.pinned"),
            Row.of("task.noop.throughput", "rate"),
            Row.of("init.first_result", "p50").over("jvm.start").target(15),
            Row.of("get.warm.java", "p50").over("jni.empty").target(40),
            Row.of("get.warm.java.pin", "p50").over("jni.empty"),
            Row.of("create_seal.1KiB.java", "p50").over("jni.empty"),
            Row.of("get.warm", "p50").over("cas"),
            Row.of("create_seal.1KiB", "p50").over("cas"),
            Row.of("put.64MiB.warm", "p50").over("copy.64MiB"));

    private final String nativePrograms;
    private final Report report = new Report();

    private QuickMain(String nativePrograms) {
        this.nativePrograms = nativePrograms;
    }

    public static void main(String[] args) throws IOException, InterruptedException, RunnerException {
        QuickMain quick = new QuickMain(args[0]);
        quick.step("starts of a driver", quick::starts);
        quick.step("round trips of tasks", () -> quick.tasks(List.of(), ""));
        quick.step("the same on one CPU", () -> quick.tasks(List.of("taskset", "-c", "0"), PINNED));
        quick.step("gets and creates in Java", quick::jmh);
        quick.step("the store in C++", quick::store);
        quick.report.print(ROWS, System.out);
        if (args.length > 2) {
            quick.report.writeJson(ROWS, args[1], Path.of(args[2]));
        }
    }

    private interface Step {
        void run() throws IOException, InterruptedException, RunnerException;
    }

    private void step(String what, Step step) throws IOException, InterruptedException, RunnerException {
        System.err.println("measuring " + what);
        step.run();
    }

    /** Fresh JVMs in turns: one that prints a line, one that starts Atoll and runs a task. */
    private void starts() throws IOException, InterruptedException {
        double[] bare = new double[STARTS];
        double[] atoll = new double[STARTS];
        for (int i = 0; i < STARTS; ++i) {
            bare[i] = startOfJvm();
            atoll[i] = Double.parseDouble(
                    Programs.lines(Programs.java(FirstResultMain.class)).get(0));
        }
        report.add(new Measurement("jvm.start", Programs.median(bare), "ns", "p50"));
        report.add(new Measurement("init.first_result", Programs.median(atoll), "ns", "p50"));
    }

    private static double startOfJvm() throws IOException, InterruptedException {
        long start = System.nanoTime();
        Process process = new ProcessBuilder(Programs.java(PrintLineMain.class)).start();
        try (BufferedReader from = process.inputReader()) {
            if (from.readLine() == null) {
                throw new IOException("the JVM printed nothing");
            }
            long nanos = System.nanoTime() - start;
            process.waitFor();
            return nanos;
        }
    }

    private void tasks(List<String> prefix, String suffix) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(Programs.java(TaskMain.class));
        command.add(nativePrograms + "/atoll_floors");
        command.add(suffix);
        Programs.measurements(command).forEach(report::add);
    }

    private void store() throws IOException, InterruptedException {
        Programs.storeBench(nativePrograms).forEach(report::add);
    }

    private void jmh() throws RunnerException {
        jmh("jni.empty", JniBenchmark.class, "empty", null);
        jmh("get.warm.java", GetBenchmark.class, "get", "1024");
        jmh("get.warm.java.pin", GetBenchmark.class, "pin", "1024");
        jmh("create_seal.1KiB.java", CreateSealBenchmark.class, "createSeal", "1024");
    }

    private void jmh(String name, Class<?> benchmark, String method, String size) throws RunnerException {
        Programs.jmh(name, benchmark, method, size).forEach(report::add);
    }
}
