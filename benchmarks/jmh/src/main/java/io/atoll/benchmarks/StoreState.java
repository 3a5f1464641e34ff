package io.atoll.benchmarks;

import io.atoll.internal.store.Memory;
import io.atoll.internal.store.NativeServer;
import io.atoll.internal.store.NativeStore;
import io.atoll.jni.NativeLibrary;
import io.atoll.jni.StoreLayout;
import io.atoll.jni.StoreNative;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A store of its own for a fork, with two clients in it: a Java one, and a bare one as the native methods see it. */
@State(Scope.Benchmark)
public class StoreState {
    /** Of which each client keeps 128 MiB warm, as in a store of the usual size. */
    private static final long CAPACITY = 2L << 30;

    private Path directory;
    private NativeServer server;
    NativeStore store;
    /** An {@code atoll_client*}. */
    long client;

    @Setup(Level.Trial)
    public void start() throws IOException {
        NativeLibrary.load();
        directory = Files.createTempDirectory("atoll-bench-");
        server = NativeServer.start(NativeServer.options(directory.resolve("store.sock"), CAPACITY));
        store = NativeStore.attach(server.socket());
        byte[] socket = (server.socket() + "\0").getBytes(StandardCharsets.UTF_8);
        long path = Memory.allocate(socket.length);
        long out = Memory.allocate(Long.BYTES);
        Memory.copyFromArray(socket, socket.length, path);
        check(StoreNative.attach(path, 0, out));
        client = Memory.getLong(out);
        Memory.free(path);
        Memory.free(out);
    }

    @TearDown(Level.Trial)
    public void stop() throws IOException {
        check(StoreNative.detach(client));
        store.close();
        server.close();
        Files.deleteIfExists(directory);
    }

    static long check(long result) {
        if (result < 0) {
            throw new IllegalStateException(StoreNative.lastError());
        }
        return result;
    }

    /** Zeroed memory for one id. */
    static long allocateId() {
        long id = Memory.allocate(StoreLayout.OBJECT_ID_SIZE);
        Memory.fill(id, StoreLayout.OBJECT_ID_SIZE, (byte) 0);
        return id;
    }
}
