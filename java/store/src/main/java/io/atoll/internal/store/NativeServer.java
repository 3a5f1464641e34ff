package io.atoll.internal.store;

import io.atoll.jni.NativeLibrary;
import io.atoll.jni.StoreCode;
import io.atoll.jni.StoreLayout;
import io.atoll.jni.StoreNative;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The server of a store, on a native thread of this process: it owns the memory, takes in clients and cleans up after
 * dead ones. Any thread may call any method. Closing it ends the store for every client; twice is fine.
 */
public final class NativeServer implements AutoCloseable {
    /**
     * How a store is made, said step by step. What is not said follows the capacity. One thread's.
     */
    public static final class Options {
        private final Path socket;
        private final long capacity;
        private long maxObjects;
        private long maxClients;
        private long extentBytes;
        private long ringBytes;
        private long warmBytes;
        private boolean awaitFarewell;
        private @Nullable Path spillDirectory;
        private long spillLimit;

        private Options(Path socket, long capacity) {
            this.socket = Objects.requireNonNull(socket, "socket");
            this.capacity = capacity;
        }

        /** Entries, at most 2^24. */
        public Options maxObjects(long count) {
            maxObjects = count;
            return this;
        }

        /** Client slots, at most 1024. */
        public Options maxClients(long count) {
            maxClients = count;
            return this;
        }

        /** A power of two; other than the default in tests only. */
        public Options extentBytes(long bytes) {
            extentBytes = bytes;
            return this;
        }

        /** Of each message ring, a power of two. */
        public Options ringBytes(long bytes) {
            ringBytes = bytes;
            return this;
        }

        /** How much each client keeps ready ahead of need. */
        public Options warmBytes(long bytes) {
            warmBytes = bytes;
            return this;
        }

        /** A dead client is cleaned up after only by {@link NativeServer#bury}. */
        public Options awaitFarewell() {
            awaitFarewell = true;
            return this;
        }

        /**
         * What does not fit goes to disk; else nothing is spilled.
         *
         * @param directory an existing one; null for none
         * @param limit bytes on disk at most; 0: as much as the disk takes
         */
        public Options spill(@Nullable Path directory, long limit) {
            spillDirectory = directory;
            spillLimit = limit;
            return this;
        }
    }

    private final Path socket;
    private final long server;
    private boolean stopped;

    private NativeServer(Path socket, long server) {
        this.socket = socket;
        this.server = server;
    }

    /**
     * The options of a store.
     *
     * @param socket where clients attach; in an existing directory that only this user may enter
     * @param capacity bytes of object data
     */
    public static Options options(Path socket, long capacity) {
        return new Options(socket, capacity);
    }

    public static NativeServer start(Options options) {
        NativeLibrary.load();
        ByteBuffer path = Memory.cString(options.socket.toAbsolutePath().toString());
        ByteBuffer struct =
                ByteBuffer.allocateDirect(StoreLayout.SERVER_OPTIONS_SIZE).order(ByteOrder.nativeOrder());
        struct.putLong(StoreLayout.SERVER_OPTIONS_BYTES, StoreLayout.SERVER_OPTIONS_SIZE);
        struct.putLong(StoreLayout.SERVER_OPTIONS_CAPACITY, options.capacity);
        struct.putLong(StoreLayout.SERVER_OPTIONS_MAX_OBJECTS, options.maxObjects);
        struct.putLong(StoreLayout.SERVER_OPTIONS_MAX_CLIENTS, options.maxClients);
        struct.putLong(StoreLayout.SERVER_OPTIONS_EXTENT_BYTES, options.extentBytes);
        struct.putLong(StoreLayout.SERVER_OPTIONS_RING_BYTES, options.ringBytes);
        struct.putLong(StoreLayout.SERVER_OPTIONS_WARM_BYTES, options.warmBytes);
        struct.putLong(StoreLayout.SERVER_OPTIONS_AWAIT_FAREWELL, options.awaitFarewell ? 1 : 0);
        struct.putLong(StoreLayout.SERVER_OPTIONS_SOCKET_PATH, Memory.addressOf(path));
        ByteBuffer spill = options.spillDirectory == null
                ? null
                : Memory.cString(options.spillDirectory.toAbsolutePath().toString());
        struct.putLong(StoreLayout.SERVER_OPTIONS_SPILL_DIRECTORY, spill == null ? 0 : Memory.addressOf(spill));
        struct.putLong(StoreLayout.SERVER_OPTIONS_SPILL_LIMIT, options.spillLimit);
        ByteBuffer out = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
        MemoryReturn.await();
        StoreCodes.checkSystem(
                StoreNative.serverStart(Memory.addressOf(struct), Memory.addressOf(out)),
                "store " + options.socket + ": start with " + options.capacity + " bytes"
                        + (options.spillDirectory == null ? "" : ", spilling to " + options.spillDirectory));
        java.lang.ref.Reference.reachabilityFence(path);
        java.lang.ref.Reference.reachabilityFence(spill);
        return new NativeServer(options.socket, out.getLong(0));
    }

    public Path socket() {
        return socket;
    }

    /** A client that has died and waits for {@link #bury}; negative when there is none. */
    public synchronized int deadClient() {
        checkRunning();
        long result = StoreNative.serverDeadClient(server);
        if (result == -StoreCode.NOT_FOUND) {
            return -1;
        }
        return (int) StoreCodes.check(result, "store " + socket + ": looking for dead clients");
    }

    /** Takes back everything that the dead client held: its unsealed objects, memory, pins, references and slot. */
    public synchronized void bury(int clientIndex) {
        checkRunning();
        StoreCodes.check(
                StoreNative.serverBury(server, clientIndex), "store " + socket + ": burying client " + clientIndex);
    }

    @Override
    public void close() {
        close(Runnable::run);
    }

    /** @param later gives the memory back: some milliseconds for each hundred megabytes; the store has ended before */
    public synchronized void close(Executor later) {
        if (!stopped) {
            stopped = true;
            StoreCodes.check(StoreNative.serverEnd(server), "store " + socket + ": end");
            later.execute(() -> StoreNative.serverStop(server));
        }
    }

    private void checkRunning() {
        if (stopped) {
            throw new IllegalStateException("store " + socket + " is stopped");
        }
    }

    @Override
    public String toString() {
        return "NativeServer(" + socket + (stopped ? ", stopped)" : ")");
    }
}
