package io.atoll.benchmarks.user;

import io.atoll.Atoll;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One loop for a fixed time, after some seconds of the same to warm up. Prints how much of it passed in a second, all pauses
 * counted, and the longest single turn. Arguments: which loop, seconds, and how many objects the program has beside.
 */
public final class Loops {
    private static final int LARGE = 8 << 20;
    private static final int MIDDLE = 128 << 10;
    private static final double SECOND = 1e9;
    private static final double WARM_UP_SECONDS = 2;

    private Loops() {}

    /** A value of five fields. */
    public record Trade(int id, long time, double price, String symbol, boolean isBuy) {}

    private interface Turn {
        void run(int number);
    }

    /** What a loop has done. */
    private record Done(double turns, double seconds, double worst) {
        String line() {
            return String.format(Locale.ROOT, "%.0f %.6f %.0f", turns, seconds, worst);
        }
    }

    public static void main(String[] arguments) {
        double seconds = Double.parseDouble(arguments[1]);
        Object[] live = arguments.length > 2 ? live(Integer.parseInt(arguments[2])) : new Object[0];
        try (AtollSession session = Atoll.init()) {
            double[] numbers = new double[LARGE];
            Arrays.fill(numbers, 1.5);
            switch (arguments[0]) {
                case "64MiB.close" ->
                    print(loop(
                            seconds, i -> Atoll.put(Tensor.of(numbers, LARGE)).close()));
                case "64MiB.drop" -> print(loop(seconds, i -> Atoll.put(Tensor.of(numbers, LARGE))));
                case "1MiB.two" -> {
                    List<ObjectRef<double[]>> both = List.of(
                            Atoll.task(Loops::putAndLook, seconds).remote(),
                            Atoll.task(Loops::putAndLook, seconds).remote());
                    for (double[] done : Atoll.get(both)) {
                        print(new Done(done[0], done[1], done[2]));
                    }
                }
                case "int.drop" -> print(loop(seconds, i -> Atoll.put(i)));
                case "record5" -> print(loop(seconds, Loops::putAndGet));
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        }
        if (live.length > 0 && live[live.length - 1] == null) {
            throw new AssertionError("what is live was collected");
        }
    }

    static void putAndGet(int number) {
        Trade trade = new Trade(number, 12L * number, 99.5, "ATOL", true);
        if (Atoll.put(trade).get().id() != number) {
            throw new AssertionError("another record came back");
        }
    }

    /** Runs in a worker. */
    static double[] putAndLook(double seconds) {
        double[] numbers = new double[MIDDLE];
        Arrays.fill(numbers, 2.5);
        Done done = loop(seconds, i -> {
            Tensor view = Atoll.put(Tensor.of(numbers, MIDDLE)).get();
            if (view.getDouble(i % MIDDLE) != 2.5) {
                throw new AssertionError("another number came back");
            }
        });
        return new double[] {done.turns(), done.seconds(), done.worst()};
    }

    private static Object[] live(int count) {
        Object[] live = new Object[count];
        for (int i = 0; i < count; ++i) {
            live[i] = new Object();
        }
        return live;
    }

    private static Done loop(double seconds, Turn turn) {
        int number = 0;
        for (long end = System.nanoTime() + (long) (WARM_UP_SECONDS * SECOND); System.nanoTime() < end; ) {
            turn.run(number++);
        }
        long worst = 0;
        long first = number;
        long start = System.nanoTime();
        long last = start;
        while (last - start < seconds * SECOND) {
            turn.run(number++);
            long now = System.nanoTime();
            worst = Math.max(worst, now - last);
            last = now;
        }
        return new Done(number - first, (last - start) / SECOND, worst);
    }

    private static void print(Done done) {
        System.out.println(done.line());
    }
}
