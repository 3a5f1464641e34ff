package io.atoll.internal.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BatchesTest {
    private static final long GAP = 30_000;

    private final Batches batches = new Batches();
    private long now = 1_000_000_000;

    /** How many pauses there are while so many events come one by one, each so long after the last was told. */
    private int pauses(int events, long gap) {
        int pauses = 0;
        for (int i = 0; i < events; ++i) {
            now += gap;
            if (batches.came(1, now)) {
                ++pauses;
                now += Batches.PAUSE_NANOS;
            }
        }
        return pauses;
    }

    private boolean came(int count) {
        now += Batches.PAUSE_NANOS;
        return batches.came(count, now);
    }

    @Test
    void shouldNotPauseForThoseThatComeRarely() {
        assertThat(pauses(10_000, 2 * Batches.CLOSE_NANOS)).isZero();
    }

    @Test
    void shouldPauseAsLongAsSeveralComeMeanwhile() {
        assertThat(pauses(Batches.MANY, GAP)).isZero();
        assertThat(pauses(1, GAP)).isEqualTo(1);
        for (int i = 0; i < 100; ++i) {
            assertThat(came(Batches.SEVERAL + 1)).isTrue();
        }
        for (int i = 1; i < Batches.MOST_CREDIT; ++i) {
            assertThat(came(1)).as("what makes them may have been held up").isTrue();
        }
        assertThat(came(1)).isFalse();
        assertThat(pauses(Batches.MANY - 1, GAP)).as("not soon again").isZero();
    }

    @Test
    void shouldSeldomPauseWhereTheNextComesOnlyBecauseTheLastWasTold() {
        int events = 100 * Batches.MANY;
        assertThat(pauses(events, GAP)).isBetween(1, events / Batches.MANY);
    }
}
