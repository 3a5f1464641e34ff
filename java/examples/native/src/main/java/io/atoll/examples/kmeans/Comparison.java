package io.atoll.examples.kmeans;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Runs the work in each way as a program of its own, and prints how it ended, how long it took and what memory it had at most. */
public final class Comparison {
    private static final double MEBI = 1 << 20;

    private final String[] size;

    private Comparison(String blocks, String rows) {
        size = new String[] {blocks, rows};
    }

    /** @param arguments blocks, rows of each, and MiB of the heap that does not hold them; by default 24, 2^20 and 256 */
    public static void main(String[] arguments) throws Exception {
        Readings readings = Readings.of(arguments);
        long small = arguments.length > 2 ? Long.parseLong(arguments[2]) : 256;
        long large = small + (long) (1.25 * readings.bytes() / MEBI);
        System.out.printf(
                Locale.ROOT,
                "%d blocks of %d rows, %.0f MiB%n%n%-22s %8s %9s %12s  %s%n",
                readings.blocks(),
                readings.rows(),
                readings.bytes() / MEBI,
                "",
                "-Xmx",
                "seconds",
                "memory, MiB",
                "");
        Comparison all = new Comparison(Integer.toString(readings.blocks()), Integer.toString(readings.rows()));
        all.run("threads", KMeansOnThreads.class, small, "bad");
        all.run("threads", KMeansOnThreads.class, large, "bad");
        all.run("threads, no bad row", KMeansOnThreads.class, large, "good");
        all.run("sockets", KMeansBySockets.class, large, "bad");
        all.run("Atoll", KMeans.class, small, "bad");
        all.run("Atoll, no bad row", KMeans.class, small, "good");
    }

    private void run(String name, Class<?> main, long heap, String rows) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-Xmx" + heap + "m",
                "-XX:ErrorFile=/dev/null",
                "-XX:-CreateCoredumpOnCrash",
                "-Datoll.class.cache=none", // else the first run's figures are those of making it, too
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(size[0], size[1], rows));
        Measured ran = Measured.run(command);
        System.out.printf(
                Locale.ROOT,
                "%-22s %7dm %9.1f %12.0f  %s%n",
                name,
                heap,
                ran.seconds(),
                ran.peakBytes() / MEBI,
                ran.ending());
    }
}
