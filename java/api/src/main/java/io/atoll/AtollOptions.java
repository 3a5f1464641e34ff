package io.atoll;

import java.util.Objects;

/**
 * How a node is made.
 *
 * @param storeBytes capacity of the object store in bytes; 0 for the default, a third of the machine's memory
 * @param workers worker processes; 0 for the default, as many as the machine has CPUs
 * @param resources what tasks may share out; CPUs and any name the user invents
 */
public record AtollOptions(long storeBytes, int workers, Resources resources) {
    /**
     * Checks the numbers.
     *
     * @param storeBytes capacity of the object store in bytes; 0 for the default
     * @param workers worker processes; 0 for the default
     * @param resources what tasks may share out
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
     * A store of a third of the machine's memory, and as many workers and logical CPUs as the machine has.
     *
     * @return the options that {@link Atoll#init()} uses
     */
    public static AtollOptions defaults() {
        return new AtollOptions(0, 0, Resources.cpus(Runtime.getRuntime().availableProcessors()));
    }

    /**
     * These options with another capacity of the object store. It is memory of the machine, taken as it is filled.
     *
     * @param bytes 0 for the default
     * @return new options
     * @throws IllegalArgumentException when negative
     */
    public AtollOptions withStoreBytes(long bytes) {
        return new AtollOptions(bytes, workers, resources);
    }

    /**
     * These options with another number of worker processes. How many tasks run at once is said by {@link #withCpus}.
     *
     * @param count 0 for the default
     * @return new options
     * @throws IllegalArgumentException when negative
     */
    public AtollOptions withWorkers(int count) {
        return new AtollOptions(storeBytes, count, resources);
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
        return new AtollOptions(storeBytes, workers, resources.with(name, quantity));
    }
}
