package io.atoll.internal.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.arrow.Aggregation;
import io.atoll.arrow.ArrowCompute;
import io.atoll.arrow.ArrowInput;
import io.atoll.arrow.TableQuery;
import io.atoll.table.Table;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A call works with a pool of as many threads as its task has CPUs. */
@Timeout(120)
class ThreadsTest {
    @Test
    void shouldHaveAsManyThreadsAsTheTaskHasCpus() {
        assumeTrue(ArrowCompute.isAvailable(), ArrowCompute::unavailabilityCause);
        double[] numbers = new double[1_000_000];
        Arrays.setAll(numbers, i -> i % 1000);
        try (AtollSession session = Atoll.init(
                AtollOptions.builder().workers(1).cpus(4).storeBytes(128L << 20).build())) {
            ObjectRef<?> column = Atoll.put(numbers);
            ArrowInput input = ArrowInput.of(column);
            ArrowCompute.call(Table.class, "cumulative_sum", null, input).get().close();
            assertThat(pools()).isEmpty(); // one CPU, no pool
            ArrowCompute.task(Table.class, "cumulative_sum", null, input)
                    .numCpus(3)
                    .remote()
                    .get()
                    .close();
            assertThat(pools()).hasSize(2);
            assertThat(pools()[0]).isEqualTo(3);

            TableQuery query = TableQuery.on(ArrowCompute.call(Table.class, "negate", null, input))
                    .aggregate(Aggregation.count());
            query.task().numCpus(2).remote().get().close();
            long[] pools = pools();
            assertThat(pools).hasSize(4);
            assertThat(new long[] {pools[0], pools[2]}).containsExactly(2, 3);
            assertThat(pools[1]).isBetween(1L, 2L); // they did it
            query.task().numCpus(4).remote().get().close();
            assertThat(pools()).hasSize(6);
            assertThat(pools()[4]).isEqualTo(4);
            assertThat(pools()[5]).isBetween(1L, 4L);
        }
    }

    private static long[] pools() {
        return Atoll.task(Probe::pools).remote().get();
    }

    static final class Probe {
        static long[] pools() {
            ArrowLibrary.load();
            return ArrowNative.pools();
        }
    }
}
