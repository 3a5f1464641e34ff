package io.atoll.examples.flights;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FlightStatsTest {
    @Test
    void shouldPutAFlightIntoItsHourAndItsBand() {
        FlightStats stats = new FlightStats();
        stats.add(23.98, 15, 249.9);
        stats.add(24, 16, 250);
        stats.add(0, -5, 5000);
        assertThat(stats.hour(23)).isEqualTo(new FlightGroup(1, 15, 15, 0, 249.9));
        assertThat(stats.hour(0)).isEqualTo(new FlightGroup(2, 5.5, 16, 0.5, 2625));
        assertThat(stats.band(0).flights()).isEqualTo(1);
        assertThat(stats.band(1).flights()).isEqualTo(1);
        assertThat(stats.band(FlightStats.BANDS.length - 1).flights()).isEqualTo(1);
        assertThat(stats.band(2).flights()).isZero();
    }

    @Test
    void shouldLeaveOutAndCountWhatIsNoFlight() {
        FlightStats stats = new FlightStats();
        stats.add(Double.NaN, 1, 1);
        stats.add(1, Double.NaN, 1);
        stats.add(1, 1, Double.NaN);
        stats.addIncomplete();
        stats.add(1530, 1, 1);
        stats.add(-1, 1, 1);
        stats.add(1, Double.POSITIVE_INFINITY, 1);
        assertThat(stats.all().flights()).isZero();
        assertThat(stats.incomplete()).isEqualTo(4);
        assertThat(stats.outside()).isEqualTo(3);
    }

    @Test
    void shouldMergeAsIfCountedTogether() {
        FlightStats left = new FlightStats();
        FlightStats right = new FlightStats();
        FlightStats both = new FlightStats();
        for (int i = 0; i < 3000; i++) {
            (i % 2 == 0 ? left : right).add(i % 24, i % 90, i);
            both.add(i % 24, i % 90, i);
        }
        left.merge(right);
        assertThat(left.all()).isEqualTo(both.all());
        for (int hour = 0; hour < FlightStats.HOURS; hour++) {
            assertThat(left.hour(hour)).isEqualTo(both.hour(hour));
        }
    }
}
