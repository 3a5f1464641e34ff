package io.atoll.benchmarks;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Running what measures, programs and JMH alike, and reading their numbers. */
public final class Programs {
    private Programs() {}

    /** The command line of a program of this class path. */
    static List<String> java(Class<?> main) {
        return List.of(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName());
    }

    /** Runs a program and reads the lines that are numbers; see {@link Measurement}. */
    public static List<Measurement> measurements(List<String> command) throws IOException, InterruptedException {
        return lines(command).stream()
                .map(Measurement::parse)
                .filter(Objects::nonNull)
                .toList();
    }

    static List<String> lines(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines;
        try (BufferedReader from = process.inputReader()) {
            lines = from.lines().toList();
        }
        int code = process.waitFor();
        if (code != 0) {
            throw new IOException("exit code " + code + " of " + String.join(" ", command));
        }
        return lines;
    }

    /** What Google Benchmark measures in one process, repetitions of all in random order. */
    static List<Measurement> storeBench(String nativePrograms) throws IOException, InterruptedException {
        return measurements(List.of(
                nativePrograms + "/atoll_store_bench",
                "--benchmark_repetitions=15",
                "--benchmark_min_time=0.05",
                "--benchmark_enable_random_interleaving=true"));
    }

    /**
     * The median of the iterations of a JMH benchmark, under that name; and, as {@code NAME.allocated}, the bytes that
     * one operation takes from the Java heap.
     */
    static List<Measurement> jmh(String name, Class<?> benchmark, String method, String size) throws RunnerException {
        OptionsBuilder options = new OptionsBuilder();
        options.include("^" + benchmark.getName() + "\\." + method + "$");
        if (size != null) {
            options.param("size", size);
        }
        options.verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .addProfiler(GCProfiler.class)
                .forks(2)
                .warmupIterations(5)
                .warmupTime(TimeValue.milliseconds(300))
                .measurementIterations(5)
                .measurementTime(TimeValue.milliseconds(300));
        RunResult result = new Runner(options.build()).runSingle();
        double[] means = result.getBenchmarkResults().stream()
                .flatMap(fork -> fork.getIterationResults().stream())
                .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
                .toArray();
        double allocated = result.getSecondaryResults().entrySet().stream()
                .filter(entry -> entry.getKey().endsWith("gc.alloc.rate.norm"))
                .mapToDouble(entry -> entry.getValue().getScore())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("JMH says nothing of allocation"));
        return List.of(
                new Measurement(name, median(means), "ns", "p50"),
                new Measurement(name + ".allocated", allocated, "B", "mean"));
    }

    /** The median of round trips of two processes that wake each other over a futex, in ns. */
    public static double futexRoundTrip(String nativePrograms) throws IOException, InterruptedException {
        List<String> command = List.of("sh", "-c", "echo 20000 | " + nativePrograms + "/atoll_floors");
        return median(Arrays.stream(lines(command).get(0).trim().split(" "))
                .mapToDouble(Double::parseDouble)
                .toArray());
    }

    public static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
