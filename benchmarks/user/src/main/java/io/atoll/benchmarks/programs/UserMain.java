package io.atoll.benchmarks.programs;

import io.atoll.benchmarks.Measurement;
import io.atoll.benchmarks.Programs;
import io.atoll.benchmarks.Report;
import io.atoll.benchmarks.Row;
import io.atoll.benchmarks.user.Bare;
import io.atoll.benchmarks.user.Closes;
import io.atoll.benchmarks.user.Copies;
import io.atoll.benchmarks.user.First;
import io.atoll.benchmarks.user.Loops;
import io.atoll.benchmarks.user.RandomGets;
import io.atoll.benchmarks.user.Series;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;

/**
 * {@code ci/bench user}: programs as users write them, each in a fresh JVM with default options. Arguments: folder of the native
 * programs, commit, class path of the programs in a jar, the same from a folder of classes, class path of the flights example,
 * and the JSON file to write, if any.
 */
final class UserMain {
    private static final double PUT_SECONDS = 8;
    private static final double MOST_SECONDS_OF_INTS = 60;
    private static final int COLD_STARTS = 5;
    private static final int STARTS = 9;
    private static final int JVMS_THAT_CLOSE = 3;
    private static final int TENTH = 9;
    private static final int SERIES = 5;
    private static final int FLIGHTS = 7;
    private static final String SMALL_HEAP = "-Xmx512m";
    private static final String LARGE_HEAP = "-Xmx4g";
    private static final long LARGE = 64L << 20;
    private static final double MEBI = 1 << 20;
    private static final double MILLI = 1e6;

    private static final List<Row> ROWS = List.of(
            Row.of("loop.put.64MiB.close", "rate").over("copy.64MiB").target(0.9),
            Row.of("loop.put.64MiB.close", "max"),
            Row.of("loop.put.64MiB.drop", "rate").over("copy.64MiB").target(0.3),
            Row.of("loop.put.64MiB.drop", "max").limit(100 * MILLI),
            Row.of("loop.put.64MiB.drop.live", "rate").over("copy.64MiB").target(0.1),
            Row.of("loop.put.64MiB.drop.live", "max"),
            Row.of("loop.put.64MiB.drop.noexplicit", "rate").over("copy.64MiB").target(0.1),
            Row.of("loop.put.64MiB.drop.noexplicit", "max"),
            Row.of("loop.put.1MiB.two", "rate").over("copy.1MiB.two").target(0.6),
            Row.of("loop.put.1MiB.two", "max"),
            Row.of("loop.put.int.drop", "rate"),
            Row.of("loop.put.int.drop", "max").limit(50 * MILLI),
            Row.of("loop.put_get.record5", "rate"),
            Row.of("loop.put_get.record5", "max"),
            Row.of("first.int.cold", "p50").over("jvm.start").target(9),
            Row.of("first.record.cold", "p50").over("jvm.start").target(12),
            Row.of("first.list.cold", "p50").over("jvm.start").target(12),
            Row.of("first.int.cold.cpu", "p50").over("jvm.start.cpu"),
            Row.of("first.record.cold.cpu", "p50").over("jvm.start.cpu"),
            Row.of("first.list.cold.cpu", "p50").over("jvm.start.cpu"),
            Row.of("first.maker.cpu", "p50").over("jvm.start.cpu"),
            Row.of("first.int", "p50").over("jvm.start").target(7),
            Row.of("first.record", "p50").over("jvm.start").target(8),
            Row.of("first.list", "p50").over("jvm.start").target(8),
            Row.of("first.int.cpu", "p50").over("jvm.start.cpu"),
            Row.of("first.record.cpu", "p50").over("jvm.start.cpu"),
            Row.of("first.list.cpu", "p50").over("jvm.start.cpu"),
            Row.of("first.int.classes", "p50").over("jvm.start").target(7),
            Row.of("first.record.classes", "p50").over("jvm.start").target(8),
            Row.of("first.list.classes", "p50").over("jvm.start").target(8),
            Row.of("close.idle", "p50").limit(20 * MILLI),
            Row.of("close.idle.tenth", "p50").limit(20 * MILLI),
            Row.of("series.rtt.250ms", "p50").over("spin.rtt"),
            Row.of("series.rtt.1s", "p50").over("spin.rtt"),
            Row.of("series.rtt.5s", "p50").over("spin.rtt"),
            Row.of("futex.rtt", "p50"),
            Row.of("flights.1", "p50").over("flights.1.threads").target(2),
            Row.of("flights.1", "pss").over("flights.1.threads"),
            Row.of("flights.1.duckdb", "p50"),
            Row.of("flights.1.duckdb", "pss"),
            Row.of("flights.100", "p50").over("flights.100.threads").target(1.5),
            Row.of("flights.100", "pss").over("flights.100.threads"),
            Row.of("flights.100.duckdb", "p50"),
            Row.of("flights.100.duckdb", "pss"),
            Row.of("flights.1000", "p50").over("flights.1000.heap"),
            Row.of("flights.1000", "pss").over("flights.1000.heap"),
            Row.of("get.java.random.1000000", "p50")
                    .over("touch.objects.1000000")
                    .target(2));

