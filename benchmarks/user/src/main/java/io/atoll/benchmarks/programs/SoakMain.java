package io.atoll.benchmarks.programs;

import io.atoll.benchmarks.Measurement;
import io.atoll.benchmarks.Report;
import io.atoll.benchmarks.Row;
import io.atoll.benchmarks.user.Soak;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code ci/bench soak}: all loops of {@code ci/bench user} at once in one session, and whether what is dropped comes back. Arguments:
 * class path of the program, minutes, commit, and the JSON file to write, if any. Exit code 1 when a limit is missed or a loop fails.
 */
final class SoakMain {
    private static final double GROWTH = 1.25;
    /** Those that no collection has found yet differ from minute to minute. */
    private static final double MOST_OBJECTS = 1 << 22;

    private static final List<Row> ROWS = List.of(
            pause("put.64MiB.close"),
            rate("put.64MiB.close"),
            pause("put.64MiB.drop"),
            rate("put.64MiB.drop"),
            pause("put.1MiB.two"),
            rate("put.1MiB.two"),
            pause("put.int.drop"),
            rate("put.int.drop"),
            pause("put_get.record5"),
            rate("put_get.record5"),
            pause("task.int"),
            rate("task.int"),
            pause("view.drop"),
            rate("view.drop"),
            pause("table"),
            rate("table"),
            Row.of("soak.gc", "max"),
            Row.of("soak.memory", "pss").over("soak.memory.minute2").target(GROWTH),
            Row.of("soak.leased", "max").over("soak.leased.minute2").target(GROWTH),
            Row.of("soak.live", "max").over("soak.live.minute2").target(GROWTH),
            Row.of("soak.objects", "max").limit(MOST_OBJECTS));

    private SoakMain() {}

    private static Row pause(String loop) {
        return Row.of("soak." + loop, "max"); // without a limit: it is what others on the machine make of it, too
    }

    private static Row rate(String loop) {
        return Row.of("soak." + loop, "rate");
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                        "-cp",
                        arguments[0],
                        Soak.class.getName(),
                        arguments[1])
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Report report = new Report();
        try (BufferedReader out = process.inputReader()) {
            for (String line; (line = out.readLine()) != null; ) {
                Measurement measurement = Measurement.parse(line);
                if (measurement == null) {
                    System.out.println(line);
                } else {
                    report.add(measurement);
                }
            }
        }
        int code = process.waitFor();
        if (code != 0) {
            System.out.println("soak: FAILED, exit code " + code);
            System.exit(1);
        }
        report.print(ROWS, System.out);
        if (arguments.length > 3) {
            report.writeJson(ROWS, arguments[2], Path.of(arguments[3]));
        }
        List<String> missed = report.missed(ROWS);
        System.out.println("soak: " + (missed.isEmpty() ? "passed" : "FAILED, more than its limit: " + missed));
        System.exit(missed.isEmpty() ? 0 : 1);
    }
}
