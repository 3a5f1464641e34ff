package io.atoll.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Measurements beside their floors: a table to read, and a JSON object a line. */
public final class Report {
    private static final String MISSED = "  MISSED";

    private final Map<String, Measurement> measurements = new LinkedHashMap<>();

    public void add(Measurement measurement) {
        measurements.put(key(measurement.name(), measurement.stat()), measurement);
    }

    /** Of a measurement that was added. */
    public double value(String name, String stat) {
        return require(name, stat).value();
    }

    public void print(List<Row> rows, PrintStream out) {
        out.printf(
                "%-28s %-5s %14s %-5s  %-24s %14s %8s  %s%n",
                "name", "stat", "value", "unit", "floor", "floor value", "ratio", "target");
        for (Row row : rows) {
            Measurement value = require(row.name(), row.stat());
            if (row.floor() == null) {
                out.printf(
                        "%-28s %-5s %14s %-5s  %-24s %14s %8s  %s%n",
                        value.name(), value.stat(), number(value), value.unit(), "", "", "", verdict(row, value, 0));
                continue;
            }
            Measurement floor = require(row.floor(), row.stat());
            double ratio = value.value() / floor.value();
            out.printf(
                    "%-28s %-5s %14s %-5s  %-24s %14s %8s  %s%n",
                    value.name(),
                    value.stat(),
                    number(value),
                    value.unit(),
                    floor.name(),
                    number(floor),
                    String.format(Locale.ROOT, "%.2f", ratio),
                    verdict(row, value, ratio));
        }
    }

    /** Names of the rows whose target or limit is not met. */
    public List<String> missed(List<Row> rows) {
        List<String> missed = new ArrayList<>();
        for (Row row : rows) {
            Measurement value = require(row.name(), row.stat());
            double ratio = row.floor() == null
                    ? 0
                    : value.value() / require(row.floor(), row.stat()).value();
            if (verdict(row, value, ratio).endsWith(MISSED)) {
                missed.add(row.name());
            }
        }
        return missed;
    }

    public void writeJson(List<Row> rows, String commit, Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Row row : rows) {
            Measurement value = require(row.name(), row.stat());
            Measurement floor = row.floor() == null ? null : require(row.floor(), row.stat());
            lines.add(String.format(
                    Locale.ROOT,
                    "{\"name\":\"%s\",\"value\":%s,\"unit\":\"%s\",\"stat\":\"%s\",\"floor\":%s,\"floor_value\":%s,"
                            + "\"commit\":\"%s\",\"jdk\":\"%s\"}",
                    value.name(),
                    plain(value.value()),
                    value.unit(),
                    value.stat(),
                    floor == null ? "null" : '"' + floor.name() + '"',
                    floor == null ? "null" : plain(floor.value()),
                    commit,
                    System.getProperty("java.version")));
        }
        Files.write(file, lines);
    }

    private Measurement require(String name, String stat) {
        Measurement found = measurements.get(key(name, stat));
        if (found == null) {
            throw new IllegalStateException("nothing measured " + name + " " + stat);
        }
        return found;
    }

    private static String verdict(Row row, Measurement value, double ratio) {
        boolean higherIsBetter = value.unit().endsWith("/s");
        if (!Double.isNaN(row.limit())) {
            boolean met = higherIsBetter ? value.value() >= row.limit() : value.value() <= row.limit();
            return (higherIsBetter ? ">= " : "<= ") + plain(row.limit()) + ' ' + value.unit() + (met ? "" : MISSED);
        }
        if (Double.isNaN(row.target())) {
            return "";
        }
        boolean met = higherIsBetter ? ratio >= row.target() : ratio <= row.target();
        return (higherIsBetter ? ">= " : "<= ") + plain(row.target()) + (met ? "" : MISSED);
    }

    private static String key(String name, String stat) {
        return name + ' ' + stat;
    }

    private static String number(Measurement measurement) {
        return String.format(Locale.ROOT, measurement.value() < 1000 ? "%,.2f" : "%,.0f", measurement.value());
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.3f", value);
    }
}
