package io.atoll.store;

import io.atoll.internal.store.NativeServer;
import java.nio.file.Path;

/**
 * The server of a store, on native threads of this process: it owns the memory, takes in clients and cleans up after dead
 * ones. Any thread may call any method.
 *
 * @since 0.1
 */
public final class StoreServer implements AutoCloseable {
    private final NativeServer server;

    private StoreServer(NativeServer server) {
        this.server = server;
    }

    /**
     * Makes a store, and serves it until {@link #close} or the end of this process.
     *
     * @param options where, how large
     * @return its server
     * @throws io.atoll.StoreException when the system does not allow it, with the reason
     */
    public static StoreServer start(StoreOptions options) {
        return new StoreServer(NativeServer.start(options.forServer()));
    }

    /**
     * Where clients attach.
     *
     * @return as the options said
     */
    public Path socket() {
        return server.socket();
    }

    /** Ends the store, for every client; twice is fine. */
    @Override
    public void close() {
        server.close();
    }

    @Override
    public String toString() {
        return server.toString();
    }
}
