package io.atoll.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.runner.RunnerException;

/**
 * {@code ci/bench jmh}: objects in Java, against the targets they are held to. Arguments: folder of the native programs
 * (not needed), commit, and the JSON file to write, if any. Copies are compared by their times: 0.9 of the floor's rate
 * is 1.11 of its time.
 */
final class ObjectsMain {
    private static final List<Row> ROWS = List.of(
            Row.of("get.tensor.view", "p50").over("jni.empty").limit(1500),
            Row.of("get.tensor.view.buffer", "p50").over("jni.empty").limit(500),
            Row.of("get.batch.10col", "p50").over("jni.empty").limit(15_000),
            Row.of("put.tensor.64MiB", "p50").over("memcpy.64MiB").target(1 / 0.9),
            Row.of("put.batch.64MiB", "p50").over("memcpy.64MiB").target(1 / 0.9),
            Row.of("put_get.record5", "p50").over("jni.empty").limit(4000),
            Row.of("get.double_array.1e6", "p50").over("memcpy.8MB.turns").target(1 / 0.8),
            Row.of("new.8MB", "p50").over("memcpy.8MB.turns"),
            Row.of("copyOf.8MB", "p50").over("memcpy.8MB.turns"),
            Row.of("put_get.graph.10k", "p50").over("fory.graph.10k").target(1.2),
            Row.of("put_get.record5.first", "p50"),
            Row.of("put_get.list.first", "p50"),
            Row.of("get.tensor.1GiB.first", "p50").limit(1_000_000),
            Row.of("get.tensor.1GiB.first.allocated", "p50").limit(64 << 10));

    private static final int FRESH_JVMS = 9;

    private static final Map<String, String> METHODS = new LinkedHashMap<>();

    static {
        METHODS.put("get.tensor.view", "getTensorView");
        METHODS.put("get.tensor.view.buffer", "getTensorViewBuffer");
        METHODS.put("get.batch.10col", "getBatch");
        METHODS.put("memcpy.64MiB", "copyLarge");
        METHODS.put("put.tensor.64MiB", "putTensor");
        METHODS.put("put.batch.64MiB", "putBatch");
        METHODS.put("put_get.record5", "putGetRecord");
        METHODS.put("memcpy.8MB.turns", "copyMillionInTurns");
        METHODS.put("new.8MB", "newMillion");
        METHODS.put("copyOf.8MB", "copyOfMillion");
        METHODS.put("get.double_array.1e6", "getDoubleArray");
        METHODS.put("fory.graph.10k", "foryGraph");
        METHODS.put("put_get.graph.10k", "putGetGraph");
    }

    private ObjectsMain() {}

    public static void main(String[] args) throws IOException, InterruptedException, RunnerException {
        Report report = new Report();
        Programs.jmh("jni.empty", JniBenchmark.class, "empty", null).forEach(report::add);
        for (Map.Entry<String, String> each : METHODS.entrySet()) {
            System.err.println("measuring " + each.getKey());
            Programs.jmh(each.getKey(), ObjectsBenchmark.class, each.getValue(), null)
                    .forEach(report::add);
        }
        for (String value : List.of("record5", "list")) {
            System.err.println("measuring put_get." + value + ".first");
            report.add(first(value));
        }
        System.err.println("measuring get.tensor.1GiB.first");
        Programs.measurements(Programs.java(LargeReadMain.class)).forEach(report::add);
        report.print(ROWS, System.out);
        if (args.length > 2) {
            report.writeJson(ROWS, args[1], Path.of(args[2]));
        }
    }

    /** The median of fresh JVMs. */
    private static Measurement first(String value) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(Programs.java(FirstValueMain.class));
        command.add(value);
        double[] nanos = new double[FRESH_JVMS];
        for (int i = 0; i < FRESH_JVMS; i++) {
            nanos[i] = Double.parseDouble(Programs.lines(command).get(0));
        }
        return new Measurement("put_get." + value + ".first", Programs.median(nanos), "ns", "p50");
    }
}
