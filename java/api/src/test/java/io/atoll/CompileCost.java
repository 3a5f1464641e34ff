package io.atoll;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.tools.DiagnosticCollector;

/**
 * How long javac takes for a class with 200 calls of six arguments, and how much it allocates for each call, beside plain
 * calls: prints medians. They are taken in turns, in one JVM, after some rounds that do not count.
 *
 * <p>Bytes are those of the class with the calls without those of one that has none, beside a plain call of a method that
 * takes the same: to box an argument is most of what a submit of values costs, and costs a plain call as much. They are the
 * same on a busy machine as on an idle one, and in each round, where this runs with {@code -XX:TieredStopAtLevel=1}: the
 * second compiler leaves allocations out.
 */
final class CompileCost {
    private static final int CALLS = 200;
    /** Unless the first two arguments say how many rounds there are: those that do not count, and those that do. */
    private static final List<String> ROUNDS = List.of("20", "31");

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private enum Way {
        PLAIN("U.six(%d, 2, 3, 4, 5, 6)"),
        PLAIN_VALUES("U.boxed(%d, 2, 3, 4, 5, 6)"),
        PLAIN_REFS("U.refs(ref, ref, ref, ref, ref, ref)"),
        SUBMIT_VALUES("SIX.submit(%d, 2, 3, 4, 5, 6)"),
        SUBMIT_REFS("SIX.submit(ref, ref, ref, ref, ref, ref)"),
        TASK_VALUES("Atoll.task(U::six, %d, 2, 3, 4, 5, 6).remote()"),
        TASK_REFS("Atoll.task(U::six, ref, ref, ref, ref, ref, ref).remote()"),
        FUNCTION_VALUES("Atoll.function(U::six).submit(%d, 2, 3, 4, 5, 6)");

        private final String call;

        Way(String call) {
            this.call = call;
        }

        /** The plain call that takes what this one does. */
        Way plain() {
            return this == PLAIN ? this : name().endsWith("_REFS") ? PLAIN_REFS : PLAIN_VALUES;
        }

        String source(int calls) {
            IntFunction<String> statement = i -> "        Object o" + i + " = " + call.formatted(i) + ";\n";
            return """
                    import io.atoll.*;
                    class U {
                        static int six(int a, int b, int c, int d, int e, int f) { return a; }
                        static int boxed(Integer a, Integer b, Integer c, Integer d, Integer e, Integer f) { return 1; }
                        static int refs(
                                ObjectRef<Integer> a, ObjectRef<Integer> b, ObjectRef<Integer> c,
                                ObjectRef<Integer> d, ObjectRef<Integer> e, ObjectRef<Integer> f) { return 1; }
                    }
                    class User {
                        static final RemoteFunction6<Integer, Integer, Integer, Integer, Integer, Integer, Integer> SIX =
                                RemoteFunction6.of(U::six);
                        static ObjectRef<Integer> ref;
                        static void calls() {
                    """ + IntStream.range(0, calls).mapToObj(statement).collect(Collectors.joining()) + "    }\n}\n";
        }
    }

    private CompileCost() {}

    public static void main(String[] arguments) {
        List<String> given = arguments.length < 2 ? ROUNDS : List.of(arguments);
        int warmUp = Integer.parseInt(given.get(0));
        int rounds = Integer.parseInt(given.get(1));
        List<Way> ways = new ArrayList<>(List.of(Way.values()));
        ways.removeIf(way -> given.size() > 2 && !given.contains(way.name())); // what takes long is not always wanted
        long[][] nanos = new long[Way.values().length][rounds];
        long[][] bytes = new long[Way.values().length][rounds];
        for (int round = -warmUp; round < rounds; ++round) {
            for (Way way : ways) {
                long without = compile(way, 0);
                long start = System.nanoTime();
                long with = compile(way, CALLS);
                if (round >= 0) {
                    nanos[way.ordinal()][round] = System.nanoTime() - start;
                    bytes[way.ordinal()][round] = with - without;
                }
            }
        }
        for (Way way : ways) {
            System.out.printf(
                    Locale.ROOT,
                    "JDK %s: %-15s %6.1f ms, %6.1f KB a call, %5.2f times %s%n",
                    Runtime.version().feature(),
                    way,
                    median(nanos, way) / 1e6,
                    median(bytes, way) / 1e3 / CALLS,
                    (double) median(bytes, way) / median(bytes, way.plain()),
                    way.plain());
        }
    }

    /** Bytes that this thread allocates, on which all of javac runs. */
    private static long compile(Way way, int calls) {
        String source = way.source(calls);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        if (!UserCode.compile(source, new DiagnosticCollector<>())) {
            throw new AssertionError(way + " does not compile");
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private static long median(long[][] all, Way way) {
        long[] sorted = all[way.ordinal()].clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
