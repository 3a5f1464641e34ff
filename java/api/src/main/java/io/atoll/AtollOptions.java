package io.atoll;

import io.atoll.spi.OptionValues;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How a node is made. Immutable; built by a {@link Builder}, so that options can be added without anybody noticing.
 *
 * <pre>{@code
 * AtollOptions options = AtollOptions.builder().storeBytes(8L << 30).workers(4).workerHeapBytes(1L << 30).build();
 * }</pre>
 *
 * @since 0.1
 */
public final class AtollOptions extends NodeOptions {
    private AtollOptions(OptionSet set) {
        super(set);
    }

    /**
     * A store of a third of the machine's memory that spills to the JVM's directory for temporary files, and as many
     * workers and logical CPUs as the machine has.
     *
     * @return the options that {@link Atoll#init()} uses
     */
    public static AtollOptions defaults() {
        return builder().build();
    }

    /**
     * Options to be changed, beginning with the {@link #defaults}.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder(new OptionSet());
    }

    /**
     * Options to be changed, beginning with these.
     *
     * @return a new builder
     */
    public Builder toBuilder() {
        return new Builder(set.copy());
    }

    /**
     * Capacity of the object store.
     *
     * @return bytes; 0 for the default, a third of the machine's memory
     */
    public long storeBytes() {
        return set.storeBytes;
    }

    /**
     * Ids that the store has at a time.
     *
     * @return their number
     */
    public long maxObjects() {
        return set.maxObjects;
    }

    /**
     * Tasks that may be submitted and not ended.
     *
     * @return their number; 0 for the default, see {@link Builder#maxUnfinishedTasks}
     */
    public long maxUnfinishedTasks() {
        return set.maxUnfinishedTasks;
    }

    /**
     * How long a put waits for room in a full store.
     *
     * @return zero for not at all
     */
    public Duration putTimeout() {
        return set.putTimeout;
    }

    /**
     * Where objects go that do not fit the store.
     *
     * @return empty: they do not, and a full store says so
     */
    public Optional<Path> spillDirectory() {
        return Optional.ofNullable(set.spillDirectory);
    }

    /**
     * What is kept so that lost results can be made again.
     *
     * @return bytes; empty for the default, a sixteenth of the store
     */
    public OptionalLong lineageBytes() {
        return set.lineageBytes;
    }

    /**
     * Logical GPUs.
     *
     * @return their number; empty for the default, those that are there
     */
    public OptionalDouble gpus() {
        return set.areGpusGiven ? OptionalDouble.of(set.resources.quantity(Resources.GPU)) : OptionalDouble.empty();
    }

    /**
     * What tasks may share out: CPUs and any name the user invents.
     *
     * @return all of it but for {@link #gpus} that are to be found
     */
    public Resources resources() {
        return set.resources;
    }

    /** Every option with its value; of the environment the names alone, since values may be secrets. */
    @Override
    public String toString() {
        return set.toString();
    }

    // ---- the same with one thing changed: what most programs say

    /**
     * These options with another {@link Builder#storeBytes}.
     *
     * @param bytes as there
     * @return new options
     */
    public AtollOptions withStoreBytes(long bytes) {
        return toBuilder().storeBytes(bytes).build();
    }

    /**
     * These options with another number of {@link Builder#workers}.
     *
     * @param count as there
     * @return new options
     */
    public AtollOptions withWorkers(int count) {
        return toBuilder().workers(count).build();
    }

    /**
     * These options with another number of {@link Builder#cpus}.
     *
     * @param count as there
     * @return new options
     */
    public AtollOptions withCpus(double count) {
        return toBuilder().cpus(count).build();
    }

    /**
     * These options with another number of {@link Builder#gpus}.
     *
     * @param count as there
     * @return new options
     */
    public AtollOptions withGpus(double count) {
        return toBuilder().gpus(count).build();
    }

    /**
     * These options with another quantity of a {@link Builder#resource}.
     *
     * @param name as there
     * @param quantity as there
     * @return new options
     */
    public AtollOptions withResource(String name, double quantity) {
        return toBuilder().resource(name, quantity).build();
    }

    /**
     * These options with another {@link Builder#spillDirectory}.
     *
     * @param directory as there
     * @return new options
     */
    public AtollOptions withSpillDirectory(Path directory) {
        return toBuilder().spillDirectory(directory).build();
    }

    /**
     * These options {@link Builder#withoutSpilling}.
     *
     * @return new options
     */
    public AtollOptions withoutSpilling() {
        return toBuilder().withoutSpilling().build();
    }

