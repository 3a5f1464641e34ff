package io.atoll.benchmarks.programs;

import io.atoll.benchmarks.Programs;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A program in a JVM of its own, and what running it takes: time, CPU time of all its processes, memory. */
final class UserProgram {
    /** bash adds up the CPU time of a program and of all that it has waited for. */
    private static final String TIMED = "TIMEFORMAT='cpu %U %S'; time \"$@\"";

    private static final long LOOK_MILLIS = 5;
    private static final double NANOS_PER_TICK = 1e7;
    private static final long PATIENCE_SECONDS = 300;

    private final List<String> command = new ArrayList<>();

    /** @param cache where its workers' archive is */
    UserProgram(Path cache, List<String> flags, String classPath, String main, String... arguments) {
        command.addAll(List.of("bash", "-c", TIMED, "bash"));
        command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        command.addAll(flags);
        command.addAll(List.of("-Datoll.class.cache=" + cache, "-cp", classPath, main));
        command.addAll(List.of(arguments));
    }

    /** @param cpuNanos of all its processes but those that outlive it */
    record Run(double nanos, double cpuNanos, List<String> lines) {
        double[] numbers() {
            return lines.stream()
                    .flatMap(line -> Arrays.stream(line.trim().split(" +")))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
        }
    }

    Run run() throws IOException, InterruptedException {
        long start = System.nanoTime();
        return ended(new ProcessBuilder(command).start(), start);
    }

    /** The same beside what the caller does. */
    CompletableFuture<Run> start() throws IOException {
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command).start();
        return CompletableFuture.supplyAsync(() -> {
            try {
                return ended(process, start);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** Runs it and says with what it failed; an empty string when it did not. */
    String failure() throws InterruptedException {
        try {
            run();
            return "";
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    private Run ended(Process process, long start) throws IOException, InterruptedException {
        CompletableFuture<List<String>> err = CompletableFuture.supplyAsync(
                () -> process.errorReader().lines().toList());
        List<String> out = process.inputReader().lines().toList();
        int code = process.waitFor();
        double nanos = System.nanoTime() - start;
        double cpu = 0;
        List<String> others = new ArrayList<>();
        for (String line : err.join()) {
            if (line.startsWith("cpu ")) {
                String[] words = line.split(" ");
                cpu = (Double.parseDouble(words[1]) + Double.parseDouble(words[2])) * 1e9;
            } else {
                others.add(line);
            }
        }
        if (code != 0) {
            throw new IOException(
                    "exit code " + code + " of " + String.join(" ", command) + "\n" + String.join("\n", others));
        }
        return new Run(nanos, cpu, out);
    }

    /** Runs it once more, and returns the most memory that its processes had at a time: shared pages count once. */
    double peakPss() throws IOException, InterruptedException, java.util.concurrent.ExecutionException {
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        long most = 0;
        while (process.isAlive()) {
            most = Math.max(
                    most,
                    Stream.concat(Stream.of(process.toHandle()), process.descendants())
                            .mapToLong(each -> pss(each.pid()))
                            .sum());
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        return most;
    }

    private static long pss(long pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
                if (line.startsWith("Pss:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
        } catch (IOException e) {
            // It has ended.
        }
        return 0;
    }

    /** Waits until what makes an archive there has ended, and returns the CPU time that it and all it started have taken. */
    static double awaitMaker(Path cache) throws IOException, InterruptedException {
        double nanos = 0;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        for (Path maker; (maker = maker(cache)) != null; TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS)) {
            nanos = Math.max(nanos, cpuNanos(maker));
            if (System.nanoTime() > end) {
                throw new IOException("no archive was made in " + cache + " in " + PATIENCE_SECONDS + " s");
            }
        }
        try (Stream<Path> all = Files.list(cache)) {
            if (all.noneMatch(each -> each.toString().endsWith(".sum"))) {
                throw new IOException("no archive was made in " + cache);
            }
        }
        return nanos;
    }

    /** The process that makes an archive there; null when there is none. */
    private static Path maker(Path cache) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return all.filter(each -> {
                        try {
                            String words = Files.readString(each.resolve("cmdline"), StandardCharsets.ISO_8859_1);
                            return words.contains("ArchiveMain\0" + cache + "\0");
                        } catch (IOException e) {
                            return false;
                        }
                    })
                    .findFirst()
                    .orElse(null);
        }
    }

    private static double cpuNanos(Path process) {
        try {
            String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            double ticks = 0;
            for (int field = 14; field <= 17; ++field) { // of its own, and of its children that have ended
                ticks += Double.parseDouble(fields[field - 3]);
            }
            return ticks * NANOS_PER_TICK;
        } catch (IOException e) {
            return 0;
        }
    }

    static double median(List<Double> values) {
        return Programs.median(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    static void deleteAll(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
