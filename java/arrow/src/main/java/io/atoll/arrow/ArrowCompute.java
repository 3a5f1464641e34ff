package io.atoll.arrow;

import io.atoll.Atoll;
import io.atoll.ObjectRef;
import io.atoll.TaskCall;
import io.atoll.internal.compute.ArrowLibrary;
import io.atoll.internal.compute.ComputeCall;
import io.atoll.internal.compute.ComputeTask;
import io.atoll.table.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/**
 * The functions of Arrow C++ as tasks: refs in, a ref out. What goes in is read where it lies in the store, and nothing of it is
 * copied; a result of values of one size is written where it stays by Arrow itself, any other by one copy, which statistics
 * count.
 *
 * <pre>{@code
 * ObjectRef<Double> mean = ArrowCompute.call(Double.class, "mean", null, ArrowInput.column(flights, "delay"));
 * ObjectRef<Table> sorted = ArrowCompute.sort(flights, SortKey.descending("delay"));
 * }</pre>
 *
 * <p>Columns and tables are {@link Table}s, a scalar that Java has is a boxed number (an unsigned one of the next larger
 * type), a {@code Boolean}, a {@code String} or null, any other scalar a table of one row, which further calls take for the scalar that it is. What Arrow fails with is an
 * {@link ArrowException}. As many threads work at a call as its task has CPUs.
 *
 * <p>Any thread, in a driver or a task.
 *
 * @since 0.1
 */
public final class ArrowCompute {
    private static final int LINE_WORDS = 7;

    private ArrowCompute() {}

    /**
     * Calls any function on stored values.
     *
     * @param <R> type of what it gives
     * @param result its class: {@link Table}, a boxed number, {@code Boolean}, {@code String}, or {@code Number} or {@code
     *     Object} where it may be one or another; when the function gives something else the task fails and says what
     * @param function its name, as {@link #functions} lists it
     * @param options of it; null for its defaults
     * @param first its first argument, as {@link ArrowInput#of} takes it
     * @param others its further arguments in order, eight in all at most
     * @return a ref to what it gives, which may be null where it is no table
     * @throws IllegalArgumentException when no function gives such a result
     */
    public static <R> ObjectRef<@Nullable R> call(
            Class<R> result,
            String function,
            @Nullable ArrowOptions options,
            ObjectRef<?> first,
            ObjectRef<?>... others) {
        ArrowInput[] inputs = Stream.concat(Stream.of(first), Stream.of(others))
                .map(ArrowInput::of)
                .toArray(ArrowInput[]::new);
        return call(result, function, options, inputs);
    }

    /**
     * Calls any function, also of columns and of values that are not stored, or of nothing.
     *
     * @param <R> type of what it gives
     * @param result its class, as in the other {@code call}
     * @param function its name, as {@link #functions} lists it
     * @param options of it; null for its defaults
     * @param inputs its arguments in order, eight stored ones at most
     * @return a ref to what it gives, which may be null where it is no table
     * @throws IllegalArgumentException when no function gives such a result, or more are stored
     */
    public static <R> ObjectRef<@Nullable R> call(
            Class<R> result, String function, @Nullable ArrowOptions options, ArrowInput... inputs) {
        return task(result, function, options, inputs).remote();
    }

    /**
     * The same as a call that is not started yet: for CPUs, retries and what else a {@link TaskCall} can be told.
     *
     * @param <R> type of what it gives
     * @param result its class, as in {@code call}
     * @param function its name, as {@link #functions} lists it
     * @param options of it; null for its defaults
     * @param inputs its arguments in order, eight stored ones at most
     * @return the call
     * @throws IllegalArgumentException when no function gives such a result, or more are stored
     */
    public static <R> TaskCall<@Nullable R> task(
            Class<R> result, String function, @Nullable ArrowOptions options, ArrowInput... inputs) {
        List<ObjectRef<?>> refs = new ArrayList<>(inputs.length);
        List<ComputeCall.Input> described = new ArrayList<>(inputs.length);
        for (ArrowInput input : inputs) {
            ObjectRef<?> ref = input.ref();
            if (ref != null) {
                refs.add(ref);
            }
            described.add(new ComputeCall.Input(ref != null, input.column(), input.value()));
        }
        return ComputeTask.of(
                ComputeCall.of(result, function, options == null ? null : options.bytes(), described), refs);
    }

