package io.atoll.internal.objects;

import io.atoll.NodeStats;
import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.internal.memory.Leaks;
import io.atoll.internal.memory.Place;
import io.atoll.internal.memory.Room;
import io.atoll.jni.NativeLibrary;
import io.atoll.spi.AtollRuntime;
import io.atoll.spi.TaskRequest;
import io.atoll.store.NativeStore;
import io.atoll.store.ObjectStore;
import io.atoll.store.StoreServer;
import io.atoll.store.testkit.InMemoryStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** A store in memory and a codec over it; closing it asserts that nothing is pinned or left over. */
public final class Fixture implements AutoCloseable {
    static {
        NativeLibrary.isAvailable(); // before the first use of Arrow, as in every process of ours
    }

    public final ObjectStore store;
    public final ObjectCodec codec;
    private final StoreServer server; // null for the store in memory

    /** Over a store in this process's memory. */
    public Fixture() {
        this(InMemoryStore.create(16 << 20), null);
    }

    private Fixture(ObjectStore store, StoreServer server) {
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
            StoreServer server = StoreServer.start(StoreServer.options(directory.resolve("store.sock"), bytes));
            return new Fixture(NativeStore.attach(server.socket()), server);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    public long pins() {
        return store instanceof NativeStore shared ? shared.pins() : ((InMemoryStore) store).pins();
    }

    public long copied() {
        return store instanceof NativeStore shared
                ? shared.clientStats(shared.clientIndex()).done().bytesCopied()
                : ((InMemoryStore) store).copied();
    }

    /** Objects that anybody refers to; what a server frees in its own time may still be counted. */
    public long objects() {
        return store instanceof NativeStore shared ? shared.stats().objects() : ((InMemoryStore) store).objects();
    }

    /** What a ref needs that nobody gets by. */
    public AtollRuntime noRuntime() {
        return new NoRuntime();
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
                return new ObjectRef<>(id, new NoRuntime(), () -> {});
            }
        };
    }

    /** A ref with a reference of its own. */
    public ObjectRef<?> adopt(ObjectId id) {
        store.reference(id);
        return new ObjectRef<>(id, new NoRuntime(), () -> {});
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

    private static final class NoRuntime implements AtollRuntime {
        @Override
        public <T> ObjectRef<T> put(T value) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> T get(ObjectRef<T> ref, Duration timeout) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <S> S service(Class<S> type) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ByteBuffer bytes(ObjectRef<?> ref, long offset, long length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> List<T> get(List<ObjectRef<T>> refs, Duration timeout) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean[] await(List<? extends ObjectRef<?>> refs, int wanted, Duration timeout) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> ObjectRef<T> submit(TaskRequest request) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void publish(String name, ObjectRef<?> ref) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> Optional<ObjectRef<T>> lookup(String name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean unpublish(String name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public NodeStats stats() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
