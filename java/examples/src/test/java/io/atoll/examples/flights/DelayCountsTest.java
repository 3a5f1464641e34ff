package io.atoll.examples.flights;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DelayCountsTest {
    @Test
    void shouldAgreeWithSortingAllDelays() {
        Random random = new Random(7);
        double[] delays = random.ints(10_000, -60, 900).asDoubleStream().toArray();
        DelayCounts counts = new DelayCounts();
        for (double delay : delays) {
            counts.add(delay, 1);
        }
        Arrays.sort(delays);
        for (double share : new double[] {0.01, 0.5, 0.95, 0.999, 1}) {
            assertThat(counts.percentile(share)).isEqualTo(delays[(int) Math.ceil(share * delays.length) - 1]);
        }
    }

    @Test
    void shouldMergeAsIfCountedTogether() {
        DelayCounts left = new DelayCounts();
        DelayCounts right = new DelayCounts();
        DelayCounts both = new DelayCounts();
        for (int i = 0; i < 5000; i++) {
            (i % 3 == 0 ? left : right).add(i * 0.5, 1);
            both.add(i * 0.5, 1);
        }
        left.addAll(right);
        assertThat(left.percentile(0.95)).isEqualTo(both.percentile(0.95));
        assertThat(left.percentile(0.5)).isEqualTo(both.percentile(0.5));
    }

    @Test
    void shouldCountMinusZeroAsZero() {
        DelayCounts counts = new DelayCounts();
        counts.add(-0.0, 1);
        counts.add(0.0, 1);
        counts.add(1, 1);
        assertThat(counts.percentile(0.6)).isZero();
    }

    @Test
    void shouldKnowNoPercentileOfNothing() {
        assertThat(new DelayCounts().percentile(0.95)).isNaN();
    }
}
