package io.atoll.examples;

import io.atoll.Atoll;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/** Pi by throwing darts: tasks that share nothing, each with a random stream of its own. */
public final class MonteCarlo {
    private static final int TASKS = 16;
    private static final long DARTS = 2_000_000;

    private MonteCarlo() {}

    static long hits(long seed, long darts) {
        SplittableRandom random = new SplittableRandom(seed);
        long hits = 0;
        for (long i = 0; i < darts; ++i) {
            double x = random.nextDouble();
            double y = random.nextDouble();
            if (x * x + y * y < 1) {
                ++hits;
            }
        }
        return hits;
    }

    public static void main(String[] args) {
        try (AtollSession session = Atoll.init()) {
            // Each submission returns at once; the workers are at work while the next is made.
            var thrown = LongStream.range(0, TASKS)
                    .mapToObj(seed -> Atoll.task(MonteCarlo::hits, seed, DARTS).remote())
                    .toList();
            long all = thrown.stream().mapToLong(ObjectRef::get).sum();
            System.out.printf("pi is about %.4f%n", 4.0 * all / (TASKS * DARTS));
        }
    }
}