    private final String nativePrograms;
    private final String jars;
    private final String classes;
    private final String flights;
    private final Report report = new Report();

    private UserMain(String[] arguments) {
        nativePrograms = arguments[0];
        jars = arguments[2];
        classes = arguments[3];
        flights = arguments[4];
    }

    public static void main(String[] arguments) throws Exception {
        UserMain user = new UserMain(arguments);
        Path place = Files.createTempDirectory("atoll-bench-user");
        try {
            user.floors();
            user.starts(place);
            user.closes(place);
            user.series(place);
            user.loops(place);
            user.gets(place);
            user.flights(place);
            user.flightsBeyondHeap(place);
        } finally {
            UserProgram.deleteAll(place);
        }
        user.report.print(ROWS, System.out);
        if (arguments.length > 5) {
            user.report.writeJson(ROWS, arguments[1], Path.of(arguments[5]));
        }
    }

    private void add(String name, double value, String unit, String stat) {
        report.add(new Measurement(name, value, unit, stat));
        System.err.printf(Locale.ROOT, "  %s %s %.3f %s%n", name, stat, value, unit);
    }

    private static void say(String what) {
        System.err.println("measuring " + what);
    }

    /** Those that native programs measure. */
    private void floors() throws IOException, InterruptedException {
        say("what the machine can do");
        for (Measurement each : Programs.measurements(List.of(
                nativePrograms + "/atoll_store_bench",
                "--benchmark_filter=64MiB",
                "--benchmark_repetitions=9",
                "--benchmark_min_time=0.05",
                "--benchmark_enable_random_interleaving=true"))) {
            if (each.name().equals("copy.64MiB")) {
                add(each.name(), each.value(), each.unit(), "rate");
            }
        }
        for (Measurement each :
                Programs.measurements(List.of(nativePrograms + "/atoll_process_bench", "wakeup", "objects"))) {
            if (each.name().equals("spin.half") && each.stat().equals("p50")) {
                add("spin.rtt", 2 * each.value(), each.unit(), each.stat());
            } else if (each.name().startsWith("touch.objects.")) {
                add(each.name(), each.value(), each.unit(), each.stat());
            }
        }
        add("futex.rtt", Programs.futexRoundTrip(nativePrograms), "ns", "p50");
    }

    private UserProgram java(Path cache, Class<?> main, String... arguments) {
        return new UserProgram(cache, List.of(), jars, main.getName(), arguments);
    }

