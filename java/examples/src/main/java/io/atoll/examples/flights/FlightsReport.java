package io.atoll.examples.flights;

import java.io.PrintStream;
import java.util.Locale;

/** Prints what the job has found. ASCII only: the locale of a bare machine has no more. */
final class FlightsReport {
    private static final String ROW = "  %-15s %12s %12s %11s %13s   %s";
    private static final double SHARE_PER_MARK = 0.025;

    private final PrintStream out;
    private final boolean bold;

    FlightsReport(PrintStream out, boolean bold) {
        this.out = out;
        this.bold = bold;
    }

    void print(FlightStats stats) {
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
        line("");
        title("How it was done");
        fact(
                "input",
                "%s: %,d rows in %,d batch%s",
                record.input(),
                record.rows(),
                record.batches(),
                record.batches() == 1 ? "" : "es");
        fact(
                "store",
                "%s, the table, once, in a store of %s",
                Bytes.format(record.tableBytes()),
                Bytes.format(record.capacityBytes()));
        fact(
                "work",
                "%d tasks in %d worker process%s, each on views of that memory",
                record.tasks(),
                workersAtWork(record),
                workersAtWork(record) == 1 ? "" : "es");
        fact("copied", "%s out of the store by the workers", Bytes.format(record.copiedBytes()));
        JobRecord.Times times = record.times();
        fact(
                "elapsed",
                "%.2f s: %.2f start and read, %.2f store, %.2f compute",
                times.total() / 1e9,
                times.start() / 1e9,
                times.store() / 1e9,
                times.compute() / 1e9);
        line("");
        title(format(
                "  %-15s %5s %12s   %10s %10s %10s   %10s",
                "worker process", "tasks", "rows", "Pss before", "Pss after", "added", "live heap"));
        record.workers().forEach(this::worker);
        line(
                "  Pss: the process's part of the shared memory it has mapped, a page that n of them map counted 1/n in each.");
    }

    private void worker(JobRecord.Worker worker) {
        WorkerMemory before = worker.before();
        WorkerMemory after = worker.after();
        long added = before == null || after == null ? 0 : after.sharedBytes() - before.sharedBytes();
        line(format(
                "  %-15d %5d %,12d   %10s %10s %10s   %10s",
                worker.pid(),
                worker.tasks(),
                worker.rows(),
                before == null ? "-" : Bytes.format(before.sharedBytes()),
                after == null ? "has died" : Bytes.format(after.sharedBytes()),
                before == null || after == null ? "-" : Bytes.format(Math.max(0, added)),
                after == null ? "-" : Bytes.format(after.heapBytes())));
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
            line(format("%,d rows left out: a null in one of the three columns", stats.incomplete()));
        }
        if (stats.outside() > 0) {
            line(format("%,d rows left out: a time that is not from 0 to 24, or an infinite number", stats.outside()));
        }
    }

    private void head(String key) {
        title(format(ROW, key, "flights", "mean delay", "p95 delay", "over 15 late", "")
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
