package io.atoll.examples.flights;

import java.io.PrintStream;
import java.util.Locale;

/** The tables that the job prints. */
final class FlightsReport {
    private static final String ROW = "%-14s %12s %12s %12s %12s%n";

    private final PrintStream out;

    FlightsReport(PrintStream out) {
        this.out = out;
    }

    void print(FlightStats stats) {
        head("hour of day");
        for (int hour = 0; hour < FlightStats.HOURS; hour++) {
            row(String.format(Locale.ROOT, "%02d:00 - %02d:59", hour, hour), stats.hour(hour));
        }
        out.println();
        head("miles");
        int[] bands = FlightStats.BANDS;
        for (int band = 0; band < bands.length; band++) {
            String upTo = band + 1 < bands.length ? " - " + (bands[band + 1] - 1) : " and more";
            row(bands[band] + upTo, stats.band(band));
        }
        out.println();
        GroupStats all = stats.all();
        row("all", all);
        out.println();
        print(
                "%,d flights, mean delay %.6f minutes, mean distance %.6f miles%n",
                all.flights(), all.meanDelay(), all.meanDistance());
        print("%.2f %% of them over %.0f minutes late%n", 100 * all.lateShare(), GroupStats.LATE_MINUTES);
        if (stats.skipped() > 0) {
            print("%,d rows skipped: a null in one of the columns%n", stats.skipped());
        }
    }

    private void head(String key) {
        print(ROW, key, "flights", "mean delay", "p95 delay", "over 15 min");
    }

    private void row(String key, GroupStats group) {
        if (group.flights() == 0) {
            print(ROW, key, "0", "", "", "");
            return;
        }
        print(
                ROW,
                key,
                String.format(Locale.ROOT, "%,d", group.flights()),
                String.format(Locale.ROOT, "%.2f min", group.meanDelay()),
                String.format(Locale.ROOT, "%.0f min", group.delayPercentile(0.95)),
                String.format(Locale.ROOT, "%.2f %%", 100 * group.lateShare()));
    }

    private void print(String format, Object... arguments) {
        out.printf(Locale.ROOT, format, arguments);
    }
}
