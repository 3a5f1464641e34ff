package io.atoll.benchmarks.flights;

import io.atoll.examples.flights.FlightStats;
import io.atoll.examples.flights.FlightsInput;
import io.atoll.examples.flights.FlightsReport;
import io.atoll.examples.flights.NumericColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * What the flights example computes, by threads of one process over arrays on its heap, which has each row as often as it is
 * taken, in as many bytes as the store. Argument: how many times the input is taken.
 */
public final class FlightsOnHeap {
    private FlightsOnHeap() {}

    private record Batch(float[] time, short[] delay, short[] distance) {
        /** Nothing is null in the sample, and its columns are of these types. */
        static Batch of(VectorSchemaRoot batch) {
            int rows = batch.getRowCount();
            NumericColumn times = NumericColumn.of(batch.getVector("time"));
            NumericColumn delays = NumericColumn.of(batch.getVector("delay"));
            NumericColumn distances = NumericColumn.of(batch.getVector("distance"));
            Batch copy = new Batch(new float[rows], new short[rows], new short[rows]);
            for (int row = 0; row < rows; ++row) {
                copy.time[row] = (float) times.get(row);
                copy.delay[row] = (short) delays.get(row);
                copy.distance[row] = (short) distances.get(row);
            }
            return copy;
        }

        Batch again() {
            return new Batch(time.clone(), delay.clone(), distance.clone());
        }

        FlightStats stats() {
            FlightStats stats = new FlightStats();
            for (int row = 0; row < time.length; ++row) {
                stats.add(time[row], delay[row], distance[row]);
            }
            return stats;
        }
    }

    public static void main(String[] arguments) throws Exception {
        int scale = Integer.parseInt(arguments[0]);
        io.atoll.jni.NativeLibrary.load(); // it opens Java's buffers to Arrow
        List<Batch> batches = new ArrayList<>();
        try (BufferAllocator allocator = new RootAllocator();
                FlightsInput input = FlightsInput.readSample(allocator)) {
            for (VectorSchemaRoot each : input.batches()) {
                Batch batch = Batch.of(each);
                for (int i = 0; i < scale; ++i) {
                    batches.add(batch.again());
                }
            }
        }
        ExecutorService threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            List<Future<FlightStats>> parts = new ArrayList<>();
            for (Batch batch : batches) {
                parts.add(threads.submit(batch::stats));
            }
            FlightStats stats = new FlightStats();
            for (Future<FlightStats> part : parts) {
                stats.merge(part.get());
            }
            new FlightsReport(System.out, false).print(stats);
        } finally {
            threads.shutdown();
        }
    }
}