    /**
     * Options on their way. Not thread-safe.
     *
     * @since 0.1
     */
    public static final class Builder {
        private static final int MAX_WORKERS = 500; // of 1024 clients; who replaces another is one more for a while

        private final OptionSet set;

        private Builder(OptionSet set) {
            this.set = set;
        }

        /**
         * The options as they are now.
         *
         * @return unchanged by this builder afterwards
         */
        public AtollOptions build() {
            return new AtollOptions(set.copy());
        }

        /**
         * The capacity of the object store. It is memory of the machine, taken as it is filled.
         *
         * @param bytes 0 for the default, a third of the machine's memory
         * @return this
         * @throws IllegalArgumentException when negative
         */
        public Builder storeBytes(long bytes) {
            set.storeBytes = OptionValues.atLeast(0, bytes, "storeBytes");
            return this;
        }

        /**
         * How many ids the store has at a time: objects that somebody refers to, and results that are not there yet. Only
         * those used take memory.
         *
         * @param count 1 to 2^24, which is the default
         * @return this
         * @throws IllegalArgumentException when less or more
         */
        public Builder maxObjects(long count) {
            set.maxObjects = OptionValues.between(1, OptionSet.MAX_OBJECTS, count, "maxObjects");
            return this;
        }

        /**
         * How many tasks may be submitted and not ended. With so many, {@link TaskCall#remote} waits until one ends, or it is
         * interrupted. A task waits there as in a get, and is let through when none ends for a second.
         *
         * @param count 0 for the default: half of {@link #maxObjects}, and 512 bytes each of three quarters of the heap
         * @return this
         * @throws IllegalArgumentException when negative or more than 2^24
         */
        public Builder maxUnfinishedTasks(long count) {
            set.maxUnfinishedTasks = OptionValues.between(0, OptionSet.MAX_OBJECTS, count, "maxUnfinishedTasks");
            return this;
        }

        /**
         * How long a put, or a task that has a result, waits for room in a full store. While the store writes other objects
         * to disk it waits on.
         *
         * @param timeout zero for not at all; 10 seconds if this is not called
         * @return this
         * @throws IllegalArgumentException when negative
         */
        public Builder putTimeout(Duration timeout) {
            if (Objects.requireNonNull(timeout, "putTimeout").isNegative()) {
                throw new IllegalArgumentException("putTimeout: " + timeout + " asked; it takes zero or more");
            }
            set.putTimeout = timeout;
            return this;
        }

        /**
         * The directory for objects that do not fit the store. Those that somebody refers to and nobody looks at are
         * written there when room is short, and come back when they are asked for. The session makes a directory of its own
         * in it and removes it at the end; what a killed session has left goes with the next one.
         *
         * @param directory an existing directory, on a disk with room: one that lies in memory gains nothing; {@code
         *     java.io.tmpdir} if this is not called
         * @return this
         */
        public Builder spillDirectory(Path directory) {
            set.spillDirectory = Objects.requireNonNull(directory, "directory");
            return this;
        }

        /**
         * No spilling: a put that finds the store full fails with {@link ObjectStoreFullException}.
         *
         * @return this
         */
        public Builder withoutSpilling() {
            set.spillDirectory = null;
            return this;
        }

        /**
         * How much is kept so that results of tasks which are lost, since what is on disk is damaged or cannot be read, are
         * made again by running their tasks again: the calls of tasks that have ended, in the heap (a 128th of
         * it at most), and their arguments, in the store or on disk. The oldest go first.
         *
         * @param bytes 0: nothing is kept, and what is lost stays so; a sixteenth of the store if this is not called
         * @return this
         * @throws IllegalArgumentException when negative
         */
        public Builder lineageBytes(long bytes) {
            set.lineageBytes = OptionalLong.of(OptionValues.atLeast(0, bytes, "lineageBytes"));
            return this;
        }

        /**
         * The number of worker processes. How many tasks run at once is said by {@link #cpus}.
         *
         * @param count 0 for the default, as many as the machine has CPUs; 500 at most
         * @return this
         * @throws IllegalArgumentException when negative or more
         */
        public Builder workers(int count) {
            if (count > MAX_WORKERS) {
                throw new IllegalArgumentException("workers: " + count + " asked; a node has " + MAX_WORKERS
                        + " at most. How many tasks run at once is said by cpus");
            }
            set.workers = (int) OptionValues.atLeast(0, count, "workers");
            return this;
        }

