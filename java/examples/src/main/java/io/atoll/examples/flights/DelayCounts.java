package io.atoll.examples.flights;

import java.io.Serializable;
import java.util.Arrays;

/**
 * How often each delay occurred: exact percentiles of any number of flights in the room of the distinct values, which
 * are few, since delays are whole minutes. Open addressing on the bits of the double.
 */
final class DelayCounts implements Serializable {
    private static final long serialVersionUID = 1;

    private double[] delays = new double[64];
    private long[] counts = new long[64];
    private int distinct;

    void add(double delay, long count) {
        int slot = slotOf(delay);
        if (counts[slot] == 0) {
            delays[slot] = delay;
            ++distinct;
        }
        counts[slot] += count;
        if (2 * distinct > counts.length) {
            grow();
        }
    }

    void addAll(DelayCounts other) {
        for (int i = 0; i < other.counts.length; i++) {
            if (other.counts[i] != 0) {
                add(other.delays[i], other.counts[i]);
            }
        }
    }

    /** The smallest delay that at least {@code share} of the flights do not exceed; NaN when there are none. */
    double percentile(double share) {
        long total = Arrays.stream(counts).sum();
        long rank = Math.max(1, (long) Math.ceil(share * total));
        int[] order = new int[distinct];
        int n = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] != 0) {
                order[n++] = i;
            }
        }
        double[] sorted =
                Arrays.stream(order).mapToDouble(i -> delays[i]).sorted().toArray();
        long seen = 0;
        for (double delay : sorted) {
            seen += counts[slotOf(delay)];
            if (seen >= rank) {
                return delay;
            }
        }
        return Double.NaN;
    }

    private int slotOf(double delay) {
        long bits = Double.doubleToLongBits(delay + 0.0); // -0.0 and 0.0 are one delay
        int mask = counts.length - 1;
        int slot = (int) ((bits * 0x9E3779B97F4A7C15L) >>> 40) & mask;
        while (counts[slot] != 0 && Double.doubleToLongBits(delays[slot] + 0.0) != bits) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        double[] oldDelays = delays;
        long[] oldCounts = counts;
        delays = new double[2 * oldDelays.length];
        counts = new long[2 * oldCounts.length];
        for (int i = 0; i < oldCounts.length; i++) {
            if (oldCounts[i] != 0) {
                int slot = slotOf(oldDelays[i]);
                delays[slot] = oldDelays[i];
                counts[slot] = oldCounts[i];
            }
        }
    }
}
