package io.atoll.examples.kmeans;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program that has run.
 *
 * @param seconds from its start to its end
 * @param peakBytes the most that it and the processes it started had at a time: memory that several of them share counts once
 * @param ending the last line that it has printed, or why it could not
 */
record Measured(double seconds, long peakBytes, String ending) {
    private static final long LOOK_MILLIS = 20;

    static Measured run(List<String> command) throws IOException, InterruptedException {
        Path out = Files.createTempFile("kmeans", ".out");
        Path err = Files.createTempFile("kmeans", ".err");
        try {
            long start = System.nanoTime();
            Process process = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            long peak = 0;
            while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                peak = Math.max(peak, bytes(process.toHandle()));
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            return new Measured(
                    seconds, peak, ending(process.exitValue(), Files.readString(out), Files.readString(err)));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    private static long bytes(ProcessHandle process) {
        return Stream.concat(Stream.of(process), process.descendants())
                .mapToLong(each -> pss(each.pid()))
                .sum();
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

    private static String ending(int exit, String out, String err) {
        if (exit == 0) {
            return out.strip().lines().reduce("", (before, line) -> line);
        } else if (err.contains("OutOfMemoryError")) {
            return "OutOfMemoryError";
        }
        return out.contains("SIGSEGV") ? "SIGSEGV: no result" : "exit code " + exit + ": " + err;
    }
}
