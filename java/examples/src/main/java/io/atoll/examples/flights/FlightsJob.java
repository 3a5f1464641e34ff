package io.atoll.examples.flights;

import io.atoll.Atoll;
import io.atoll.NodeStats;
import io.atoll.NodeStats.ProcessStats;
import io.atoll.ObjectRef;
import io.atoll.WaitResult;
import io.atoll.objects.Table;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Puts the flights into the store once, fans tasks out over the workers, merges what they found, and prints it. */
final class FlightsJob {
    private static final int TASKS_PER_WORKER = 8;

    private final FlightsInput input;
    private final int scale;
    private final int workers;

    FlightsJob(FlightsInput input, int scale, int workers) {
        this.input = input;
        this.scale = scale;
        this.workers = workers;
    }

    void run(PrintStream out) {
        long start = System.nanoTime();
        ObjectRef<Table> table = put();
        long stored = System.nanoTime();
        List<FlightsTask.Part> parts = compute(table);
        long computed = System.nanoTime();

        FlightStats stats = new FlightStats();
        parts.forEach(part -> stats.merge(part.stats()));
        new FlightsReport(out).print(stats);

        out.println();
        out.println("How it was done");
        NodeStats node = Atoll.stats();
        line(out, "workers", node.workers().size() + " processes");
        line(
                out,
                "tasks",
                parts.size() + " of "
                        + String.format(Locale.ROOT, "%,d", parts.get(0).rows()) + " rows");
        line(
                out,
                "in the store",
                Bytes.format(node.sealedBytes()) + ", once, of " + Bytes.format(node.capacityBytes()));
        long copied =
                node.workers().stream().mapToLong(ProcessStats::bytesCopied).sum();
        line(out, "copied", Bytes.format(copied) + " by the workers that read it");
        for (WorkerMemory.Reading reading : weigh().values()) {
            line(
                    out,
                    "worker " + reading.pid(),
                    "shares " + Bytes.format(reading.mappedBytes()) + " of mapped memory (Pss), live heap "
                            + Bytes.format(reading.liveHeapBytes()));
        }
        line(
                out,
                "time",
                String.format(
                        Locale.ROOT,
                        "%.2f s to store, %.2f s to compute",
                        (stored - start) / 1e9,
                        (computed - stored) / 1e9));
    }

    /** One object: the same batches again for each repetition, so that they lie in memory here only once. */
    private ObjectRef<Table> put() {
        List<VectorSchemaRoot> batches = new ArrayList<>();
        for (int i = 0; i < scale; i++) {
            batches.addAll(input.batches());
        }
        return Atoll.put(Table.of(batches.toArray(VectorSchemaRoot[]::new)));
    }

    private List<FlightsTask.Part> compute(ObjectRef<Table> table) {
        long rows = input.rows() * scale;
        int tasks = (int) Math.min(rows, (long) TASKS_PER_WORKER * workers);
        List<ObjectRef<FlightsTask.Part>> running = new ArrayList<>();
        for (int i = 0; i < tasks; i++) {
            running.add(Atoll.task(FlightsTask::part, table, rows * i / tasks, rows * (i + 1) / tasks)
                    .remote());
        }
        try (ProgressBar bar = new ProgressBar("computing")) {
            for (int done = 0; done < tasks; ) {
                WaitResult<FlightsTask.Part> result = Atoll.wait(running, done + 1);
                done = result.ready().size();
                bar.show(done, tasks);
            }
        }
        return Atoll.get(running);
    }

    /** Each worker's memory, by process id: as many tasks at once as there are workers reach each of them. */
    private TreeMap<Long, WorkerMemory.Reading> weigh() {
        List<ObjectRef<WorkerMemory.Reading>> running = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            running.add(Atoll.task(WorkerMemory::read).remote());
        }
        TreeMap<Long, WorkerMemory.Reading> readings = new TreeMap<>(Comparator.naturalOrder());
        Atoll.get(running).forEach(reading -> readings.put(reading.pid(), reading));
        return readings;
    }

    private static void line(PrintStream out, String what, String value) {
        out.printf(Locale.ROOT, "  %-14s %s%n", what, value);
    }
}
