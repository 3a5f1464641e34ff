package io.atoll.arrow;

import static io.atoll.arrow.Aggregation.count;
import static io.atoll.arrow.Aggregation.max;
import static io.atoll.arrow.Aggregation.mean;
import static io.atoll.arrow.Aggregation.sum;
import static io.atoll.arrow.Expression.call;
import static io.atoll.arrow.Expression.col;
import static io.atoll.arrow.Expression.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectRef;
import io.atoll.TaskCancelledException;
import io.atoll.table.Table;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class TableQueryTest extends ComputeNode {
    private static ObjectRef<Table> flights() {
        return batches(List.of(
                new Object[] {
                    "city", new String[] {"Oslo", "Rome", "Oslo", null},
                    "delay", new Long[] {10L, 20L, 40L, 5L},
                    "time", new Double[] {7.5, 7.9, 8.0, 9.25}
                },
                new Object[] {
                    "city", new String[] {"Rome", "Bern"},
                    "delay", new Long[] {null, 16L},
                    "time", new Double[] {7.0, 23.5}
                }));
    }

    @Test
    void shouldFilterProjectGroupOrderAndLimit() {
        ObjectRef<Table> worst = TableQuery.on(flights())
                .filter(col("delay").gt(5).or(col("delay").isNull()))
                .project(call("floor", col("time")).as("hour"), col("delay"))
                .groupBy("hour")
                .aggregate(mean("delay"), max("delay").as("worst"), count())
                .orderBy(SortKey.descending("mean_delay"))
                .limit(2)
                .remote();
        assertThat(column(worst, "hour")).containsExactly(8.0, 23.0);
        assertThat(column(worst, "mean_delay")).containsExactly(40.0, 16.0);
        assertThat(column(worst, "worst")).containsExactly(40L, 16L);
        assertThat(column(worst, "count")).containsExactly(1L, 1L);
    }

    @Test
    void shouldKeepTheOrderOfRows() {
        ObjectRef<Table> some = TableQuery.on(flights())
                .filter(col("delay").ge(10).and(col("city").ne("Bern")).and(lit(true)))
                .project(col("delay").times(2).plus(1).minus(1).dividedBy(2).as("delay"), col("city"))
                .limit(1, 5)
                .remote();
        assertThat(column(some, "delay")).containsExactly(20L, 40L);
        assertThat(column(some, "city")).containsExactly("Rome", "Oslo");
        ObjectRef<Table> all = TableQuery.on(flights()).task().numCpus(2).remote();
        assertThat(column(all, "delay")).containsExactly(10L, 20L, 40L, 5L, null, 16L);
    }

    @Test
    void shouldAggregateAllRows() {
        ObjectRef<Table> totals = TableQuery.on(flights())
                .aggregate(
                        sum("delay"),
                        count("delay").as("known"),
                        count(),
                        Aggregation.of(
                                        "stddev",
                                        ArrowOptions.of("VarianceOptions").with("ddof", 1),
                                        "delay")
                                .as("sd"),
                        Aggregation.of("count_distinct", null, "city").as("cities"))
                .remote();
        assertThat(column(totals, "sum_delay")).containsExactly(91L);
        assertThat(column(totals, "known")).containsExactly(5L);
        assertThat(column(totals, "count")).containsExactly(6L);
        assertThat(column(totals, "cities")).containsExactly(3L);
        assertThat((double) column(totals, "sd").get(0)).isBetween(13.461, 13.462);
    }

    @Test
    void shouldGroupByTextsAndNulls() {
        ObjectRef<Table> cities = TableQuery.on(flights())
                .groupBy("city")
                .aggregate(count())
                .orderBy(SortKey.ascending("city"))
                .remote();
        assertThat(column(cities, "city")).containsExactly("Bern", "Oslo", "Rome", null);
        assertThat(column(cities, "count")).containsExactly(1L, 2L, 2L, 1L);
    }

    @Test
    void shouldJoin() {
        ObjectRef<Table> people =
                table("city", new String[] {"Oslo", "Rome", "Paris"}, "delay", new Long[] {1L, 2L, 3L});
        TableQuery named = TableQuery.on(flights()).filter(col("delay").gt(0));
        ObjectRef<Table> joined =
                named.join(people, "city").orderBy(SortKey.ascending("delay")).remote();
        assertThat(column(joined, "delay")).containsExactly(10L, 20L, 40L);
        assertThat(column(joined, "delay_right")).containsExactly(1L, 2L, 1L);
        TableQuery rich = TableQuery.on(people).filter(col("delay").gt(1));
        assertThat(column(
                        named.join(TableQuery.Join.LEFT, rich, "city")
                                .orderBy(SortKey.ascending("delay"))
                                .remote(),
                        "delay_right"))
                .containsExactly(null, null, null, 2L, null);
        assertThat(column(named.join(TableQuery.Join.SEMI, rich, "city").remote(), "delay"))
                .containsExactly(20L);
        assertThat(column(
                        named.join(TableQuery.Join.ANTI, rich, "city")
                                .orderBy(SortKey.ascending("delay"))
                                .remote(),
                        "delay"))
                .containsExactly(5L, 10L, 16L, 40L);
        // Two joins, of which one is of a query that joins itself.
        ObjectRef<Table> twice = named.join(people, "city")
                .join(TableQuery.Join.SEMI, TableQuery.on(people).join(TableQuery.Join.SEMI, rich, "city"), "city")
                .remote();
        assertThat(column(twice, "delay")).containsExactly(20L);
    }

    @Test
    void shouldSayWhatIsWrong() {
        TableQuery all = TableQuery.on(flights());
        assertThatThrownBy(() -> all.filter(col("dealy").gt(1)).remote().get())
                .cause()
                .isInstanceOf(ArrowException.class)
                .hasMessageContaining(
                        "query over {city: string,delay: int64,time: double}: No match for FieldRef.Name(dealy)");
        assertThatThrownBy(() -> all.filter(col("city").plus(1).gt(1)).remote().get())
                .cause()
                .hasMessageContaining("no kernel matching");
        assertThatThrownBy(() -> all.groupBy("city")
                        .aggregate(Aggregation.of("maen", null, "delay"))
                        .remote()
                        .get())
                .cause()
                .hasMessageStartingWith("Key error: query over {")
                .hasMessageContaining("}: Arrow has no aggregate function maen; near are max, mean, min")
                .hasMessageNotContaining("hash_");
        assertThatThrownBy(() -> all.aggregate(Aggregation.of(
                                "stdev", ArrowOptions.of("VarianceOptions").with("ddof", 1), "delay"))
                        .remote()
                        .get())
                .cause()
                .hasMessageContaining("Arrow has no aggregate function stdev; near are stddev");
        for (ArrowOptions options : new ArrowOptions[] {null, ArrowOptions.of("RoundOptions")}) {
            assertThatThrownBy(
                            () -> all.project(call("roud", options, col("time")).as("r"))
                                    .remote()
                                    .get())
                    .cause()
                    .hasMessageContaining("Arrow has no function roud; near are round");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> all.project(col("delay").plus(1)))
                .withMessageContaining("add(delay, 1) becomes a column: give it a name");
        assertThatIllegalArgumentException().isThrownBy(() -> all.limit(-1));
    }

    @Test
    void shouldGiveTheSameAsALoop() {
        Long[] keys = new Long[200_000];
        Long[] values = new Long[keys.length];
        Map<Long, Long> expected = new TreeMap<>();
        for (int i = 0; i < keys.length; ++i) {
            keys[i] = (long) (i * 7919 % 97);
            values[i] = (long) i;
            expected.merge(keys[i], values[i], Long::sum);
        }
        ObjectRef<Table> groups = TableQuery.on(table("k", keys, "v", values))
                .groupBy("k")
                .aggregate(sum("v"))
                .orderBy(SortKey.ascending("k"))
                .task()
                .numCpus(2)
                .remote();
        assertThat(column(groups, "k")).isEqualTo(List.copyOf(expected.keySet()));
        assertThat(column(groups, "sum_v")).isEqualTo(List.copyOf(expected.values()));
    }

    /** A join of everything with everything would take minutes: it ends when it is cancelled, and the worker goes on. */
    @Test
    void shouldStopWhenItIsCancelled() {
        Long[] ones = new Long[60_000];
        Arrays.fill(ones, 1L);
        ObjectRef<Table> table = table("k", ones);
        ObjectRef<Table> endless =
                TableQuery.on(table).join(table, "k").aggregate(count()).remote();
        while (io.atoll.Atoll.stats().runningTasks() == 0) {
            Thread.onSpinWait();
        }
        assertThat(endless.cancel()).isTrue();
        assertThatThrownBy(() -> endless.get(Duration.ofSeconds(30))).isInstanceOf(TaskCancelledException.class);
        assertThat(session().awaitTasks(Duration.ofSeconds(60))).isTrue();
        assertThat(column(TableQuery.on(flights()).aggregate(count()).remote(), "count"))
                .containsExactly(6L);
    }
}
