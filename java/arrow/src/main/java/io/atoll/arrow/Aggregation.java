package io.atoll.arrow;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a query makes of the rows of a group, or of all rows.
 *
 * <pre>{@code
 * query.groupBy("hour").aggregate(mean("delay"), max("delay").as("worst"), count())
 * }</pre>
 *
 * A value that does not change; any thread.
 *
 * @since 0.1
 */
public final class Aggregation {
    private final String function;
    private final @Nullable ArrowOptions options;
    private final String column;
    private final String name;

    private Aggregation(String function, @Nullable ArrowOptions options, String column, String name) {
        this.function = function;
        this.options = options;
        this.column = column;
        this.name = name;
    }

    /**
     * Any aggregate function of Arrow's.
     *
     * @param function its name without {@code hash_}: {@code mean}, {@code stddev}, {@code count_distinct}, {@code first}, ...
     * @param options of it; null for its defaults
     * @param column that it is of
     * @return the aggregation, named {@code function_column}
     */
    public static Aggregation of(String function, @Nullable ArrowOptions options, String column) {
        Objects.requireNonNull(column, "column");
        return new Aggregation(Objects.requireNonNull(function, "function"), options, column, function + "_" + column);
    }

    /** The mean of the column's values, without nulls. */
    public static Aggregation mean(String column) {
        return of("mean", null, column);
    }

    /** Their sum. */
    public static Aggregation sum(String column) {
        return of("sum", null, column);
    }

    /** The least of them. */
    public static Aggregation min(String column) {
        return of("min", null, column);
    }

    /** The greatest. */
    public static Aggregation max(String column) {
        return of("max", null, column);
    }

    /** How many there are that are not null. */
    public static Aggregation count(String column) {
        return of("count", null, column);
    }

    /** How many rows there are; named {@code count}. */
    public static Aggregation count() {
        return new Aggregation("count_all", null, "", "count");
    }

    /**
     * The same under another name.
     *
     * @param newName of the column that it becomes
     * @return the aggregation
     */
    public Aggregation as(String newName) {
        return new Aggregation(function, options, column, Objects.requireNonNull(newName, "newName"));
    }

    String function() {
        return function;
    }

    byte @Nullable [] options() {
        return options == null ? null : options.bytes();
    }

    /** Empty for all rows. */
    String column() {
        return column;
    }

    String name() {
        return name;
    }

    @Override
    public String toString() {
        return function + "(" + column + ")";
    }
}
