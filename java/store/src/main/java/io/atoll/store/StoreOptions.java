package io.atoll.store;

import io.atoll.internal.store.NativeServer;
import io.atoll.spi.OptionValues;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a store is made. What is not said follows its capacity. Immutable.
 *
 * @since 0.1
 */
public final class StoreOptions {
    private static final int MOST_OBJECTS = 1 << 24;
    private static final int MOST_CLIENTS = 1024;

    private final Builder set;

    private StoreOptions(Builder set) {
        this.set = set;
    }

    /**
     * Options to be said step by step.
     *
     * @param socket where clients attach; in an existing directory that only this user may enter
     * @param capacityBytes of objects in memory together, more than 0
     * @return a new builder
     */
    public static Builder builder(Path socket, long capacityBytes) {
        return new Builder(socket, capacityBytes);
    }

    NativeServer.Options forServer() {
        return NativeServer.options(set.socket, set.capacityBytes)
                .maxObjects(set.maxObjects)
                .maxClients(set.maxClients)
                .spill(set.spillDirectory, set.spillBytes);
    }

    @Override
    public String toString() {
        return "StoreOptions(" + set.socket + ", " + set.capacityBytes + " bytes"
                + (set.spillDirectory == null ? "" : ", spilling to " + set.spillDirectory) + ")";
    }

    /**
     * Makes options. One thread's.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final Path socket;
        private final long capacityBytes;
        private long maxObjects; // 0: what the store thinks best, as in the others
        private long maxClients;
        private @Nullable Path spillDirectory;
        private long spillBytes;

        private Builder(Path socket, long capacityBytes) {
            this.socket = Objects.requireNonNull(socket, "socket");
            this.capacityBytes = OptionValues.atLeast(1, capacityBytes, "capacityBytes");
        }

        private Builder(Builder from) {
            socket = from.socket;
            capacityBytes = from.capacityBytes;
            maxObjects = from.maxObjects;
            maxClients = from.maxClients;
            spillDirectory = from.spillDirectory;
            spillBytes = from.spillBytes;
        }

        /**
         * Ids that can be in use at a time; else 16,777,216.
         *
         * @param count 1 to 16,777,216
         * @return this
         */
        public Builder maxObjects(long count) {
            maxObjects = OptionValues.between(1, MOST_OBJECTS, count, "maxObjects");
            return this;
        }

        /**
         * Clients that can be attached at a time.
         *
         * @param count 1 to 1024
         * @return this
         */
        public Builder maxClients(long count) {
            maxClients = OptionValues.between(1, MOST_CLIENTS, count, "maxClients");
            return this;
        }

        /**
         * Where objects go that do not fit into memory; else a full store refuses more.
         *
         * @param directory an existing one
         * @return this
         */
        public Builder spillDirectory(Path directory) {
            spillDirectory = Objects.requireNonNull(directory, "spillDirectory");
            return this;
        }

        /**
         * How much goes there at most; else as much as the disk takes.
         *
         * @param bytes more than 0
         * @return this
         */
        public Builder spillBytes(long bytes) {
            spillBytes = OptionValues.atLeast(1, bytes, "spillBytes");
            return this;
        }

        /**
         * The options as they are said now.
         *
         * @return new options
         * @throws IllegalArgumentException when {@link #spillBytes} is said and {@link #spillDirectory} is not
         */
        public StoreOptions build() {
            if (spillBytes > 0 && spillDirectory == null) {
                throw new IllegalArgumentException(
                        "spillBytes: " + spillBytes + " asked without a spillDirectory, so nothing would be spilled");
            }
            return new StoreOptions(new Builder(this));
        }
    }
}
