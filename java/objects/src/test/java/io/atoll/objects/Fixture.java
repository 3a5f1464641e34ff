package io.atoll.objects;

import io.atoll.NodeStats;
import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.jni.NativeLibrary;
import io.atoll.spi.AtollRuntime;
import io.atoll.spi.TaskRequest;
import io.atoll.store.InMemoryStore;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A store in memory and a codec over it; closing it asserts that nothing is pinned or left over. */
final class Fixture implements AutoCloseable {
    static {
        NativeLibrary.isAvailable(); // before the first use of Arrow, as in every process of ours
    }

    final InMemoryStore store;
    final ObjectCodec codec;

    Fixture() {
        this(16 << 20);
    }

    Fixture(long capacity) {
        store = InMemoryStore.create(capacity);
        codec = new ObjectCodec(store, this::adopt, Duration.ZERO);
    }

    /** A ref with a reference of its own. */
    ObjectRef<?> adopt(ObjectId id) {
        store.reference(id);
        return new ObjectRef<>(id, new NoRuntime(), () -> {});
    }

    /** What comes back, from an object that nobody refers to any more. */
    Object roundTrip(Object value) {
        ObjectId id = codec.put(value);
        Object read = codec.get(id, Duration.ZERO);
        store.dereference(id);
        return read;
    }

    /** Collects garbage until something is so; fails when it does not become so. */
    static void collectUntil(BooleanSupplier condition) {
        for (int i = 0; i < 500 && !condition.getAsBoolean(); i++) {
            System.gc();
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        if (!condition.getAsBoolean()) {
            throw new AssertionError("still not so after 500 collections");
        }
    }

    @Override
    public void close() {
        store.close();
        if (store.objects() != 0) {
            throw new AssertionError(store.objects() + " objects are left over");
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
        public NodeStats stats() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
