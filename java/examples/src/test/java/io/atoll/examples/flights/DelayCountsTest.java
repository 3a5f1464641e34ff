package io.atoll.examples.flights;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DelayCountsTest {
    @Test
    void shouldAgreeWithSortingAllDelays() {
        double[] delays = new Random(7).ints(10_000, -60, 900).asDoubleStream().toArray();
        shouldAgreeWithSorting(delays);
    }

    @Test
    void shouldBeExactWithFractionsOfMinutesToo() {
        double[] delays = new Random(7).doubles(10_000, -60, 900).toArray();
        shouldAgreeWithSorting(delays);
    }

    private static void shouldAgreeWithSorting(double[] delays) {
        DelayCounts counts = new DelayCounts();
        for (double delay : delays) {
            counts.add(0, delay, 1);
        }
        Arrays.sort(delays);
        DelayCounts.Sorted sorted = counts.sorted(cell -> true);
        for (double share : new double[] {0.01, 0.5, 0.95, 0.999, 1}) {
            assertThat(sorted.percentile(share)).isEqualTo(delays[(int) Math.ceil(share * delays.length) - 1]);
        }
        assertThat(sorted.total()).isEqualTo(delays.length);
        assertThat(sorted.above(15))
                .isEqualTo(Arrays.stream(delays).filter(delay -> delay > 15).count());
    }

    @Test
    void shouldKeepCellsApartAndMergeAsIfCountedTogether() {
        DelayCounts left = new DelayCounts();
        DelayCounts right = new DelayCounts();
        DelayCounts both = new DelayCounts();
        for (int i = 0; i < 5000; i++) {
            (i % 3 == 0 ? left : right).add(i % 7, i * 0.5, 1);
            both.add(i % 7, i * 0.5, 1);
        }
        left.addAll(right);
        for (int cell = 0; cell < 7; cell++) {
            int wanted = cell;
            DelayCounts.Sorted merged = left.sorted(found -> found == wanted);
            DelayCounts.Sorted together = both.sorted(found -> found == wanted);
            assertThat(merged.delays()).containsExactly(together.delays());
            assertThat(merged.counts()).containsExactly(together.counts());
        }
    }

    @Test
    void shouldCountMinusZeroAsZero() {
        DelayCounts counts = new DelayCounts();
        counts.add(0, -0.0, 1);
        counts.add(0, 0.0, 1);
        assertThat(counts.sorted(cell -> true).delays()).containsExactly(0.0);
    }

    @Test
    void shouldKnowNoPercentileOfNothing() {
        assertThat(new DelayCounts().sorted(cell -> true).percentile(0.95)).isNaN();
    }
}
