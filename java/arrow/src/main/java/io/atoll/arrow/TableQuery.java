package io.atoll.arrow;

import io.atoll.ObjectRef;
import io.atoll.TaskCall;
import io.atoll.internal.compute.ComputeCall;
import io.atoll.internal.compute.ComputeTask;
import io.atoll.internal.compute.QueryWriter;
import io.atoll.table.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A query over stored tables, which Acero, the engine of Arrow C++, runs as one task: each step takes what the one before has
 * made. The tables are read where they lie; the result is one more.
 *
 * <pre>{@code
 * ObjectRef<Table> worst = TableQuery.on(flights)
 *         .filter(col("delay").gt(15))
 *         .project(Expression.call("floor", col("time")).as("hour"), col("delay"))
 *         .groupBy("hour")
 *         .aggregate(mean("delay"), count())
 *         .orderBy(SortKey.descending("mean_delay"))
 *         .limit(3)
 *         .remote();
 * }</pre>
 *
 * <p>An interrupt of the task, which {@link ObjectRef#cancel} is, stops it. A value that does not change; any thread.
 *
 * @since 0.1
 */
public final class TableQuery {
    private final List<ObjectRef<?>> tables;
    private final int steps;
    private final byte[] code;

    private TableQuery(List<ObjectRef<?>> tables, int steps, byte[] code) {
        this.tables = tables;
        this.steps = steps;
        this.code = code;
    }

    /**
     * What each row of a query's table meets of another's.
     *
     * @since 0.1
     */
    public enum Join {
        /** One row for each pair with equal keys. */
        INNER(0),
        /** The same, and the rows that have none, with nulls. */
        LEFT(1),
        /** The rows that have one, as they are. */
        SEMI(2),
        /** The rows that have none, as they are. */
        ANTI(3);

        private final int code;

        Join(int code) {
            this.code = code;
        }
    }

    /**
     * Rows that are put together by their keys.
     *
     * @since 0.1
     */
    public static final class Groups {
        private final TableQuery query;
        private final String[] keys;

        private Groups(TableQuery query, String[] keys) {
            this.query = query;
            this.keys = keys;
        }

        /**
         * One row for each group: its keys, and what is made of it.
         *
         * @param aggregations in the order of their columns
         * @return the query, whose rows are in no order
         */
        public TableQuery aggregate(Aggregation... aggregations) {
            QueryWriter step = new QueryWriter().kind(QueryWriter.AGGREGATE).count(keys.length);
            for (String key : keys) {
                step.text(key);
            }
            step.count(aggregations.length);
            for (Aggregation each : aggregations) {
                step.text(each.function())
                        .sized(each.options())
                        .text(each.column())
                        .text(each.name());
            }
            return query.with(step);
        }
    }

    /**
     * All rows of a table.
     *
     * @param table or a batch, vector, or result of a call
     * @return the query
     */
    public static TableQuery on(ObjectRef<?> table) {
        return new TableQuery(List.of(Objects.requireNonNull(table, "table")), 0, new byte[0]);
    }

    /**
     * The rows that a condition is true for.
     *
     * @param condition a boolean
     * @return the query
     */
    public TableQuery filter(Expression condition) {
        return with(new QueryWriter().kind(QueryWriter.FILTER).write(condition.code()));
    }

    /**
     * These columns, in the place of those that there are.
     *
     * @param columns each a column, or with a name of its own
     * @return the query
     * @throws IllegalArgumentException when one has no name
     */
    public TableQuery project(Expression... columns) {
        QueryWriter step = new QueryWriter().kind(QueryWriter.PROJECT).count(columns.length);
        for (Expression column : columns) {
            String name = column.name();
            if (name == null) {
                throw new IllegalArgumentException(column + " becomes a column: give it a name, by as(...)");
            }
            step.text(name).write(column.code());
        }
        return with(step);
    }

    /**
     * Rows with equal keys together.
     *
     * @param keys names of columns
     * @return the groups, to be aggregated
     */
    public Groups groupBy(String... keys) {
        return new Groups(this, keys.clone());
    }

    /**
     * One row of all.
     *
     * @param aggregations in the order of their columns
     * @return the query
     */
    public TableQuery aggregate(Aggregation... aggregations) {
        return groupBy().aggregate(aggregations);
    }

    /**
     * The rows in order.
     *
     * @param keys by the first, then the next
     * @return the query
     */
    public TableQuery orderBy(SortKey... keys) {
        QueryWriter step = new QueryWriter().kind(QueryWriter.ORDER).count(keys.length);
        for (SortKey key : keys) {
            step.text(key.column()).kind(key.isDescending() ? 1 : 0);
        }
        return with(step);
    }

    /**
     * The first rows, of those that have an order: a stored table's own, or {@link #orderBy}.
     *
     * @param rows how many at most
     * @return the query
     */
    public TableQuery limit(long rows) {
        return limit(0, rows);
    }

    /**
     * The same, leaving out some before.
     *
     * @param skipped how many are left out
     * @param rows how many at most
     * @return the query
     * @throws IllegalArgumentException when one is negative
     */
    public TableQuery limit(long skipped, long rows) {
        if (skipped < 0 || rows < 0) {
            throw new IllegalArgumentException("limit: " + rows + " rows behind " + skipped + " asked");
        }
        return with(new QueryWriter().kind(QueryWriter.LIMIT).number(skipped).number(rows));
    }

    /**
     * Each row with those of another table that have the same keys: {@link Join#INNER}.
     *
     * @param other the other table
     * @param keys names of columns that both have
     * @return the query, with all columns of both, of the keys once; other names that both have get {@code _right} on the right.
     *     Its rows are in no order
     */
    public TableQuery join(ObjectRef<?> other, String... keys) {
        return join(Join.INNER, on(other), keys);
    }

    /**
     * Each row with those of another query that have the same keys.
     *
     * @param type what becomes of rows without
     * @param other what it is joined with
     * @param keys names of columns that both have
     * @return the query, as above
     */
    public TableQuery join(Join type, TableQuery other, String... keys) {
        QueryWriter step =
                new QueryWriter().kind(QueryWriter.JOIN).kind(type.code).count(keys.length);
        for (String key : keys) {
            step.text(key).text(key);
        }
        step.count(other.steps).write(other.code);
        List<ObjectRef<?>> all = new ArrayList<>(tables);
        all.addAll(other.tables);
        return new TableQuery(
                all,
                steps + 1,
                new QueryWriter().write(code).write(step.toByteArray()).toByteArray());
    }

    private TableQuery with(QueryWriter step) {
        return new TableQuery(
                tables,
                steps + 1,
                new QueryWriter().write(code).write(step.toByteArray()).toByteArray());
    }

    /** The task that runs it, not started yet: as many threads work at it as it has CPUs. */
    public TaskCall<Table> task() {
        byte[] whole = new QueryWriter().count(steps).write(code).toByteArray();
        return ComputeTask.of(ComputeCall.query(whole, tables.size()), tables);
    }

    /** Starts it. */
    public ObjectRef<Table> remote() {
        return task().remote();
    }
}
