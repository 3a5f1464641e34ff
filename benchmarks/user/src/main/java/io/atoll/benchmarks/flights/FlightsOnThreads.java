package io.atoll.benchmarks.flights;

import io.atoll.examples.flights.FlightStats;
import io.atoll.examples.flights.FlightsInput;
import io.atoll.examples.flights.FlightsReport;
import io.atoll.examples.flights.FlightsTask;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/** The flights example by the same classes on threads of one process. Argument: how many times the input is taken. */
public final class FlightsOnThreads {
    private static final int TASKS = 16;

    private FlightsOnThreads() {}

    public static void main(String[] arguments) throws Exception {
        int scale = Integer.parseInt(arguments[0]);
        io.atoll.jni.NativeLibrary.load(); // it opens Java's buffers to Arrow
        ExecutorService threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try (BufferAllocator allocator = new RootAllocator();
                FlightsInput input = FlightsInput.readSample(allocator)) {
            List<VectorSchemaRoot> batches = new ArrayList<>();
            for (int i = 0; i < scale; ++i) {
                batches.addAll(input.batches());
            }
            long rows = input.rows() * scale;
            List<Future<FlightStats>> parts = new ArrayList<>();
            for (int i = 0; i < TASKS; ++i) {
                long first = rows * i / TASKS;
                long end = rows * (i + 1) / TASKS;
                parts.add(threads.submit(() -> FlightsTask.statsOf(batches, first, end)));
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
