package io.atoll.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.ObjectStoreFullException;
import io.atoll.table.Table;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A store that has room for results, but not for as much as goes in once more. */
@Timeout(120)
class ScarceStoreTest {
    private static final int NUMBERS = 5_000_000; // 40 MB of 64

    private AtollSession session;

    @BeforeEach
    void open() {
        assumeTrue(ArrowCompute.isAvailable(), ArrowCompute::unavailabilityCause);
        session = Atoll.init(AtollOptions.builder()
                .workers(1)
                .storeBytes(64L << 20)
                .putTimeout(Duration.ofSeconds(8))
                .withoutSpilling()
                .build());
    }

    @AfterEach
    void close() {
        if (session != null) {
            session.close();
        }
    }

    @Test
    void shouldNotNeedRoomForWhatIsLeftOut() {
        double[] values = new double[NUMBERS];
        boolean[] isKept = new boolean[NUMBERS];
        Arrays.setAll(values, i -> i % 7);
        for (int i = 0; i < 10; ++i) {
            isKept[i * 1000] = true;
        }
        ObjectRef<double[]> numbers = Atoll.put(values);
        ObjectRef<Table> kept = ArrowCompute.filter(numbers, Atoll.put(isKept));
        assertThat(ComputeNode.column(kept)).containsExactly(0.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0, 6.0, 5.0);
        assertThat(ComputeNode.column(ArrowCompute.unique(numbers))).hasSize(7);
        assertThat(ArrowCompute.call(Long.class, "count_distinct", null, numbers)
                        .get())
                .isEqualTo(7L);
    }

    @Test
    void shouldSayWhenTheResultItselfHasNoRoom() {
        ObjectRef<double[]> numbers = Atoll.put(new double[NUMBERS]);
        assertThatThrownBy(() ->
                        ArrowCompute.call(Table.class, "negate", null, numbers).get())
                .hasRootCauseInstanceOf(ObjectStoreFullException.class);
    }
}