    /** Fresh JVMs in turns, from the start of the process to its end, each beside one that prints a line. */
    private void starts(Path place) throws IOException, InterruptedException {
        say("first results");
        List<Double> bare = new ArrayList<>();
        List<Double> bareCpu = new ArrayList<>();
        List<Double> maker = new ArrayList<>();
        for (String kind : List.of("int", "record", "list")) {
            List<Double> cold = new ArrayList<>();
            List<Double> coldCpu = new ArrayList<>();
            for (int i = 0; i < COLD_STARTS; ++i) {
                Path cache = place.resolve("cold" + kind + i);
                UserProgram.Run run = java(cache, First.class, kind).run();
                cold.add(run.nanos());
                double made = UserProgram.awaitMaker(cache);
                coldCpu.add(run.cpuNanos() + made);
                maker.add(made);
            }
            add("first." + kind + ".cold", UserProgram.median(cold), "ns", "p50");
            add("first." + kind + ".cold.cpu", UserProgram.median(coldCpu), "ns", "p50");
        }
        add("first.maker.cpu", UserProgram.median(maker), "ns", "p50");
        Path cache = cache(place);
        for (String kind : List.of("int", "record", "list")) {
            List<Double> times = new ArrayList<>();
            List<Double> cpu = new ArrayList<>();
            List<Double> fromClasses = new ArrayList<>();
            for (int i = 0; i < STARTS; ++i) {
                UserProgram.Run line = java(cache, Bare.class).run();
                bare.add(line.nanos());
                bareCpu.add(line.cpuNanos());
                UserProgram.Run run = java(cache, First.class, kind).run();
                times.add(run.nanos());
                cpu.add(run.cpuNanos());
                fromClasses.add(new UserProgram(cache, List.of(), classes, First.class.getName(), kind)
                        .run()
                        .nanos());
            }
            add("first." + kind, UserProgram.median(times), "ns", "p50");
            add("first." + kind + ".cpu", UserProgram.median(cpu), "ns", "p50");
            add("first." + kind + ".classes", UserProgram.median(fromClasses), "ns", "p50");
        }
        add("jvm.start", UserProgram.median(bare), "ns", "p50");
        add("jvm.start.cpu", UserProgram.median(bareCpu), "ns", "p50");
    }

    /** With an archive in it, whatever the class path. */
    private Path cache(Path place) throws IOException, InterruptedException {
        Path cache = place.resolve("cache");
        if (Files.notExists(cache)) {
            java(cache, First.class, "int").run();
            UserProgram.awaitMaker(cache);
        }
        return cache;
    }

    private void closes(Path place) throws IOException, InterruptedException {
        say("closing");
        List<Double> first = new ArrayList<>();
        List<Double> tenth = new ArrayList<>();
        for (int i = 0; i < JVMS_THAT_CLOSE; ++i) {
            double[] times = java(cache(place), Closes.class).run().numbers();
            first.add(times[0]);
            tenth.add(times[TENTH]);
        }
        add("close.idle", UserProgram.median(first), "ns", "p50");
        add("close.idle.tenth", UserProgram.median(tenth), "ns", "p50");
    }

