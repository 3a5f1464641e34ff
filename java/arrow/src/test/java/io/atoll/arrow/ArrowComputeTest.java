package io.atoll.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.table.Table;
import io.atoll.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ArrowComputeTest extends ComputeNode {
    private static final int MANY = 100_000;

    @Test
    void shouldGiveScalarsAsJavaHasThem() {
        ObjectRef<Table> flights = table("delay", new Long[] {5L, null, 7L}, "city", new String[] {"a", "b", null});
        assertThat(ArrowCompute.call(Long.class, "sum", null, ArrowInput.column(flights, "delay"))
                        .get())
                .isEqualTo(12L);
        assertThat(ArrowCompute.call(Double.class, "mean", null, ArrowInput.column(flights, "delay"))
                        .get())
                .isEqualTo(6.0);
        assertThat(ArrowCompute.call(String.class, "max", null, ArrowInput.column(flights, "city"))
                        .get())
                .isEqualTo("b");
        assertThat(ArrowCompute.call(
                                Boolean.class,
                                "any",
                                null,
                                ArrowCompute.call(Table.class, "is_null", null, ArrowInput.column(flights, "city")))
                        .get())
                .isTrue();
        assertThat(ArrowCompute.sum(table("none", new Long[0])).get()).isNull();
    }

    @Test
    void shouldTakeWhateverIsAColumn() {
        assertThat(ArrowCompute.sum(Atoll.put(new double[] {1.5, 2.5})).get()).isEqualTo(4.0);
        assertThat(ArrowCompute.sum(Atoll.put(new int[] {1, 2})).get()).isEqualTo(3L);
        assertThat(ArrowCompute.sum(Atoll.put(new byte[] {-1, 5})).get()).isEqualTo(4L);
        assertThat(ArrowCompute.sum(Atoll.put(Tensor.of(new float[] {1, 2, 3}, 3)))
                        .get())
                .isEqualTo(6.0);
        assertThat(ArrowCompute.call(Boolean.class, "all", null, Atoll.put(new boolean[] {true, false}))
                        .get())
                .isFalse();
        assertThat(ArrowCompute.call(Integer.class, "add", null, Atoll.put(40), Atoll.put(2))
                        .get())
                .isEqualTo(42);
        assertThat(column(ArrowCompute.call(
                        Table.class, "add", null, ArrowInput.of(Atoll.put(new long[] {1, 2})), ArrowInput.value(10L))))
                .containsExactly(11L, 12L);
        assertThat(ArrowCompute.call(String.class, "utf8_upper", null, ArrowInput.value("größe"))
                        .get())
                .isEqualTo("GRÖẞE");
    }

    /** A result of one kernel is written where it stays; what comes in is not copied at all. */
    @Test
    void shouldCopyNothingOfNumbers() {
        Long[] many = longs(MANY);
        many[7] = null;
        ObjectRef<Table> a = table("a", many);
        ObjectRef<Table> b = Atoll.put(table("b", longs(MANY)).get());
        ObjectRef<Table> pieces = batches(List.of(new Object[] {"a", longs(MANY)}, new Object[] {"a", longs(10)}));
        ObjectRef<Table> mask =
                ArrowCompute.call(Table.class, "greater", null, ArrowInput.of(a), ArrowInput.value(MANY / 2));
        ObjectRef<Table> last = Atoll.put(table("i", new Long[] {3L, 9L, null}).get());
        Atoll.wait(List.of(mask, last));
        long before = copied();

        assertThat(column(ArrowCompute.call(Table.class, "add", null, a, b)).subList(6, 9))
                .containsExactly(12L, null, 16L);
        assertThat(column(ArrowCompute.call(Table.class, "negate", null, pieces)))
                .hasSize(MANY + 10)
                .contains(-9L);
        assertThat(column(ArrowCompute.cast(b, new ArrowType.Int(32, true)))).contains(MANY - 1);
        assertThat(column(ArrowCompute.take(a, last))).containsExactly(3L, 9L, null);
        assertThat(column(ArrowCompute.filter(a, mask))).hasSize(MANY / 2 - 1).contains(MANY - 1L);
        assertThat(column(ArrowCompute.call(Table.class, "array_sort_indices", null, b)))
                .hasSize(MANY);
        assertThat(column(ArrowCompute.sort(b))).isSorted();
        assertThat(column(ArrowCompute.call(Table.class, "equal", null, a, b))).contains((Object) null);
        // But for the options of the cast, which are an argument.
        assertThat(copied() - before).isLessThan(1000);
    }

    /** Of several batches many functions give as many arrays, which are packed into one object. */
    @Test
    void shouldCopyWhatComesInBatchesAtMostOnce() {
        Long[] half = longs(MANY);
        half[5] = null;
        ObjectRef<Table> pieces = batches(List.of(new Object[] {"a", half}, new Object[] {"a", half}));
        ObjectRef<Table> mask =
                ArrowCompute.call(Table.class, "greater", null, ArrowInput.of(pieces), ArrowInput.value(9));
        ObjectRef<Table> rows = Atoll.put(table("i", longs(MANY)).get());
        ObjectRef<Table> both = batches(
                List.of(new Object[] {"a", half, "b", longs(MANY)}, new Object[] {"a", half, "b", longs(MANY)}));
        ArrowOptions narrow = ArrowOptions.of("CastOptions").with("to_type", new ArrowType.Int(32, true));
        Atoll.wait(List.of(mask, rows));
        Map<String, Supplier<ObjectRef<Table>>> calls = new LinkedHashMap<>();
        calls.put("filter", () -> ArrowCompute.filter(pieces, mask));
        calls.put("filter of a table", () -> ArrowCompute.filter(both, mask));
        calls.put("take", () -> ArrowCompute.take(pieces, rows));
        calls.put("take of a table", () -> ArrowCompute.take(both, rows));
        calls.put("sort", () -> ArrowCompute.sort(pieces));
        calls.put("sort of a table", () -> ArrowCompute.sort(both, SortKey.ascending("b")));
        calls.put("unique", () -> ArrowCompute.unique(pieces));
        calls.put("cast", () -> ArrowCompute.call(Table.class, "cast", narrow, pieces));
        for (String function : List.of(
                "drop_null",
                "fill_null_forward",
                "fill_null_backward",
                "dictionary_encode",
                "cumulative_sum",
                "array_sort_indices",
                "rank",
                "value_counts",
                "indices_nonzero")) {
            calls.put(function, () -> ArrowCompute.call(Table.class, function, null, pieces));
        }
        calls.put("if_else", () -> ArrowCompute.call(Table.class, "if_else", null, mask, pieces, pieces));
        calls.put("coalesce", () -> ArrowCompute.call(Table.class, "coalesce", null, pieces, pieces));
        calls.forEach((name, call) -> {
            long before = copied();
            try (ObjectRef<Table> result = call.get()) {
                Atoll.wait(List.of(result));
                result.get().close();
                assertThat(copied() - before)
                        .as(name)
                        .isLessThanOrEqualTo(result.bytes().remaining() + 4096L);
            }
        });
    }

    /** A name takes room in front of what it names. */
    @Test
    void shouldCopyNothingWhateverTheColumnIsCalled() {
        ObjectRef<Table> table = table("n".repeat(5000), longs(MANY));
        Atoll.wait(List.of(table));
        long before = copied();
        assertThat(column(ArrowCompute.call(Table.class, "negate", null, table)))
                .hasSize(MANY);
        assertThat(copied() - before).isLessThan(1000);
    }

    @Test
    void shouldCountTheOneCopyOfTexts() {
        String[] words = new String[1000];
        Arrays.setAll(words, i -> "word " + i);
        ObjectRef<Table> table = table("word", words);
        ObjectRef<Table> upper = ArrowCompute.call(Table.class, "utf8_upper", null, table);
        Atoll.wait(List.of(upper));
        long before = copied();
        ObjectRef<Table> again = ArrowCompute.call(Table.class, "utf8_upper", null, table);
        assertThat(column(again)).contains("WORD 999");
        assertThat(copied() - before).isBetween(8000L, 20_000L);
    }

    @Test
    void shouldSortTablesByKeys() {
        ObjectRef<Table> table = table(
                "city.of [departure]", new String[] {"b", "a", "b", null}, "delay", new Double[] {1.0, 2.0, 3.0, 4.0});
        ObjectRef<Table> sorted =
                ArrowCompute.sort(table, SortKey.ascending("city.of [departure]"), SortKey.descending("delay"));
        assertThat(column(sorted, "city.of [departure]")).containsExactly("a", "b", "b", null);
        assertThat(column(sorted, "delay")).containsExactly(2.0, 3.0, 1.0, 4.0);
        ObjectRef<Table> pieces = batches(List.of(
                new Object[] {"n", new Long[] {3L, 1L}, "s", new String[] {"c", "a"}},
                new Object[] {"n", new Long[] {2L}, "s", new String[] {"b"}}));
        assertThat(column(ArrowCompute.sort(pieces, SortKey.descending("n")), "s"))
                .containsExactly("c", "b", "a");
    }

    @Test
    void shouldTakeAndFilterWholeTables() {
        ObjectRef<Table> table = table("n", new Long[] {1L, 2L, 3L}, "s", new String[] {"a", null, "c"});
        ObjectRef<Table> taken = ArrowCompute.take(table, Atoll.put(new int[] {2, 0}));
        assertThat(column(taken, "s")).containsExactly("c", "a");
        ObjectRef<Table> kept = ArrowCompute.filter(table, Atoll.put(new boolean[] {false, true, true}));
        assertThat(column(kept, "n")).containsExactly(2L, 3L);
        assertThat(column(kept, "s")).containsExactly(null, "c");
    }

    @Test
    void shouldCountAndUnify() {
        ObjectRef<Table> words = table("w", new String[] {"a", "b", "a", null, "a"});
        assertThat(column(ArrowCompute.unique(words))).containsExactly("a", "b", null);
        assertThat(column(ArrowCompute.valueCounts(words)).toString())
                .isEqualTo("[{\"values\":\"a\",\"counts\":3}, {\"values\":\"b\",\"counts\":1}, {\"counts\":1}]");
        ObjectRef<Table> encoded = ArrowCompute.call(Table.class, "dictionary_encode", null, words);
        assertThat(column(ArrowCompute.call(Table.class, "dictionary_decode", null, encoded)))
                .containsExactly("a", "b", "a", null, "a");
    }

    /** Scalars that Java has no class for are tables of one row, and scalars again in the next call. */
    @Test
    void shouldPassAnyScalarOn() {
        ObjectRef<Table> days =
                ArrowCompute.cast(table("t", new Long[] {10L, 40L}), new ArrowType.Timestamp(TimeUnit.SECOND, null));
        ObjectRef<Table> first = ArrowCompute.call(Table.class, "min", null, days);
        assertThat(column(first)).hasSize(1);
        ObjectRef<Table> since = ArrowCompute.call(Table.class, "subtract", null, days, first);
        assertThat(column(since).toString()).isEqualTo("[PT0S, PT30S]");
        ObjectRef<Table> both = ArrowCompute.call(Table.class, "min_max", null, table("n", new Long[] {3L, 1L}));
        assertThat(column(both).toString()).isEqualTo("[{\"min\":1,\"max\":3}]");
        ObjectRef<Double> mean = ArrowCompute.call(Double.class, "mean", null, Atoll.put(new double[] {1, 3}));
        assertThat(column(ArrowCompute.call(Table.class, "subtract", null, Atoll.put(new double[] {1, 3}), mean)))
                .containsExactly(-1.0, 1.0);
    }

    @Test
    void shouldTakeOptionsOfEveryShape() {
        ObjectRef<Table> numbers = table("n", new Double[] {1.25, 2.75});
        assertThat(column(ArrowCompute.call(
                        Table.class, "round", ArrowOptions.of("RoundOptions").with("ndigits", 1), numbers)))
                .containsExactly(1.2, 2.8);
        assertThat(column(ArrowCompute.call(
                        Table.class,
                        "quantile",
                        ArrowOptions.of("QuantileOptions").with("q", List.of(0.0, 1.0)),
                        numbers)))
                .containsExactly(1.25, 2.75);
        ObjectRef<Table> words = table("w", new String[] {"Late", "early", null});
        assertThat(column(ArrowCompute.call(
                        Table.class,
                        "match_substring",
                        ArrowOptions.of("MatchSubstringOptions")
                                .with("pattern", "late")
                                .with("ignore_case", true),
                        words)))
                .containsExactly(true, false, null);
        assertThat(column(ArrowCompute.call(
                        Table.class,
                        "is_in",
                        ArrowOptions.of("SetLookupOptions").with("value_set", List.of("early", "x")),
                        words)))
                .containsExactly(false, true, false);
        assertThat(ArrowCompute.call(
                                Long.class,
                                "index",
                                ArrowOptions.of("IndexOptions").with("value", "early"),
                                words)
                        .get())
                .isEqualTo(1L);
        assertThat(column(ArrowCompute.call(
                                Table.class,
                                "strptime",
                                ArrowOptions.of("StrptimeOptions")
                                        .with("format", "%Y-%m-%d")
                                        .with("unit", 0),
                                table("d", new String[] {"1970-01-02"})))
                        .toString())
                .isEqualTo("[1970-01-02T00:00]");
        assertThat(column(ArrowCompute.call(
                                Table.class,
                                "make_struct",
                                ArrowOptions.of("MakeStructOptions")
                                        .with("field_names", List.of("n", "w"))
                                        .with("field_nullability", List.of(true, true))
                                        .with("field_metadata", Arrays.asList(null, null)),
                                ArrowInput.of(Atoll.put(new int[] {1})),
                                ArrowInput.value("x")))
                        .toString())
                .isEqualTo("[{\"n\":1,\"w\":\"x\"}]");
        assertThat(ArrowCompute.call(
                                Double.class,
                                "variance",
                                ArrowOptions.of("VarianceOptions").with("ddof", 1),
                                numbers)
                        .get())
                .isEqualTo(1.125);
    }

    @Test
    void shouldRefuseWhatIsNoOption() {
        ObjectRef<Table> numbers = table("n", new Long[] {1L});
        assertThatThrownBy(() -> ArrowCompute.call(
                                Object.class,
                                "round",
                                ArrowOptions.of("RoundOptions").with("digits", 1),
                                numbers)
                        .get())
                .isInstanceOf(TaskException.class)
                .cause()
                .hasMessageContaining(
                        "round(n: int64): RoundOptions has no field digits; there are ndigits, round_mode");
        assertThatThrownBy(() -> ArrowCompute.call(
                                Object.class,
                                "round",
                                ArrowOptions.of("RuondOptions").with("x", 1),
                                numbers)
                        .get())
                .cause()
                .hasMessageContaining("RuondOptions");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ArrowOptions.of("X").with("y", new HashMap<>(Map.of("z", new Object()))))
                .withMessageContaining("java.lang.Object");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ArrowOptions.of("X").with("y", List.of(1, 2L)))
                .withMessageContaining("of one type");
        assertThatThrownBy(() ->
                        ArrowCompute.call(Object.class, "index", null, numbers).get())
                .cause()
                .isInstanceOf(ArrowException.class)
                .hasMessageContaining("options");
    }

    @Test
    void shouldSayWhatArrowSaysAndOfWhat() {
        ObjectRef<Table> table = table("n", new Long[] {1L}, "s", new String[] {"a"});
        assertThatThrownBy(() -> ArrowCompute.call(
                                Object.class, "add", null, ArrowInput.column(table, "n"), ArrowInput.column(table, "s"))
                        .get())
                .isInstanceOf(TaskException.class)
                .hasMessageContaining("Arrow add")
                .cause()
                .isInstanceOf(ArrowException.class)
                .hasMessageContaining("add(n: int64, s: string): Function 'add' has no kernel matching input types"
                        + " (int64, string)");
        assertThatThrownBy(() -> ArrowCompute.call(Object.class, "sum", null, ArrowInput.column(table, "m"))
                        .get())
                .cause()
                .hasMessage("Key error: sum, argument 1: no column is named m; there are n, s");
        assertThatThrownBy(() ->
                        ArrowCompute.call(Object.class, "summ", null, table).get())
                .cause()
                .hasMessageStartingWith("Key error: Arrow has no function summ; near are sum")
                .hasMessageNotContaining("hash_"); // those are for queries, by their names without it
        assertThatThrownBy(() -> ArrowCompute.call(Object.class, "sum", null, Atoll.put(List.of(1)))
                        .get())
                .cause()
                .hasMessageContaining("none that Arrow has");
        assertThatThrownBy(() -> ArrowCompute.sum(Atoll.put(Tensor.of(new double[] {1, 2, 3, 4}, 2, 2)))
                        .get())
                .cause()
                .hasMessageContaining("a tensor of 2 axes is no column");
        assertThatThrownBy(() -> ArrowCompute.cast(table("s", new String[] {"x"}), new ArrowType.Int(32, true))
                        .get())
                .cause()
                .hasMessageContaining("cast(s: string): Failed to parse string: 'x'");
        // And a failed argument is what its task threw.
        ObjectRef<Table> failed = ArrowCompute.call(Table.class, "negate", null, table("s", new String[] {"x"}));
        assertThatThrownBy(() -> ArrowCompute.sum(failed).get())
                .isInstanceOf(TaskException.class)
                .hasMessageContaining("Arrow negate");
    }

    @Test
    void shouldListItsFunctions() {
        List<ArrowFunction> all = ArrowCompute.functions();
        assertThat(all).hasSizeGreaterThan(300);
        assertThat(all)
                .filteredOn(each -> each.name().equals("round"))
                .singleElement()
                .satisfies(round -> {
                    assertThat(round.kind()).isEqualTo("scalar");
                    assertThat(round.arity()).isEqualTo(1);
                    assertThat(round.arguments()).containsExactly("x");
                    assertThat(round.options()).isEqualTo("RoundOptions");
                    assertThat(round.optionsAreRequired()).isFalse();
                    assertThat(round.summary()).startsWith("Round");
                });
        assertThat(all)
                .filteredOn(each -> each.name().equals("coalesce"))
                .singleElement()
                .satisfies(coalesce -> assertThat(coalesce.arity()).isEqualTo(-1));
    }

    @Test
    void shouldTakeAsManyInputsAsItSays() {
        List<ArrowInput> inputs = new ArrayList<>(Collections.nCopies(20, ArrowInput.value(1)));
        for (int i = 0; i < 8; ++i) {
            inputs.add(ArrowInput.of(Atoll.put(new int[] {i, 2})));
        }
        ObjectRef<Table> most =
                ArrowCompute.call(Table.class, "max_element_wise", null, inputs.toArray(ArrowInput[]::new));
        assertThat(column(most)).containsExactly(7, 2);
        inputs.add(inputs.get(27));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ArrowCompute.call(Object.class, "coalesce", null, inputs.toArray(ArrowInput[]::new)))
                .withMessageContaining("9 stored inputs are given, a call takes at most 8");
    }

    @Test
    void shouldUseTheCpusOfItsTask() {
        ObjectRef<Table> table = table("n", longs(MANY));
        ObjectRef<Table> sorted = ArrowCompute.task(
                        Table.class,
                        "sort",
                        ArrowOptions.of("SortOptions")
                                .with("sort_keys", List.of(Map.of("target", ".n", "order", 1, "null_placement", 1))),
                        ArrowInput.of(table))
                .numCpus(2)
                .remote();
        assertThat(column(sorted)).startsWith(MANY - 1L, MANY - 2L).endsWith(1L, 0L);
    }

    @Test
    void shouldRefuseAResultOfAnotherTypeThanIsAskedFor() {
        ObjectRef<?> numbers = Atoll.put(new double[] {1, 3});
        assertThatThrownBy(() ->
                        ArrowCompute.call(Long.class, "mean", null, numbers).get())
                .hasRootCauseInstanceOf(ClassCastException.class)
                .hasMessageContaining("mean gives a Double here, and a java.lang.Long was asked for");
        assertThatThrownBy(() ->
                        ArrowCompute.call(Double.class, "negate", null, numbers).get())
                .hasRootCauseInstanceOf(ClassCastException.class)
                .hasMessageContaining("negate gives a Table");
        assertThat(ArrowCompute.call(Number.class, "mean", null, numbers).get()).isEqualTo(2.0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ArrowCompute.call(List.class, "mean", null, numbers))
                .withMessageContaining("java.util.List")
                .withMessageContaining("Table, Boolean");
    }

    @Test
    void shouldCallFunctionsOfNothing() {
        ArrowOptions options =
                ArrowOptions.of("RandomOptions").with("initializer", 0).with("seed", 7L);
        // As long as its arguments, of which there are none.
        assertThat(column(ArrowCompute.call(Table.class, "random", options))).isEmpty();
    }
}
