package io.atoll.examples.compute;

import static io.atoll.arrow.Aggregation.count;
import static io.atoll.arrow.Aggregation.mean;
import static io.atoll.arrow.Expression.call;
import static io.atoll.arrow.Expression.col;

import io.atoll.Atoll;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.arrow.ArrowCompute;
import io.atoll.arrow.ArrowInput;
import io.atoll.arrow.ArrowOptions;
import io.atoll.arrow.SortKey;
import io.atoll.arrow.TableQuery;
import io.atoll.table.Table;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Delays of flights, by functions of Arrow C++ and by a query: each a task in a worker, on a table that is put once. */
public final class Delays {
    private static final int FLIGHTS = 200_000;
    private static final int LATE_MINUTES = 15;

    private Delays() {}

    /** Prints what it finds. */
    public static void main(String[] args) {
        try (AtollSession session = Atoll.init();
                ObjectRef<Table> flights = flights()) {
            ArrowInput delay = ArrowInput.column(flights, "delay");
            ObjectRef<Double> mean = ArrowCompute.call(Double.class, "mean", null, delay);
            System.out.printf("mean delay      %.2f minutes%n", mean.get());

            // A result is an argument of the next call, and never leaves the store.
            ObjectRef<Table> late =
                    ArrowCompute.call(Table.class, "greater", null, delay, ArrowInput.value(LATE_MINUTES));
            System.out.printf(
                    "late            %d flights%n", ArrowCompute.sum(late).get());

            ObjectRef<Table> quantiles = ArrowCompute.call(
                    Table.class, "quantile", ArrowOptions.of("QuantileOptions").with("q", List.of(0.5, 0.95)), delay);
            try (Table two = quantiles.get()) {
                FieldVector values = two.batches().get(0).getVector(0);
                System.out.printf(
                        "median          %.2f, 95 %% at most %.2f%n",
                        (double) values.getObject(0), (double) values.getObject(1));
            }

            System.out.println("hour  flights  mean delay");
            try (Table worst = worstHours(flights, 3).get()) {
                VectorSchemaRoot rows = worst.batches().get(0);
                for (int i = 0; i < rows.getRowCount(); ++i) {
                    System.out.printf(
                            "%4.0f  %7d  %10.2f%n",
                            (double) rows.getVector("hour").getObject(i),
                            (long) rows.getVector("count").getObject(i),
                            (double) rows.getVector("mean_delay").getObject(i));
                }
            }
        }
    }

    /** Of the flights that were late at all: by the hour, the worst first. */
    static ObjectRef<Table> worstHours(ObjectRef<Table> flights, int hours) {
        return TableQuery.on(flights)
                .filter(col("delay").gt(0))
                .project(call("floor", col("time")).as("hour"), col("delay"))
                .groupBy("hour")
                .aggregate(mean("delay"), count())
                .orderBy(SortKey.descending("mean_delay"))
                .limit(hours)
                .remote();
    }

    /** Made up, always the same: more of them in the evening, and later ones. */
    static ObjectRef<Table> flights() {
        try (BufferAllocator allocator = new RootAllocator();
                IntVector delay = new IntVector("delay", allocator);
                Float8Vector time = new Float8Vector("time", allocator)) {
            Random random = new Random(1);
            delay.allocateNew(FLIGHTS);
            time.allocateNew(FLIGHTS);
            for (int i = 0; i < FLIGHTS; ++i) {
                double hour = 24 * Math.sqrt(random.nextDouble());
                time.set(i, hour);
                delay.set(i, (int) (10 * random.nextGaussian() + hour / 2));
            }
            VectorSchemaRoot rows = VectorSchemaRoot.of(delay, time);
            delay.setValueCount(FLIGHTS);
            time.setValueCount(FLIGHTS);
            rows.setRowCount(FLIGHTS);
            try (Table table = Table.of(rows)) {
                return Atoll.put(table);
            }
        }
    }
}