        /**
         * How many tasks a worker runs before another takes its place: for code that leaks memory or handles. Those that
         * run on the thread of a task that waits for them count. It ends once all that it has begun has ended, and with it
         * threads that these have left behind; while its tasks wait for others, its successor runs beside it. A task that
         * can run nowhere else, since as many workers as there may be wait like that, runs in one of those.
         *
         * @param count 0 for the default, without limit
         * @return this
         * @throws IllegalArgumentException when negative
         */
        public Builder tasksPerWorker(int count) {
            set.tasksPerWorker = (int) OptionValues.atLeast(0, count, "tasksPerWorker");
            return this;
        }

        /**
         * The number of logical CPUs: as many tasks of one CPU run at once. The default is the machine's.
         *
         * @param count in ten-thousandths at the finest
         * @return this
         * @throws IllegalArgumentException when negative or not finite
         */
        public Builder cpus(double count) {
            return resource(Resources.CPU, count);
        }

        /**
         * The number of logical GPUs. The default is as many as the variable {@code CUDA_VISIBLE_DEVICES} of this process
         * lists; without it, as the program {@code nvidia-smi} does, if there is one. A task that asks for GPUs runs in a
         * worker that sees its own alone, by that variable, and other tasks see none: workers are started for each set of
         * GPUs, in the place of idle ones.
         *
         * @param count in ten-thousandths at the finest; 0: workers see what this process does
         * @return this
         * @throws IllegalArgumentException when negative or not finite
         */
        public Builder gpus(double count) {
            return resource(Resources.GPU, count);
        }

        /**
         * A quantity of a resource of any name: tasks that demand it share it out.
         *
         * @param name any
         * @param quantity in ten-thousandths at the finest
         * @return this
         * @throws IllegalArgumentException when negative or not finite
         */
        public Builder resource(String name, double quantity) {
            set.areGpusGiven |= Resources.GPU.equals(name);
            set.resources = set.resources.with(Objects.requireNonNull(name, "resource: the name"), quantity);
            return this;
        }

        /**
         * The largest heap of each worker. Objects of the store are not on it.
         *
         * @param bytes 0 for its share of what the machine has beside store and driver
         * @return this
         * @throws IllegalArgumentException when negative
         */
        public Builder workerHeapBytes(long bytes) {
            set.workerHeapBytes = OptionValues.atLeast(0, bytes, "workerHeapBytes");
            return this;
        }

        /**
         * Further arguments of the workers' JVMs. They come behind those that workers have anyway: this process's {@code
         * -D}, {@code -ea}, {@code --add-opens} and the like, and what Atoll needs; the words of the property {@code
         * atoll.worker.flags} come behind them, for who cannot change the program. Workers have the serial collector
         * unless another is named. With an argument that the JVM does not know no worker starts, and the tasks' errors
         * say which. A number in braces is counted up by the workers, for what one process alone can have: {@code
         * address=127.0.0.1:{5005}} is port 5005 for the first, 5006 for the second; {@code {0}} is a worker's own number.
         *
         * @param arguments each one word, such as {@code -XX:+UseZGC}; they replace those of an earlier call
         * @return this
         */
        public Builder workerJvmArguments(String... arguments) {
            set.workerJvmArguments = List.of(OptionValues.withoutNull("workerJvmArguments", arguments));
            return this;
        }

        /**
         * A variable of the workers' environment, which otherwise is this process's.
         *
         * @param name of the variable
         * @param value its value
         * @return this
         * @throws IllegalArgumentException when no variable can have that name
         */
        public Builder workerEnvironment(String name, String value) {
            OptionValues.checkVariable("workerEnvironment", name, value);
            set.workerEnvironment = OptionValues.with(set.workerEnvironment, name, value);
            return this;
        }

        /**
         * What workers have on their class path behind what this process has.
         *
         * @param entries jars and directories that are there when the node is started; they come behind those of earlier
         *     calls
         * @return this
         * @throws IllegalArgumentException when a name has a colon in it, which would make it two
         */
        public Builder workerClassPath(Path... entries) {
            OptionValues.checkClassPath("workerClassPath", entries);
            List<Path> all = new ArrayList<>(set.workerClassPath);
            all.addAll(List.of(entries));
            set.workerClassPath = List.copyOf(all);
            return this;
        }

        /**
         * The directory that keeps what the JVM of a worker writes when it crashes ({@code hs_err_pidN.log}), which otherwise
         * goes with the session. With one, core files are as the system has them; without, workers write none.
         *
         * @param directory an existing one
         * @return this
         */
        public Builder crashDirectory(Path directory) {
            set.crashDirectory = Objects.requireNonNull(directory, "directory");
            return this;
        }
    }
}
