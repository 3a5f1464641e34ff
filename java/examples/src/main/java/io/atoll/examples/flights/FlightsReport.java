package io.atoll.examples.flights;

import java.io.PrintStream;
import java.util.Locale;

/** Prints what the job has found. ASCII only: the locale of a bare machine has no more. */
public final class FlightsReport {
    private static final String ROW = "  %-15s %12s %12s %11s %13s   %s";
    private static final String WORKER = "  %8s %6s %13s %10s %10s %10s";
    private static final String HEAP = " %12s";
    private static final double SHARE_PER_MARK = 0.025;

    private final PrintStream out;
    private final boolean bold;

    public FlightsReport(PrintStream out, boolean bold) {
        this.out = out;
        this.bold = bold;
    }

    public void print(FlightStats stats) {
        head("hour of day");
        for (int hour = 0; hour < FlightStats.HOURS; hour++) {
            row(format("%02d:00 - %02d:59", hour, hour), stats.hour(hour));
        }
        line("");
        head("distance, miles");
        int[] bands = FlightStats.BANDS;
        for (int band = 0; band < bands.length; band++) {
            row(band(band), stats.band(band));
        }
        line("");
        all(stats);
    }

    /** How it was done. */
    void print(JobRecord record) {
        JobRecord.Times times = record.times();
        long atWork = workersAtWork(record);
        line("");
        title("How it was done");
        fact("input", "%s: %,d rows in %s", record.input(), record.rows(), plural(record.batches(), "batch"));
        fact(
                "store",
                "%s: the table, put once; there is room for %s",
                bytes(record.tableBytes()),
                bytes(record.capacityBytes()));
        fact(
                "work",
                "%s in %s, on views of that one copy",
                plural(record.tasks(), "task"),
                plural(atWork, "worker process"));
        fact("copied", "%s by the workers that read it", bytes(record.copiedBytes()));
        fact(
                "elapsed",
                "%.2f s: %.2f to start and read, %.2f to store, %.2f to compute",
                seconds(times.total()),
                seconds(times.start()),
                seconds(times.store()),
                seconds(times.compute()));
        line("");
        line(format("  %8s %6s %13s %32s", "", "", "", "- looked at in the store (Pss) -"));
        boolean weighed = record.workers().stream()
                .anyMatch(each -> each.after() != null && each.after().heapBytes() != null);
        title(format(WORKER, "worker", "tasks", "rows", "before", "after", "added")
                + (weighed ? format(HEAP, "live heap") : ""));
        record.workers().forEach(this::worker);
        line("  A page that n processes have mapped counts 1/n in each, and less once more share it.");
    }

    private void worker(JobRecord.Worker worker) {
        WorkerMemory before = worker.before();
        WorkerMemory after = worker.after();
        line(format(
                        WORKER,
                        worker.pid(),
                        worker.tasks(),
                        format("%,d", worker.rows()),
                        before == null ? "-" : bytes(before.sharedBytes()),
                        after == null ? "died" : bytes(after.sharedBytes()),
                        before == null || after == null ? "-" : bytes(after.sharedBytes() - before.sharedBytes()))
                + (after == null || after.heapBytes() == null ? "" : format(HEAP, bytes(after.heapBytes()))));
    }

    private static long workersAtWork(JobRecord record) {
        return record.workers().stream().filter(worker -> worker.tasks() > 0).count();
    }

    private void all(FlightStats stats) {
        FlightGroup all = stats.all();
        title(format(
                "%,d flights: mean delay %.6f minutes, mean distance %.6f miles",
                all.flights(), all.meanDelay(), all.meanDistance()));
        line(format(
                "%.2f %% of them over %.0f minutes late; 95 %% at most %s late",
                100 * all.lateShare(), FlightStats.LATE_MINUTES, minutes(all.percentile95())));
        if (stats.incomplete() > 0) {
            line(plural(stats.incomplete(), "row") + " left out: a null in one of the three columns");
        }
        if (stats.outside() > 0) {
            line(plural(stats.outside(), "row") + " left out: a time that is not from 0 to 24, or an infinite number");
        }
    }

    private void head(String key) {
        title(format(ROW, key, "flights", "mean delay", "p95 delay", "over 15 min", "")
                .stripTrailing());
    }

    private void row(String key, FlightGroup group) {
        if (group.flights() == 0) {
            line(format(ROW, key, "0", "", "", "", "").stripTrailing());
            return;
        }
        line(format(
                        ROW,
                        key,
                        format("%,d", group.flights()),
                        format("%.2f min", group.meanDelay()),
                        minutes(group.percentile95()),
                        format("%.2f %%", 100 * group.lateShare()),
                        "#".repeat((int) Math.round(group.lateShare() / SHARE_PER_MARK)))
                .stripTrailing());
    }

    private static String band(int band) {
        int[] bands = FlightStats.BANDS;
        if (band == 0) {
            return "under " + bands[1];
        }
        return band + 1 < bands.length ? bands[band] + " - " + (bands[band + 1] - 1) : bands[band] + " and more";
    }

    private static String plural(long count, String noun) {
        String ending = count == 1 ? "" : noun.matches(".*(s|ch)") ? "es" : "s";
        return format("%,d %s%s", count, noun, ending);
    }

    private static String bytes(long bytes) {
        return Bytes.format(bytes);
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }

    private static String minutes(double minutes) {
        return format(minutes == Math.rint(minutes) ? "%.0f min" : "%.1f min", minutes);
    }

    private void fact(String what, String value, Object... arguments) {
        line(format("  %-9s ", what) + format(value, arguments));
    }

    private void title(String text) {
        line(bold ? "\033[1m" + text + "\033[0m" : text);
    }

    private void line(String text) {
        out.print(text + "\n");
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
