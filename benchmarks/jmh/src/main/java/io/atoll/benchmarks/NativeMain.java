package io.atoll.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.runner.RunnerException;

/**
 * {@code ci/bench native}: the store alone, against the targets it is held to. Arguments: folder of the native programs,
 * commit, and the JSON file to write, if any.
 */
final class NativeMain {
    private static final List<Row> ROWS = List.of(
            Row.of("get.warm", "p50").over("cas").limit(30),
            Row.of("get.warm.contended", "p50").over("get.warm.alone").target(2),
            Row.of("get.warm.java", "p50").over("jni.empty").limit(60),
            // JMH counts what the harness allocates too, spread over the operations.
            Row.of("get.warm.java.allocated", "mean").limit(0.5),
            Row.of("create_seal.1KiB", "p50").over("cas").limit(250),
            Row.of("create_seal.1KiB.java", "p50").over("jni.empty").limit(400),
            Row.of("create_seal.1KiB.contended", "p999")
                    .over("memcpy.1KiB.contended")
                    .limit(10_000),
            Row.of("put_drop.1KiB", "p50").over("put_drop.1KiB.seen"),
            Row.of("put_drop.64KiB", "p50").over("put_drop.64KiB.seen"),
            Row.of("put_drop.16MiB", "p50").over("put_drop.16MiB.seen"),
            Row.of("free.clients.1", "p50"),
            Row.of("free.clients.64", "p50").over("free.clients.1").target(1.5),
            Row.of("free.clients.512", "p50").over("free.clients.1").target(1.5),
            Row.of("free.holders.3.of.512", "p50").over("free.clients.1").target(1.5),
            Row.of("create.large.live.0", "p50"),
            Row.of("create.large.live.16384", "p50").over("create.large.live.0").target(1.5),
            Row.of("create.large.holes.8192", "p50").over("create.large.live.0").target(1.5),
            Row.of("churn.60s", "max").limit(1.3),
            Row.of("put.1MiB.two", "p50").over("copy.1MiB.two").target(0.9),
            Row.of("put.64MiB.warm", "p50").over("copy.64MiB").target(0.95),
            Row.of("put.64MiB.first", "p50").over("copy.64MiB.turns").target(0.9),
            Row.of("put.64MiB.fresh", "p50").over("memcpy.64MiB.fresh").target(1.1),
            Row.of("get.objects.10", "p50").over("touch.objects.10"),
            Row.of("get.objects.1000", "p50").over("touch.objects.1000"),
            Row.of("get.objects.1000000", "p50").over("touch.objects.1000000"),
            // While both spin; what that costs in CPU time is in the row below it.
            Row.of("wakeup", "p50").over("spin.half"),
            Row.of("wakeup.cpu", "p50").over("futex.half"),
            Row.of("wakeup.pinned", "p50").over("futex.half.pinned").target(1.3),
            Row.of("wakeup.pinned.cpu", "p50").over("futex.half.pinned"),
            Row.of("attach.4GiB", "p50").over("map.4GiB").limit(5_000_000),
            Row.of("attach.busy", "p99").over("attach.idle").limit(10_000_000),
            Row.of("spill.1GiB", "p50").over("write_sync.1GiB").target(0.8),
            Row.of("restore.1GiB", "p50").over("read.1GiB").target(0.8));

    private NativeMain() {}

    public static void main(String[] args) throws IOException, InterruptedException, RunnerException {
        String nativePrograms = args[0];
        List<Measurement> all = new ArrayList<>();
        say("the store between processes");
        all.addAll(Programs.measurements(List.of(nativePrograms + "/atoll_process_bench")));
        say("the store in one process");
        all.addAll(Programs.storeBench(nativePrograms));
        say("gets and creates in Java");
        all.addAll(Programs.jmh("jni.empty", JniBenchmark.class, "empty", null));
        all.addAll(Programs.jmh("get.warm.java", GetBenchmark.class, "get", "1024"));
        all.addAll(Programs.jmh("create_seal.1KiB.java", CreateSealBenchmark.class, "createSeal", "1024"));

        Report report = new Report();
        all.forEach(report::add);
        report.print(ROWS, System.out);
        if (args.length > 2) {
            report.writeJson(ROWS, args[1], Path.of(args[2]));
        }
    }

    private static void say(String what) {
        System.err.println("measuring " + what);
    }
}
