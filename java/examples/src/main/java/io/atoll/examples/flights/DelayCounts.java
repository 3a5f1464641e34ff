package io.atoll.examples.flights;

import java.io.Serializable;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * How often each delay occurred in each of some cells: the exact means and percentiles of any number of flights in the
 * room of the distinct values, which are few, since delays are whole minutes. Other delays are counted as exactly.
 * A hash table with open addressing; not thread-safe.
 */
final class DelayCounts implements Serializable {
    private static final long serialVersionUID = 1;
    private static final int SMALLEST = 64;

    private int[] cells = new int[SMALLEST];
    private double[] delays = new double[SMALLEST];
    private long[] counts = new long[SMALLEST]; // 0: a free slot
    private int distinct;

    void add(int cell, double delay, long count) {
        double key = delay + 0.0; // -0.0 and 0.0 are one delay
        int slot = slotOf(cell, key);
        if (counts[slot] == 0) {
            cells[slot] = cell;
            delays[slot] = key;
            ++distinct;
        }
        counts[slot] += count;
        if (2 * distinct > counts.length) {
            resize(2 * counts.length);
        }
    }

    void addAll(DelayCounts other) {
        for (int i = 0; i < other.counts.length; i++) {
            if (other.counts[i] != 0) {
                add(other.cells[i], other.delays[i], other.counts[i]);
            }
        }
    }

    /** The delays of the cells asked for, in ascending order. */
    Sorted sorted(IntPredicate wanted) {
        int[] slots = IntStream.range(0, counts.length)
                .filter(i -> counts[i] != 0 && wanted.test(cells[i]))
                .boxed()
                .sorted((a, b) -> Double.compare(delays[a], delays[b]))
                .mapToInt(Integer::intValue)
                .toArray();
        return new Sorted(
                Arrays.stream(slots).mapToDouble(i -> delays[i]).toArray(),
                Arrays.stream(slots).mapToLong(i -> counts[i]).toArray());
    }

    /** Delays with their counts. */
    record Sorted(double[] delays, long[] counts) {
        long total() {
            return Arrays.stream(counts).sum();
        }

        double sum() {
            double sum = 0;
            for (int i = 0; i < counts.length; i++) {
                sum += delays[i] * counts[i];
            }
            return sum;
        }

        long above(double limit) {
            long above = 0;
            for (int i = counts.length - 1; i >= 0 && delays[i] > limit; i--) {
                above += counts[i];
            }
            return above;
        }

        /** The smallest delay that at least {@code share} of all do not exceed; NaN when there are none. */
        double percentile(double share) {
            long rank = Math.max(1, (long) Math.ceil(share * total()));
            long seen = 0;
            for (int i = 0; i < counts.length; i++) {
                seen += counts[i];
                if (seen >= rank) {
                    return delays[i];
                }
            }
            return Double.NaN;
        }
    }

    private int slotOf(int cell, double delay) {
        long bits = Double.doubleToRawLongBits(delay);
        int mask = counts.length - 1;
        // Fibonacci hashing: the product's top bits. A whole number's own bits are at the top, hence the shift.
        long hash = ((bits ^ bits >>> 29) + cell) * 0x9E3779B97F4A7C15L;
        int slot = (int) (hash >>> Long.numberOfLeadingZeros(mask));
        while (counts[slot] != 0 && (delays[slot] != delay || cells[slot] != cell)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void resize(int capacity) {
        int[] oldCells = cells;
        double[] oldDelays = delays;
        long[] oldCounts = counts;
        cells = new int[capacity];
        delays = new double[capacity];
        counts = new long[capacity];
        for (int i = 0; i < oldCounts.length; i++) {
            if (oldCounts[i] != 0) {
                int slot = slotOf(oldCells[i], oldDelays[i]);
                cells[slot] = oldCells[i];
                delays[slot] = oldDelays[i];
                counts[slot] = oldCounts[i];
            }
        }
    }
}
