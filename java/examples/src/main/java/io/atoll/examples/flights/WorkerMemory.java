package io.atoll.examples.flights;

import java.io.IOException;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a worker process weighs, measured in it. */
final class WorkerMemory {
    /**
     * A worker's memory.
     *
     * @param pid the process
     * @param mappedBytes its share of mapped shared memory: Pss_Shmem of smaps_rollup, each page divided by its users
     * @param liveHeapBytes Java heap in use after a collection
     */
    record Reading(long pid, long mappedBytes, long liveHeapBytes) implements Serializable {}

    private static final long SETTLE_MILLIS = 20;

    private WorkerMemory() {}

    static Reading read() throws IOException, InterruptedException {
        System.gc();
        // Time for views that are unreachable now to be let go, and for every worker to get one of these tasks.
        Thread.sleep(SETTLE_MILLIS);
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        return new Reading(ProcessHandle.current().pid(), pssShmem(), heap);
    }

    private static long pssShmem() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps_rollup"))) {
            if (line.startsWith("Pss_Shmem:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        return 0;
    }
}
