package io.atoll.internal.objects;

import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.internal.memory.Leaks;
import io.atoll.internal.memory.Place;
import io.atoll.internal.memory.Room;
import io.atoll.internal.store.NativeServer;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.ObjectStore;
import io.atoll.internal.store.testkit.InMemoryStore;
import io.atoll.jni.NativeLibrary;
import io.atoll.jni.StoreLayout;
import io.atoll.spi.AtollRuntime;
import io.atoll.spi.Refs;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** A store in memory and a codec over it; closing it asserts that nothing is pinned or left over. */
public final class Fixture implements AutoCloseable {
    static {
        NativeLibrary.isAvailable(); // before the first use of Arrow, as in every process of ours
    }

    /** Of refs that nobody gets. */
    private static final AtollRuntime NO_RUNTIME = (AtollRuntime) Proxy.newProxyInstance(
            AtollRuntime.class.getClassLoader(), new Class<?>[] {AtollRuntime.class}, (proxy, method, arguments) -> {
                throw new UnsupportedOperationException(method.getName());
            });

    public final ObjectStore store;
    public final ObjectCodec codec;
    private final NativeServer server; // null for the store in memory

    /** Over a store in this process's memory. */
    public Fixture() {
        this(InMemoryStore.create(16 << 20), null);
    }

    private Fixture(ObjectStore store, NativeServer server) {
        this.store = store;
        this.server = server;
        codec = new ObjectCodec(store, this::adopt, Duration.ZERO);
    }

    /** Over a store in shared memory, where writing to a view ends the process. */
    public static Fixture shared() {
        return shared(64 << 20);
    }

    public static Fixture shared(long bytes) {
        try {
            Path directory = Files.createTempDirectory(
                    "atoll-test", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            NativeServer server = NativeServer.start(NativeServer.options(directory.resolve("store.sock"), bytes));
            return new Fixture(NativeStore.attach(server.socket()), server);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    public long pins() {
        return store instanceof NativeStore shared ? shared.pins() : ((InMemoryStore) store).pins();
    }

    public long copied() {
        return store instanceof NativeStore shared ? shared.copied() : ((InMemoryStore) store).copied();
    }

    /** Objects that anybody refers to; what a server frees in its own time may still be counted. */
    public long objects() {
        return store instanceof NativeStore shared
                ? shared.stats().get(StoreLayout.STATS_OBJECTS)
                : ((InMemoryStore) store).objects();
    }

    /** What a ref needs that nobody gets by. */
    public AtollRuntime noRuntime() {
        return NO_RUNTIME;
    }

    /** Where tensors are written in place; their refs give nothing back. */
    public Place place(Duration putTimeout) {
        Room room = new ObjectCodec(store, this::adopt, putTimeout).room();
        return new Place() {
            @Override
            public ObjectStore store() {
                return store;
            }

            @Override
            public Room room() {
                return room;
            }

            @Override
            public <T> ObjectRef<T> ref(ObjectId id) {
                return Refs.make(id, NO_RUNTIME, () -> {});
            }
        };
    }

    /** A ref with a reference of its own. */
    public ObjectRef<?> adopt(ObjectId id) {
        store.reference(id);
        return Refs.make(id, NO_RUNTIME, () -> {});
    }

    /** What comes back, from an object that nobody refers to any more. */
    public Object roundTrip(Object value) {
        ObjectId id = codec.put(value);
        Object read = codec.get(id, Duration.ZERO);
        store.dereference(id);
        return read;
    }

    /** Waits for what a server does in its own time. */
    private static void awaitThat(BooleanSupplier condition) {
        for (int i = 0; i < 3000 && !condition.getAsBoolean(); i++) {
            pause();
        }
        if (!condition.getAsBoolean()) {
            throw new AssertionError("still not so");
        }
    }

    private static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Collects garbage until something is so; fails when it does not become so. */
    public static void collectUntil(BooleanSupplier condition) {
        for (int i = 0; i < 500 && !condition.getAsBoolean(); i++) {
            System.gc();
            pause();
        }
        if (!condition.getAsBoolean()) {
            throw new AssertionError("still not so after 500 collections");
        }
    }

    @Override
    public void close() {
        if (pins() != 0) {
            AssertionError error = new AssertionError(pins() + " pins at the end");
            Leaks.open().forEach(error::addSuppressed);
            throw error;
        }
        awaitThat(() -> objects() == 0);
        store.close();
        if (server != null) {
            server.close();
            try {
                Files.delete(server.socket().getParent());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }
}
