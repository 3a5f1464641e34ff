package io.atoll.benchmarks.user;

import io.atoll.Atoll;
import io.atoll.AtollSession;
import java.util.Arrays;

/** One small task after the other from the first on: prints the median of their times in the first 250 ms, to 1 s, and to 5 s. */
public final class Series {
    private static final long[] UNTIL = {250_000_000L, 1_000_000_000L, 5_000_000_000L};

    private Series() {}

    public static void main(String[] arguments) {
        long[] times = new long[1 << 16];
        try (AtollSession session = Atoll.init()) {
            Atoll.task(First::twice, 0).remote().get(); // the workers are there
            long start = System.nanoTime();
            for (long until : UNTIL) {
                int count = 0;
                long last = System.nanoTime();
                for (int i = 0; last - start < until; ++i) {
                    if (Atoll.task(First::twice, i).remote().get() != 2 * i) {
                        throw new AssertionError("another number came back");
                    }
                    long now = System.nanoTime();
                    if (count == times.length) {
                        times = Arrays.copyOf(times, 2 * count);
                    }
                    times[count++] = now - last;
                    last = now;
                }
                Arrays.sort(times, 0, count);
                System.out.println(times[count / 2]);
            }
        }
    }
}
