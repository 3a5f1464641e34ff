package io.atoll;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node holds and has done, read without disturbing it; not a snapshot. Immutable.
 *
 * @since 0.1
 */
public final class NodeStats {
    private final Builder set;

    private NodeStats(Builder set) {
        this.set = set;
    }

    /**
     * Statistics to be filled in, of zeros.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Capacity of the store's data segment.
     *
     * @return bytes
     */
    public long capacityBytes() {
        return set.capacityBytes;
    }

    /**
     * What live objects take of it.
     *
     * @return bytes
     */
    public long usedBytes() {
        return set.usedBytes;
    }

    /**
     * Of all sealed objects together.
     *
     * @return bytes
     */
    public long sealedBytes() {
        return set.sealedBytes;
    }

    /**
     * Of the objects that somebody looks at, which cannot leave memory meanwhile, together.
     *
     * @return bytes
     */
    public long pinnedBytes() {
        return set.pinnedBytes;
    }

    /**
     * Of the objects that are on disk alone, together.
     *
     * @return bytes
     */
    public long spilledBytes() {
        return set.spilledBytes;
    }

    /**
     * Objects that are on disk alone.
     *
     * @return their number
     */
    public long spilledObjects() {
        return set.spilledObjects;
    }

    /**
     * What has been read back from disk since the node began: of an object that comes and goes, each time.
     *
     * @return bytes
     */
    public long restoredBytes() {
        return set.restoredBytes;
    }

    /**
     * Live objects, sealed or expected.
     *
     * @return their number
     */
    public long objects() {
        return set.objects;
    }

    /**
     * Tasks whose arguments are not all there yet.
     *
     * @return their number
     */
    public long waitingTasks() {
        return set.waitingTasks;
    }

    /**
     * Tasks that could run if there were room.
     *
     * @return their number
     */
    public long queuedTasks() {
        return set.queuedTasks;
    }

    /**
     * Tasks that have been sent to a worker and have not ended, those blocked in a get or wait included.
     *
     * @return their number
     */
    public long runningTasks() {
        return set.runningTasks;
    }

    /**
     * The worker processes.
     *
     * @return in the order of their places in the store
     */
    public List<ProcessStats> workers() {
        return set.workers;
    }

    /**
     * This node's driver.
     *
     * @return null when it has just gone
     */
    public @Nullable ProcessStats driver() {
        return set.driver;
    }

    @Override
    public String toString() {
        return "NodeStats(" + set.usedBytes + " of " + set.capacityBytes + " bytes used by " + set.objects
                + " objects, " + set.pinnedBytes + " pinned; " + set.spilledBytes + " bytes of " + set.spilledObjects
                + " objects on disk, " + set.restoredBytes + " read back; tasks: " + set.runningTasks + " running, "
                + set.queuedTasks + " queued, "
                + set.waitingTasks
                + " waiting; workers: " + set.workers + ", driver: " + set.driver + ")";
    }

    /**
     * Statistics on their way; filled in by a runtime. Not thread-safe.
     *
     * @since 0.1
     */
    public static final class Builder {
        private long capacityBytes;
        private long usedBytes;
        private long sealedBytes;
        private long objects;
        private long pinnedBytes;
        private long spilledBytes;
        private long spilledObjects;
        private long restoredBytes;
        private long waitingTasks;
        private long queuedTasks;
        private long runningTasks;
        private List<ProcessStats> workers = List.of();
        private @Nullable ProcessStats driver;

        private Builder() {}

        /**
         * Of the store.
         *
         * @param capacity of its data segment, in bytes
         * @param used by live objects, in bytes
         * @param sealed bytes of sealed objects
         * @param count live objects
         * @return this
         */
        public Builder store(long capacity, long used, long sealed, long count) {
            capacityBytes = capacity;
            usedBytes = used;
            sealedBytes = sealed;
            objects = count;
            return this;
        }

        /**
         * Of the store's views and disk.
         *
         * @param pinned bytes of objects that somebody looks at
         * @param spilled bytes that are on disk alone
         * @param count objects that are on disk alone
         * @param restored bytes read back so far
         * @return this
         */
        public Builder spill(long pinned, long spilled, long count, long restored) {
            pinnedBytes = pinned;
            spilledBytes = spilled;
            spilledObjects = count;
            restoredBytes = restored;
            return this;
        }

        /**
         * Of the scheduler.
         *
         * @param waiting for arguments
         * @param queued for room
         * @param running in workers
         * @return this
         */
        public Builder tasks(long waiting, long queued, long running) {
            waitingTasks = waiting;
            queuedTasks = queued;
            runningTasks = running;
            return this;
        }

        /**
         * The processes.
         *
         * @param all workers
         * @param its driver; may be null
         * @return this
         */
        public Builder processes(List<ProcessStats> all, @Nullable ProcessStats its) {
            workers = List.copyOf(all);
            driver = its;
            return this;
        }

        /**
         * The statistics. This builder must not be used any more.
         *
         * @return immutable
         */
        public NodeStats build() {
            return new NodeStats(this);
        }
    }

    /**
     * One process attached to the store. Immutable.
     *
     * @since 0.1
     */
    public static final class ProcessStats {
        private final Builder set;

        private ProcessStats(Builder set) {
            this.set = set;
        }

        /**
         * Statistics of a process to be filled in, of zeros.
         *
         * @param pid process id
         * @return a new builder
         */
        public static Builder builder(long pid) {
            return new Builder(pid);
        }

        /**
         * Process id.
         *
         * @return as the system has it
         */
        public long pid() {
            return set.pid;
        }

        /**
         * Tasks it has run.
         *
         * @return their number
         */
        public long tasks() {
            return set.tasks;
        }

        /**
         * Objects it has looked at.
         *
         * @return their number
         */
        public long gets() {
            return set.gets;
        }

        /**
         * What it has written into objects that it has sealed.
         *
         * @return bytes
         */
        public long bytesWritten() {
            return set.bytesWritten;
        }

        /**
         * What readers in it have copied out of objects: zero where all reads were views.
         *
         * @return bytes
         */
        public long bytesCopied() {
            return set.bytesCopied;
        }

        /**
         * Objects it looks at now.
         *
         * @return their number
         */
        public long pins() {
            return set.pins;
        }

        @Override
        public String toString() {
            return "process " + set.pid + " (" + set.tasks + " tasks, " + set.gets + " gets, " + set.pins + " pins)";
        }

        /**
         * Statistics of a process on their way; filled in by a runtime. Not thread-safe.
         *
         * @since 0.1
         */
        public static final class Builder {
            private final long pid;
            private long tasks;
            private long gets;
            private long bytesWritten;
            private long bytesCopied;
            private long pins;

            private Builder(long pid) {
                this.pid = pid;
            }

            /**
             * What it has done.
             *
             * @param run tasks
             * @param got objects
             * @return this
             */
            public Builder done(long run, long got) {
                tasks = run;
                gets = got;
                return this;
            }

            /**
             * What it has moved.
             *
             * @param written into objects
             * @param copied out of objects
             * @return this
             */
            public Builder bytes(long written, long copied) {
                bytesWritten = written;
                bytesCopied = copied;
                return this;
            }

            /**
             * What it looks at.
             *
             * @param count objects
             * @return this
             */
            public Builder pins(long count) {
                pins = count;
                return this;
            }

            /**
             * The statistics. This builder must not be used any more.
             *
             * @return immutable
             */
            public ProcessStats build() {
                return new ProcessStats(this);
            }
        }
    }
}
