package io.atoll.internal.store.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.internal.store.Memory;
import io.atoll.internal.store.ObjectStore;
import io.atoll.internal.store.ObjectStore.Creation;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Two clients of one store, for each test of {@link ObjectStoreContract}; at its end nothing may be pinned.
 */
public abstract class StoreClients {
    protected static final long CAPACITY = 64 << 20;

    static final Duration AT_ONCE = Duration.ZERO;
    static final Duration LONG = Duration.ofSeconds(30);

    ObjectStore store;
    ObjectStore other;

    /** A new store with one client. */
    protected abstract ObjectStore open();

    /** Another client of that store. */
    protected abstract ObjectStore attach();

    protected abstract long pins(ObjectStore client);

    protected abstract long copied(ObjectStore client);

    @BeforeEach
    protected void openBoth() {
        store = open();
        other = attach();
    }

    @AfterEach
    protected void closeBoth() {
        for (ObjectStore each : List.of(other, store)) {
            assertThat(pins(each)).as("pins of client " + each.clientIndex()).isZero();
            each.close();
            each.close();
            assertThatThrownBy(each::expect).isInstanceOf(IllegalStateException.class);
        }
    }

    /** A sealed object of one long. */
    static ObjectId put(ObjectStore to, ObjectId id, long value, long tag) {
        try (Creation creation = to.create(id, 8, 0, tag, AT_ONCE)) {
            Memory.putLong(creation.address(), value);
            creation.seal();
            return creation.id();
        }
    }

    ObjectId putSized(long size) {
        try (Creation creation = store.create(null, size, 0, 0, AT_ONCE)) {
            creation.seal();
            return creation.id();
        }
    }

    static <T> Future<T> inThread(Callable<T> work) {
        CompletableFuture<T> future = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                future.complete(work.call());
            } catch (Throwable e) {
                future.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return future;
    }

    /** What the server does in its own time. */
    static void eventually(BooleanSupplier condition) {
        for (int i = 0; i < 3000 && !condition.getAsBoolean(); i++) {
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
