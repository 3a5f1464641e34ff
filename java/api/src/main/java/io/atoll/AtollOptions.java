package io.atoll;

import java.nio.file.Path;
import java.util.Objects;

/**
 * How a node is made.
 *
 * @param storeBytes capacity of the object store in bytes; 0 for the default, a third of the machine's memory
 * @param workers worker processes; 0 for the default, as many as the machine has CPUs
 * @param resources what tasks may share out; CPUs and any name the user invents
 * @param spillDirectory where objects go that do not fit the store; null: they do not, and a full store says so
 */
public record AtollOptions(long storeBytes, int workers, Resources resources, Path spillDirectory) {
    /**
     * Checks the numbers.
     *
     * @param storeBytes capacity of the object store in bytes; 0 for the default
     * @param workers worker processes; 0 for the default
     * @param resources what tasks may share out
     * @param spillDirectory an existing directory, or null
     * @throws IllegalArgumentException when one is negative
     */
    public AtollOptions {
        Objects.requireNonNull(resources, "resources");
        if (storeBytes < 0) {
            throw new IllegalArgumentException("store: " + storeBytes + " bytes asked; it takes 0 or more");
        }
        if (workers < 0) {
            throw new IllegalArgumentException("workers: " + workers + " asked; it takes 0 or more");
        }
    }

    /**
     * A store of a third of the machine's memory that spills to the JVM's directory for temporary files, and as many
     * workers and logical CPUs as the machine has.
     *
     * @return the options that {@link Atoll#init()} uses
     */
    public static AtollOptions defaults() {
        return new AtollOptions(
                0,
                0,
                Resources.cpus(Runtime.getRuntime().availableProcessors()),
                Path.of(System.getProperty("java.io.tmpdir")));
    }

    /**
     * These options with another capacity of the object store. It is memory of the machine, taken as it is filled.
     *
     * @param bytes 0 for the default
     * @return new options
     * @throws IllegalArgumentException when negative
     */
    public AtollOptions withStoreBytes(long bytes) {
        return new AtollOptions(bytes, workers, resources, spillDirectory);
    }

    /**
     * These options with another number of worker processes. How many tasks run at once is said by {@link #withCpus}.
     *
     * @param count 0 for the default
     * @return new options
     * @throws IllegalArgumentException when negative
     */
    public AtollOptions withWorkers(int count) {
        return new AtollOptions(storeBytes, count, resources, spillDirectory);
    }

    /**
     * These options with another number of logical CPUs: as many tasks of one CPU run at once. The default is the
     * machine's.
     *
     * @param cpus in ten-thousandths at the finest
     * @return new options
     * @throws IllegalArgumentException when negative or not finite
     */
    public AtollOptions withCpus(double cpus) {
        return withResource(Resources.CPU, cpus);
    }

    /**
     * These options with another number of logical GPUs; the default is none.
     *
     * @param gpus in ten-thousandths at the finest
     * @return new options
     * @throws IllegalArgumentException when negative or not finite
     */
    public AtollOptions withGpus(double gpus) {
        return withResource(Resources.GPU, gpus);
    }

    /**
     * These options with another quantity of a resource of any name: tasks that demand it share it out.
     *
     * @param name any
     * @param quantity in ten-thousandths at the finest
     * @return new options
     * @throws IllegalArgumentException when negative or not finite
     */
    public AtollOptions withResource(String name, double quantity) {
        return new AtollOptions(storeBytes, workers, resources.with(name, quantity), spillDirectory);
    }

    /**
     * These options with another directory for objects that do not fit the store. Those that somebody refers to and
     * nobody looks at are written there when room is short, and come back when they are asked for. The session makes a
     * directory of its own in it and removes it at the end; what a killed session has left goes with the next one.
     *
     * @param directory an existing directory, on a disk with room: one that lies in memory gains nothing
     * @return new options
     */
    public AtollOptions withSpillDirectory(Path directory) {
        return new AtollOptions(storeBytes, workers, resources, Objects.requireNonNull(directory, "directory"));
    }

    /**
     * These options without spilling: a put that finds the store full fails with {@link ObjectStoreFullException}.
     *
     * @return new options
     */
    public AtollOptions withoutSpilling() {
        return new AtollOptions(storeBytes, workers, resources, null);
    }
}