    private void series(Path place) throws IOException, InterruptedException {
        say("one task after the other");
        List<List<Double>> parts = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < SERIES; ++i) {
            double[] times = java(cache(place), Series.class).run().numbers();
            for (int part = 0; part < parts.size(); ++part) {
                parts.get(part).add(times[part]);
            }
        }
        add("series.rtt.250ms", UserProgram.median(parts.get(0)), "ns", "p50");
        add("series.rtt.1s", UserProgram.median(parts.get(1)), "ns", "p50");
        add("series.rtt.5s", UserProgram.median(parts.get(2)), "ns", "p50");
    }

    private void loops(Path place) throws IOException, InterruptedException, ExecutionException {
        say("loops");
        String seconds = Double.toString(PUT_SECONDS);
        Path cache = cache(place);
        bytes("loop.put.64MiB.close", java(cache, Loops.class, "64MiB.close", seconds), LARGE);
        bytes("loop.put.64MiB.drop", java(cache, Loops.class, "64MiB.drop", seconds), LARGE);
        bytes("loop.put.64MiB.drop.live", java(cache, Loops.class, "64MiB.drop", seconds, "10000000"), LARGE);
        bytes(
                "loop.put.64MiB.drop.noexplicit",
                new UserProgram(
                        cache, List.of("-XX:+DisableExplicitGC"), jars, Loops.class.getName(), "64MiB.drop", seconds),
                LARGE);
        bytes("loop.put.1MiB.two", java(cache, Loops.class, "1MiB.two", seconds), 1 << 20);
        UserProgram copies = java(cache, Copies.class, seconds);
        var other = copies.start();
        double both = copies.run().numbers()[0] + other.get().numbers()[0];
        add("copy.1MiB.two", both * MEBI / 1e9, "GB/s", "rate");
        // At a million a second 50 million of them are dropped, and never more time is spent on it than that takes.
        turns("loop.put.int.drop", java(cache, Loops.class, "int.drop", Double.toString(MOST_SECONDS_OF_INTS)));
        turns("loop.put_get.record5", java(cache, Loops.class, "record5", seconds));
    }

    /** A loop of which a turn puts so many bytes; a program prints turns, seconds and worst of each that runs it. */
    private void bytes(String name, UserProgram program, double bytesOfEach) throws IOException, InterruptedException {
        double[] done = program.run().numbers();
        double rate = 0;
        double worst = 0;
        for (int i = 0; i < done.length; i += 3) {
            rate += done[i] / done[i + 1];
            worst = Math.max(worst, done[i + 2]);
        }
        add(name, rate * bytesOfEach / 1e9, "GB/s", "rate");
        add(name, worst, "ns", "max");
    }

    private void turns(String name, UserProgram program) throws IOException, InterruptedException {
        double[] done = program.run().numbers();
        add(name, done[0] / done[1], "1/s", "rate");
        add(name, done[2], "ns", "max");
    }

    private void gets(Path place) throws IOException, InterruptedException {
        say("gets in a random order");
        double[] rounds = java(cache(place), RandomGets.class).run().numbers();
        add("get.java.random.1000000", Programs.median(rounds), "ns", "p50");
    }

    /** In turns: Atoll, threads, DuckDB; then each once more, watched for its memory. */
    private void flights(Path place) throws IOException, InterruptedException, ExecutionException {
        Path cache = place.resolve("flights"); // of its class path
        for (String scale : List.of("1", "100")) {
            say("flights, " + scale + " times over");
            List<UserProgram> programs = List.of(
                    new UserProgram(
                            cache, List.of(), flights, "io.atoll.examples.flights.FlightsMain", "--scale", scale),
                    new UserProgram(cache, List.of(), flights, "io.atoll.benchmarks.flights.FlightsOnThreads", scale),
                    new UserProgram(cache, List.of(), flights, "io.atoll.benchmarks.flights.FlightsInDuckDb", scale));
            List<String> names =
                    List.of("flights." + scale, "flights." + scale + ".threads", "flights." + scale + ".duckdb");
            programs.get(0).run();
            UserProgram.awaitMaker(cache);
            List<List<Double>> times = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            for (int i = 0; i < FLIGHTS; ++i) {
                for (int each = 0; each < programs.size(); ++each) {
                    times.get(each).add(programs.get(each).run().nanos());
                }
            }
            for (int each = 0; each < programs.size(); ++each) {
                add(names.get(each), UserProgram.median(times.get(each)), "ns", "p50");
                add(names.get(each), programs.get(each).peakPss(), "B", "pss");
            }
        }
    }

    /**
     * The flights so often that a small heap does not hold them: Atoll has that, in its workers too; arrays on the heap have a large
     * one, and it is tried that the small one does not do.
     */
    private void flightsBeyondHeap(Path place) throws IOException, InterruptedException, ExecutionException {
        say("flights, 1000 times over, by heaps of " + SMALL_HEAP);
        Path cache = place.resolve("flights");
        UserProgram atoll = new UserProgram(
                cache,
                List.of(SMALL_HEAP, "-Datoll.worker.flags=" + SMALL_HEAP),
                flights,
                "io.atoll.examples.flights.FlightsMain",
                "--scale=1000",
                "--store-size=2GiB");
        String onHeap = "io.atoll.benchmarks.flights.FlightsOnHeap";
        UserProgram heap = new UserProgram(cache, List.of(LARGE_HEAP), flights, onHeap, "1000");
        String ending = new UserProgram(cache, List.of(SMALL_HEAP), flights, onHeap, "1000").failure();
        if (!ending.contains("OutOfMemoryError")) {
            throw new IllegalStateException("with " + SMALL_HEAP + " " + onHeap + " was to lack memory: " + ending);
        }
        System.err.println("  flights.1000.heap with " + SMALL_HEAP + ": OutOfMemoryError");
        UserProgram.Run run = atoll.run(); // once: it takes as long as all others together
        UserProgram.Run heapRun = heap.run();
        List<String> found = heapRun.lines(); // Atoll prints how it was done, too
        if (!run.lines().subList(0, found.size()).equals(found)) {
            throw new IllegalStateException("flights by Atoll\n" + run.lines() + "\nand on the heap\n" + found);
        }
        add("flights.1000", run.nanos(), "ns", "p50");
        add("flights.1000.heap", heapRun.nanos(), "ns", "p50");
        add("flights.1000", atoll.peakPss(), "B", "pss");
        add("flights.1000.heap", heap.peakPss(), "B", "pss");
    }
}
