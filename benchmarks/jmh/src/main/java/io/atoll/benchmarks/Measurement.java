package io.atoll.benchmarks;

import java.util.Locale;

/**
 * One number. The programs that measure print them one a line, {@link QuickMain} collects the lines.
 *
 * @param stat p50, p99, p999, mean or rate
 */
public record Measurement(String name, double value, String unit, String stat) {
    /** What {@link #parse} reads. */
    public String line() {
        return String.format(Locale.ROOT, "%s\t%.3f\t%s\t%s", name, value, unit, stat);
    }

    /** Null when the line is none of ours. */
    public static Measurement parse(String line) {
        String[] fields = line.split("\t");
        return fields.length == 4
                ? new Measurement(fields[0], Double.parseDouble(fields[1]), fields[2], fields[3])
                : null;
    }
}
