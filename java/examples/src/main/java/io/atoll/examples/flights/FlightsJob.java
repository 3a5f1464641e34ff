package io.atoll.examples.flights;

import io.atoll.Atoll;
import io.atoll.NodeStats;
import io.atoll.NodeStats.ProcessStats;
import io.atoll.ObjectRef;
import io.atoll.ObjectStoreFullException;
import io.atoll.table.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Puts the flights into the store once, fans tasks out over the workers, and merges what they find. */
final class FlightsJob {
    private static final int TASKS_PER_WORKER = 8;
    private static final long ROWS_PER_TASK = 1024; // at least, if there are so many
    private static final long ROOM_PER_PROCESS = 4 << 20;

    private final String name;
    private final int scale;
    private final int workers;
    private final boolean weighsHeaps;
    private final Progress progress;

    /** The result and how it came about. */
    record Result(FlightStats stats, JobRecord record) {}

    /** @param weighsHeaps whether workers collect their garbage at the end, so that it is known what lives on their heaps */
    FlightsJob(String name, int scale, int workers, boolean weighsHeaps, Progress progress) {
        this.name = name;
        this.scale = scale;
        this.workers = workers;
        this.weighsHeaps = weighsHeaps;
        this.progress = progress;
    }

    /** Runs in a driver. The input is closed as soon as it is in the store. {@code begun} is what nanoTime was then. */
    Result run(FlightsInput input, long begun) throws InputException {
        checkRoom(input.bytes() * scale);
        Map<Long, WorkerMemory> before = WorkerMemory.ofThoseThere();
        long rows = input.rows() * scale;
        int batches = input.batches().size() * scale;
        long started = System.nanoTime();

        progress.show("storing", 0, 0);
        long bytesBefore = Atoll.stats().sealedBytes();
        ObjectRef<Table> table = put(input);
        long tableBytes = Atoll.stats().sealedBytes() - bytesBefore;
        long stored = System.nanoTime();

        List<FlightsTask.Part> parts = compute(table, rows);
        FlightStats stats = new FlightStats();
        parts.forEach(part -> stats.merge(part.stats()));
        if (stats.all().flights() == 0) {
            throw new InputException(name + ": no row has a time from 0 to 24, a delay and a distance");
        }
        long computed = System.nanoTime();

        progress.show("looking back", 0, 0);
        NodeStats node = Atoll.stats();
        long copied =
                node.workers().stream().mapToLong(ProcessStats::bytesCopied).sum();
        JobRecord record = new JobRecord(
                name,
                rows,
                batches,
                parts.size(),
                tableBytes,
                node.capacityBytes(),
                copied,
                shares(parts, before, weighsHeaps ? WorkerMemory.ofAll(workers) : WorkerMemory.ofThoseThere()),
                new JobRecord.Times(started - begun, stored - started, computed - stored));
        return new Result(stats, record);
    }

    private ObjectRef<Table> put(FlightsInput input) throws InputException {
        long needed = input.bytes() * scale;
        try {
            return Atoll.put(input.repeated(scale));
        } catch (ObjectStoreFullException e) {
            // There is room by its size, but not by what the machine gives it.
            throw new InputException(
                    "the store cannot take " + Bytes.format(needed) + " of " + name + ": " + FlightsInput.oneLine(e),
                    e);
        } finally {
            input.close();
        }
    }

    /** Every process writes in extents of its own. */
    private void checkRoom(long needed) throws InputException {
        if (needed + (workers + 1) * ROOM_PER_PROCESS > Atoll.stats().capacityBytes()) {
            throw tooSmall(needed);
        }
    }

    private InputException tooSmall(long needed) {
        return new InputException("a store of " + Bytes.format(Atoll.stats().capacityBytes()) + " is too small: " + name
                + (scale > 1 ? ", " + scale + " times over," : "") + " takes " + Bytes.format(needed)
                + "; try --store-size " + Bytes.roomFor(needed + (workers + 1) * ROOM_PER_PROCESS));
    }

    private List<FlightsTask.Part> compute(ObjectRef<Table> table, long rows) {
        long most = (rows + ROWS_PER_TASK - 1) / ROWS_PER_TASK;
        int tasks = (int) Math.max(1, Math.min(most, (long) TASKS_PER_WORKER * workers));
        List<ObjectRef<FlightsTask.Part>> parts = new ArrayList<>();
        for (int i = 0; i < tasks; i++) {
            parts.add(Atoll.task(FlightsTask::part, table, rows * i / tasks, rows * (i + 1) / tasks)
                    .remote());
        }
        for (int done = 0; done < tasks; ) {
            progress.show("computing", done, tasks);
            done = Atoll.wait(parts, done + 1).ready().size();
        }
        progress.show("computing", tasks, tasks);
        return Atoll.get(parts);
    }

    private static List<JobRecord.Worker> shares(
            List<FlightsTask.Part> parts, Map<Long, WorkerMemory> before, Map<Long, WorkerMemory> after) {
        Set<Long> pids = new TreeSet<>(after.keySet());
        parts.forEach(part -> pids.add(part.pid()));
        pids.addAll(before.keySet());
        List<JobRecord.Worker> shares = new ArrayList<>();
        for (long pid : pids) {
            List<FlightsTask.Part> own =
                    parts.stream().filter(part -> part.pid() == pid).toList();
            long rows = own.stream().mapToLong(FlightsTask.Part::rows).sum();
            shares.add(new JobRecord.Worker(pid, own.size(), rows, before.get(pid), after.get(pid)));
        }
        return shares;
    }
}
