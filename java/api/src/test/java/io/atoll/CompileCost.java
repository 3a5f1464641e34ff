package io.atoll;

import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.tools.DiagnosticCollector;

/**
 * How long javac takes for 200 calls of six arguments, beside plain calls of the same methods: prints medians and ratios.
 * They are taken in turns, in one JVM, after some rounds that do not count.
 */
final class CompileCost {
    private static final int CALLS = 200;
    /** Unless the arguments say how many rounds there are: those that do not count, and those that do. */
    private static final String[] ROUNDS = {"20", "31"};

    private enum Way {
        PLAIN("U.six(%d, 2, 3, 4, 5, 6)"),
        SUBMIT_VALUES("SIX.submit(%d, 2, 3, 4, 5, 6)"),
        SUBMIT_REFS("SIX.submit(ref, ref, ref, ref, ref, ref)"),
        TASK_VALUES("Atoll.task(U::six, %d, 2, 3, 4, 5, 6).remote()"),
        TASK_REFS("Atoll.task(U::six, ref, ref, ref, ref, ref, ref).remote()"),
        FUNCTION("Atoll.function(U::six).submit(%d, 2, 3, 4, 5, 6)");

        private final String call;

        Way(String call) {
            this.call = call;
        }

        String source() {
            IntFunction<String> statement = i -> "        Object o" + i + " = " + call.formatted(i) + ";\n";
            return """
                    import io.atoll.*;
                    class U {
                        static int six(int a, int b, int c, int d, int e, int f) { return a; }
                    }
                    class User {
                        static final RemoteFunction6<Integer, Integer, Integer, Integer, Integer, Integer, Integer> SIX =
                                RemoteFunction6.of(U::six);
                        static ObjectRef<Integer> ref;
                        static void calls() {
                    """ + IntStream.range(0, CALLS).mapToObj(statement).collect(Collectors.joining()) + "    }\n}\n";
        }
    }

    private CompileCost() {}

    public static void main(String[] arguments) {
        Way[] ways = Way.values();
        int warmUp = Integer.parseInt((arguments.length == 2 ? arguments : ROUNDS)[0]);
        int rounds = Integer.parseInt((arguments.length == 2 ? arguments : ROUNDS)[1]);
        long[][] nanos = new long[ways.length][rounds];
        for (int round = -warmUp; round < rounds; ++round) {
            for (Way way : ways) {
                String source = way.source();
                long start = System.nanoTime();
                if (!UserCode.compile(source, new DiagnosticCollector<>())) {
                    throw new AssertionError(way + " does not compile");
                }
                if (round >= 0) {
                    nanos[way.ordinal()][round] = System.nanoTime() - start;
                }
            }
        }
        for (long[] each : nanos) {
            Arrays.sort(each);
        }
        for (Way way : ways) {
            long median = nanos[way.ordinal()][rounds / 2];
            System.out.printf(
                    "JDK %s: %-13s %6.1f ms, %.2f times plain calls%n",
                    Runtime.version().feature(),
                    way,
                    median / 1e6,
                    (double) median / nanos[Way.PLAIN.ordinal()][rounds / 2]);
        }
    }
}