    /** Every function that there is, by name. Asks a worker, and waits for it. */
    public static List<ArrowFunction> functions() {
        List<ArrowFunction> all = new ArrayList<>();
        for (String line : Atoll.task(ComputeTask::functions).remote().get().split("\n")) {
            String[] words = line.split("\t", LINE_WORDS);
            all.add(new ArrowFunction(
                    words[0],
                    words[1],
                    Integer.parseInt(words[2]),
                    words[3].isEmpty() ? List.of() : List.of(words[3].split(",")),
                    words[4],
                    !words[5].isEmpty(),
                    words[6]));
        }
        return all;
    }

    /** Whether Arrow C++ for this platform is on the class path. */
    public static boolean isAvailable() {
        return ArrowLibrary.unavailabilityCause() == null;
    }

    /** Why {@link #isAvailable} says no; null when it says yes. */
    public static @Nullable String unavailabilityCause() {
        return ArrowLibrary.unavailabilityCause();
    }

    // ---- the most usual ones

    /**
     * The sum of a column's values, without the nulls.
     *
     * @param values numbers
     * @return a {@code Long} of integers, a {@code Double} of others; null when there are no values
     */
    public static ObjectRef<@Nullable Number> sum(ObjectRef<?> values) {
        return call(Number.class, "sum", null, values);
    }

    /**
     * The rows in order: of a column by its values, of a table by the keys.
     *
     * @param rows a column, or a table
     * @param keys of a table: by the first, then the next
     * @return all of the rows
     */
    public static ObjectRef<Table> sort(ObjectRef<?> rows, SortKey... keys) {
        if (keys.length == 0) {
            return rows("sort", null, rows);
        }
        List<Map<String, Object>> described = new ArrayList<>();
        for (SortKey key : keys) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("target", path(key.column()));
            fields.put("order", key.isDescending() ? 1 : 0);
            fields.put("null_placement", 1);
            described.add(fields);
        }
        return rows("sort", ArrowOptions.of("SortOptions").with("sort_keys", described), rows);
    }

    /** A table is never null. */
    @SuppressWarnings({"unchecked", "NullAway"})
    private static ObjectRef<Table> rows(String function, @Nullable ArrowOptions options, ObjectRef<?>... inputs) {
        return (ObjectRef<Table>) call(
                Table.class,
                function,
                options,
                Stream.of(inputs).map(ArrowInput::of).toArray(ArrowInput[]::new));
    }

    /** As Arrow writes the name of a column. */
    private static String path(String column) {
        return "." + column.replaceAll("[\\\\.\\[]", "\\\\$0");
    }

    /**
     * Rows by their numbers.
     *
     * @param rows a column or a table
     * @param numbers from 0; a null gives nulls
     * @return those rows, in that order
     */
    public static ObjectRef<Table> take(ObjectRef<?> rows, ObjectRef<?> numbers) {
        return rows("take", null, rows, numbers);
    }

    /**
     * The rows that a mask is true for.
     *
     * @param rows a column or a table
     * @param mask booleans, one a row
     * @return those rows, in their order
     */
    public static ObjectRef<Table> filter(ObjectRef<?> rows, ObjectRef<?> mask) {
        return rows("filter", null, rows, mask);
    }

    /**
     * Each value of a column once, in the order in which they come first.
     *
     * @param values a column
     * @return the values
     */
    public static ObjectRef<Table> unique(ObjectRef<?> values) {
        return rows("unique", null, values);
    }

    /**
     * How often each value of a column comes.
     *
     * @param values a column
     * @return a column of structs: {@code values} and {@code counts}
     */
    public static ObjectRef<Table> valueCounts(ObjectRef<?> values) {
        return rows("value_counts", null, values);
    }

    /**
     * A column as another type. Values that it does not have are an error.
     *
     * @param values a column
     * @param type the other type
     * @return the values
     */
    public static ObjectRef<Table> cast(ObjectRef<?> values, ArrowType type) {
        return rows("cast", ArrowOptions.of("CastOptions").with("to_type", type), values);
    }
}
