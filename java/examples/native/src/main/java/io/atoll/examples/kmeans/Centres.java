package io.atoll.examples.kmeans;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Where k-means is: its centres, and what a round has found so far. Threads may add at once. */
final class Centres {
    static final int COUNT = 8;
    static final int ROUNDS = 6;

    private static final int COORDINATES = Readings.COLUMNS - 1;

    private final double[] centres = new double[COUNT * COORDINATES];
    private double[] sums = noSums();
    private long rows;

    /** Before the first round. */
    Centres() {
        Arrays.setAll(centres, i -> 300 + Readings.STEP * (i / COORDINATES * (i % COORDINATES + 1) % COUNT));
    }

    static double[] noSums() {
        return new double[COUNT * Readings.COLUMNS];
    }

    double[] now() {
        return centres;
    }

    /** What C++ has found in one block. */
    synchronized void add(double[] found) {
        Arrays.setAll(sums, i -> sums[i] + found[i]);
    }

    /** Ends a round: each centre moves to the middle of the rows that were nearest to it. */
    void move() {
        rows = 0;
        for (int c = 0; c < COUNT; ++c) {
            double count = sums[c * Readings.COLUMNS + COORDINATES];
            rows += (long) count;
            for (int i = 0; i < COORDINATES && count > 0; ++i) {
                centres[c * COORDINATES + i] = sums[c * Readings.COLUMNS + i] / count;
            }
        }
        sums = noSums();
    }

    @Override
    public String toString() {
        return rows + " rows; centres at "
                + IntStream.range(0, COUNT)
                        .mapToObj(c -> String.format(Locale.ROOT, "%.3f", centres[c * COORDINATES]))
                        .collect(Collectors.joining(" "));
    }
}
