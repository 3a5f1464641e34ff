package io.atoll.arrow;

import static io.atoll.arrow.Expression.call;
import static io.atoll.arrow.Expression.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.ObjectRef;
import io.atoll.table.Table;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Calls that Arrow ends its process with are refused, in calls and in queries, and the worker goes on. */
@Timeout(120)
class RefusedCallsTest extends ComputeNode {
    private static final String LOOKED_AT = "pyarrow==26.0.1 ";

    @TempDir
    Path folder;

    private static AbstractThrowableAssert<?, ?> refused(String function, ObjectRef<?>... inputs) {
        ArrowInput[] all = List.of(inputs).stream().map(ArrowInput::of).toArray(ArrowInput[]::new);
        return assertThatThrownBy(() ->
                        ArrowCompute.call(Object.class, function, null, all).get())
                .cause()
                .isInstanceOf(ArrowException.class)
                .hasMessageStartingWith("NotImplemented: " + function + "(")
                .hasMessageEndingWith(", which Arrow C++ ends its process with");
    }

    @Test
    void shouldRefuseWhatEndsTheProcess() throws Exception {
        List<Long> workers = workers();
        ObjectRef<Table> words = table("w", new String[] {"a", "b", "a"});
        ObjectRef<Table> encoded = ArrowCompute.call(Table.class, "dictionary_encode", null, words);
        ObjectRef<?> numbers = Atoll.put(new int[] {0, 1, 0});
        refused("if_else", encoded, encoded, encoded).hasMessageContaining("by a condition of type dictionary<");
        refused("if_else", numbers, encoded, encoded).hasMessageContaining("by a condition of type int32");
        ObjectRef<Table> structs = ArrowCompute.valueCounts(table("w", new String[] {"a", "b", "c"}));
        refused("choose", numbers, structs, words).hasMessageContaining("a choice of struct<");
        refused("choose", numbers, Atoll.put(null), words).hasMessageContaining("a choice of null and string");
        Map<String, ObjectRef<Table>> columns = PyArrow.columns(folder);
        refused("list_parent_indices", columns.get("map")).hasMessageContaining("parents in a map");

        // What of this Arrow can do it does.
        ObjectRef<?> flags = Atoll.put(new boolean[] {true, false, true});
        assertThat(column(ArrowCompute.call(
                        Table.class,
                        "dictionary_decode",
                        null,
                        ArrowCompute.call(Table.class, "if_else", null, flags, encoded, encoded))))
                .containsExactly("a", "b", "a");
        assertThat(column(ArrowCompute.call(Table.class, "choose", null, numbers, words, words)))
                .containsExactly("a", "b", "a");
        assertThat(workers()).containsAll(workers); // one may have come since
    }

    @Test
    void shouldRefuseItInQueries() throws Exception {
        Map<String, ObjectRef<Table>> columns = PyArrow.columns(folder);
        TableQuery dictionary = TableQuery.on(columns.get("dictionary"));
        List<Long> workers = workers();
        Expression wrong = call("if_else", col("v"), col("v"), col("v"));
        for (TableQuery query : List.of(
                dictionary.project(wrong.as("x")),
                dictionary.filter(wrong.isNull()),
                dictionary
                        .project(col("v").as("w"))
                        .project(call("if_else", col("w"), col("w"), col("w")).as("x")))) {
            assertThatThrownBy(() -> query.remote().get())
                    .cause()
                    .isInstanceOf(ArrowException.class)
                    .hasMessageStartingWith("NotImplemented: query over {")
                    .hasMessageContaining("by a condition of type dictionary<");
        }
        assertThat(column(dictionary
                        .project(call("if_else", col("v").isNull(), "none", "one")
                                .as("x"))
                        .remote()))
                .contains("none", "one");
        assertThat(workers()).containsAll(workers); // one may have come since
    }

    private static List<Long> workers() {
        return Atoll.stats().workers().stream().map(each -> each.pid()).sorted().toList();
    }

    /** Another version may have learnt some of it, and forgotten other things. */
    @Test
    void shouldBeLookedAtAgainWithAnotherVersion() throws Exception {
        assertThat(Files.readString(Path.of("../../third_party/pyarrow.txt")))
                .as("of another Arrow look again which calls end its process: CheckTypes() in"
                        + " native/src/arrow/compute/functions.cc, and CRASHES of EveryFunctionTest")
                .contains("\n" + LOOKED_AT);
    }
}
