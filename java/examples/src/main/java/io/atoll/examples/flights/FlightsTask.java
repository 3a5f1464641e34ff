package io.atoll.examples.flights;

import io.atoll.table.Table;
import java.io.Serializable;
import java.util.List;
import org.apache.arrow.vector.VectorSchemaRoot;

/** What runs in the workers: the statistics of a range of rows of the one table that all of them look at. */
public final class FlightsTask {
    /**
     * A task's result.
     *
     * @param pid the process it ran in
     * @param rows how many it looked at
     */
    record Part(FlightStats stats, long pid, long rows) implements Serializable {}

    private FlightsTask() {}

    /**
     * The statistics of the rows from {@code first} up to {@code end}, counted over all batches. The table is a view of
     * shared memory: nothing is read but the bytes of these rows, where they lie.
     */
    static Part part(Table table, long first, long end) {
        FlightStats stats = statsOf(table.batches(), first, end);
        return new Part(stats, ProcessHandle.current().pid(), end - first);
    }

    public static FlightStats statsOf(List<VectorSchemaRoot> batches, long first, long end) {
        FlightStats stats = new FlightStats();
        long start = 0; // of the batch, in rows
        for (VectorSchemaRoot batch : batches) {
            long rows = batch.getRowCount();
            int from = (int) Math.max(0, Math.min(rows, first - start));
            int to = (int) Math.max(0, Math.min(rows, end - start));
            if (from < to) {
                addRows(stats, batch, from, to);
            }
            start += rows;
        }
        return stats;
    }

    private static void addRows(FlightStats stats, VectorSchemaRoot batch, int from, int to) {
        NumericColumn time = NumericColumn.of(batch.getVector("time"));
        NumericColumn delay = NumericColumn.of(batch.getVector("delay"));
        NumericColumn distance = NumericColumn.of(batch.getVector("distance"));
        for (int row = from; row < to; row++) {
            if (time.isNull(row) || delay.isNull(row) || distance.isNull(row)) {
                stats.addIncomplete();
            } else {
                stats.add(time.get(row), delay.get(row), distance.get(row));
            }
        }
    }
}
