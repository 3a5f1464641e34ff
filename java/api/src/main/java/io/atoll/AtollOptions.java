package io.atoll;

/**
 * How a node is made.
 *
 * @param storeBytes capacity of the object store; 0 for the default, a third of the machine's memory
 * @param workers worker processes; 0 for as many as CPUs
 * @param resources what tasks may share out; CPUs and any name the user invents
 */
public record AtollOptions(long storeBytes, int workers, Resources resources) {
    public static AtollOptions defaults() {
        return new AtollOptions(0, 0, Resources.cpus(Runtime.getRuntime().availableProcessors()));
    }

    public AtollOptions withStoreBytes(long bytes) {
        return new AtollOptions(bytes, workers, resources);
    }

    public AtollOptions withWorkers(int count) {
        return new AtollOptions(storeBytes, count, resources);
    }

    /** Logical CPUs; the default is the machine's. */
    public AtollOptions withCpus(double cpus) {
        return withResource(Resources.CPU, cpus);
    }

    public AtollOptions withGpus(double gpus) {
        return withResource(Resources.GPU, gpus);
    }

    public AtollOptions withResource(String name, double quantity) {
        return new AtollOptions(storeBytes, workers, resources.with(name, quantity));
    }
}
