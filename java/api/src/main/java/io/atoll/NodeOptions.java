package io.atoll;

import io.atoll.spi.TemporaryDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What {@link AtollOptions} have, and what they say of workers. Immutable. */
abstract sealed class NodeOptions permits AtollOptions {
    final OptionSet set;

    NodeOptions(OptionSet set) {
        this.set = set;
    }

    /**
     * Worker processes.
     *
     * @return their number; 0 for the default, as many as the machine has CPUs
     */
    public int workers() {
        return set.workers;
    }

    /**
     * Tasks that a worker runs before another takes its place.
     *
     * @return their number; 0 for the default, without limit
     */
    public int tasksPerWorker() {
        return set.tasksPerWorker;
    }

    /**
     * Largest heap of each worker.
     *
     * @return bytes; 0 for its share of what the machine has beside store and driver
     */
    public long workerHeapBytes() {
        return set.workerHeapBytes;
    }

    /**
     * Further arguments of the workers' JVMs.
     *
     * @return in order
     */
    public List<String> workerJvmArguments() {
        return set.workerJvmArguments;
    }

    /**
     * Variables of the workers' environment that differ from this process's.
     *
     * @return by name
     */
    public Map<String, String> workerEnvironment() {
        return set.workerEnvironment;
    }

    /**
     * What workers have on their class path behind what this process has.
     *
     * @return in order
     */
    public List<Path> workerClassPath() {
        return set.workerClassPath;
    }

    /**
     * Where the reports of workers that crashed stay.
     *
     * @return empty: nowhere, errors have what tells most of them
     */
    public Optional<Path> crashDirectory() {
        return Optional.ofNullable(set.crashDirectory);
    }

    /** The values of {@link AtollOptions} and of its builder, with the defaults. Not thread-safe while they are changed. */
    static final class OptionSet {
        static final long MAX_OBJECTS = 1 << 24;

        long storeBytes;
        long maxObjects = MAX_OBJECTS;
        long maxUnfinishedTasks;
        Duration putTimeout = Duration.ofSeconds(10);

        @Nullable
        Path spillDirectory = TemporaryDirectory.path();

        OptionalLong lineageBytes = OptionalLong.empty();
        int workers;
        int tasksPerWorker;
        /** Whether the number of GPUs among them is the user's. */
        boolean areGpusGiven;

        Resources resources = Resources.cpus(Runtime.getRuntime().availableProcessors());
        long workerHeapBytes;
        List<String> workerJvmArguments = List.of();
        Map<String, String> workerEnvironment = Map.of();
        List<Path> workerClassPath = List.of();

        @Nullable
        Path crashDirectory;

        OptionSet copy() {
            OptionSet copy = new OptionSet();
            copy.storeBytes = storeBytes;
            copy.maxObjects = maxObjects;
            copy.maxUnfinishedTasks = maxUnfinishedTasks;
            copy.putTimeout = putTimeout;
            copy.spillDirectory = spillDirectory;
            copy.lineageBytes = lineageBytes;
            copy.workers = workers;
            copy.tasksPerWorker = tasksPerWorker;
            copy.areGpusGiven = areGpusGiven;
            copy.resources = resources;
            copy.workerHeapBytes = workerHeapBytes;
            copy.workerJvmArguments = workerJvmArguments;
            copy.workerEnvironment = workerEnvironment;
            copy.workerClassPath = workerClassPath;
            copy.crashDirectory = crashDirectory;
            return copy;
        }

        private static String text(Optional<?> value) {
            return value.map(Object::toString).orElse("none");
        }

        @Override
        public String toString() {
            return "AtollOptions(storeBytes=" + storeBytes + ", maxObjects=" + maxObjects + ", maxUnfinishedTasks="
                    + maxUnfinishedTasks + ", putTimeout=" + putTimeout + ", spillDirectory="
                    + text(Optional.ofNullable(spillDirectory)) + ", lineageBytes="
                    + (lineageBytes.isEmpty() ? "default" : lineageBytes.getAsLong()) + ", workers=" + workers
                    + ", tasksPerWorker=" + tasksPerWorker
                    + ", resources=(" + resources + "), workerHeapBytes=" + workerHeapBytes + ", workerJvmArguments="
                    + workerJvmArguments + ", workerEnvironment=" + new TreeSet<>(workerEnvironment.keySet())
                    + ", workerClassPath=" + workerClassPath + ", crashDirectory="
                    + text(Optional.ofNullable(crashDirectory)) + ")";
        }
    }
}
