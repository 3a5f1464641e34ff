package io.atoll.examples.flights;

import io.atoll.Atoll;
import io.atoll.NodeStats.ProcessStats;
import io.atoll.ObjectRef;
import java.io.IOException;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a worker process weighs.
 *
 * @param pid the process
 * @param sharedBytes its part of the shared memory that it has looked at by views: {@code Pss} of {@code smaps}, which divides
 *     each page by how often it is mapped, in whichever process
 * @param heapBytes live Java heap, after a collection; null when it was looked at from outside
 */
record WorkerMemory(long pid, long sharedBytes, Long heapBytes) implements Serializable {
    private static final Pattern MAPPING = Pattern.compile("[0-9a-f]+-[0-9a-f]+ ");
    private static final long SETTLE_MILLIS = 20;
    private static final int ROUNDS = 50;

    /** Runs in a worker. Takes a little while, so that no worker has time for two while another has none. */
    static WorkerMemory read() throws IOException, InterruptedException {
        System.gc();
        Thread.sleep(SETTLE_MILLIS); // views that were reachable no more are let go meanwhile
        System.gc();
        long pid = ProcessHandle.current().pid();
        return new WorkerMemory(pid, shared(pid), liveHeap());
    }

    /** What the collection has left: what is in use now would count the room that threads have taken ahead of need. */
    private static long liveHeap() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
                .mapToLong(pool -> pool.getCollectionUsage().getUsed())
                .sum();
    }

    /** That of all workers, by process id, once there are at least so many: each collects its garbage for it. */
    static Map<Long, WorkerMemory> ofAll(int workers) {
        Map<Long, WorkerMemory> readings = new TreeMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            List<ObjectRef<WorkerMemory>> running = IntStream.range(0, workers)
                    .mapToObj(i -> Atoll.task(WorkerMemory::read).remote())
                    .collect(Collectors.toList());
            Atoll.get(running).forEach(reading -> readings.put(reading.pid(), reading));
            List<Long> alive =
                    Atoll.stats().workers().stream().map(ProcessStats::pid).toList();
            readings.keySet().retainAll(alive);
            if (readings.size() >= workers) {
                break;
            }
        }
        return readings;
    }

    /** That of the workers that are there, by process id, read from outside: none of them does anything for it. */
    static Map<Long, WorkerMemory> ofThoseThere() {
        Map<Long, WorkerMemory> readings = new TreeMap<>();
        for (ProcessStats worker : Atoll.stats().workers()) {
            try {
                readings.put(worker.pid(), new WorkerMemory(worker.pid(), shared(worker.pid()), null));
            } catch (IOException e) {
                // It has ended meanwhile.
            }
        }
        return readings;
    }

    /** Of the mappings that views are handed out from: those that a worker writes by are filled ahead of need. */
    private static long shared(long pid) throws IOException {
        long kilobytes = 0;
        boolean isOfViews = false;
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps"))) {
            if (MAPPING.matcher(line).lookingAt()) {
                isOfViews = line.contains(" r--s ") && line.contains("memfd:");
            } else if (isOfViews && line.startsWith("Pss:")) {
                kilobytes += Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return kilobytes * 1024;
    }
}
