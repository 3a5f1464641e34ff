package io.atoll.examples.flights;

import java.util.List;

/**
 * How a job was done.
 *
 * @param input what was read, for people
 * @param rows of the table, repetitions included
 * @param batches that the rows came in
 * @param tasks that shared them
 * @param tableBytes that the table takes in the store
 * @param capacityBytes of the store
 * @param copiedBytes that readers of the table have copied out of the store, all workers together
 * @param workers those that ran a task or are there at the end
 * @param times what took how long
 */
record JobRecord(
        String input,
        long rows,
        int batches,
        int tasks,
        long tableBytes,
        long capacityBytes,
        long copiedBytes,
        List<Worker> workers,
        Times times) {
    /**
     * A worker's part.
     *
     * @param before its memory before there was a table; null when it was not there yet
     * @param after its memory after all tasks; null when it has died
     */
    record Worker(long pid, long tasks, long rows, WorkerMemory before, WorkerMemory after) {}

    /** In nanoseconds: until the node was there and the input read, then to store it, then to compute. */
    record Times(long start, long store, long compute) {
        long total() {
            return start + store + compute;
        }
    }
}
