package io.atoll.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A store that has ended before its memory is given back. */
@Timeout(120)
class MemoryReturnTest {
    @TempDir
    Path directory;

    private Path socket() {
        return directory.resolve("store.sock");
    }

    private NativeServer server() {
        return NativeServer.start(NativeServer.options(socket(), 64 << 20));
    }

    private static long mappings() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.contains("/memfd:atoll-data"))
                .count();
    }

    @Test
    void shouldHaveEndedForEverybodyElse() throws Exception {
        long before = mappings();
        Queue<Runnable> parts = new ArrayDeque<>();
        NativeServer server = server();
        try (NativeStore other = NativeStore.attach(socket())) {
            NativeStore store = NativeStore.attach(socket());
            store.close(parts::add);
            assertThatThrownBy(store::list).isInstanceOf(IllegalStateException.class);
            server.close(parts::add);
            assertThat(socket()).doesNotExist();
            assertThat(other.awaitServerExit(Duration.ZERO)).isTrue();
            assertThatThrownBy(() -> NativeStore.attach(socket())).isInstanceOf(StoreException.class);
            long ended = mappings();
            assertThat(parts).hasSize(2);
            parts.forEach(Runnable::run);
            assertThat(mappings()).isLessThan(ended);
            server.close();
            store.close();
        }
        assertThat(mappings()).isEqualTo(before);
    }

    @Test
    void shouldKeepWhatIsPinned() throws Exception {
        MemoryReturn memory = new MemoryReturn();
        NativeServer server = server();
        NativeStore store = NativeStore.attach(socket());
        ObjectId id;
        try (ObjectStore.Creation creation = store.create(null, 8, 0, 0, Duration.ZERO)) {
            Memory.putLong(creation.address(), 42);
            creation.seal(new ObjectId[0]);
            id = creation.id();
        }
        long before = mappings();
        try (ObjectStore.Pin pin = store.get(id, Duration.ZERO)) {
            store.close(memory);
            server.close(memory);
            memory.begin();
            assertThat(Memory.getLong(pin.address())).isEqualTo(42);
        }
        while (mappings() >= before) {
            Thread.sleep(1); // the server's go on a thread of their own
        }
    }

    @Test
    void shouldWaitUntilItBegins() {
        MemoryReturn memory = new MemoryReturn();
        CompletableFuture<Thread> ranIn = new CompletableFuture<>();
        memory.execute(() -> ranIn.complete(Thread.currentThread()));
        assertThat(ranIn).isNotDone();
        memory.begin();
        assertThat(ranIn.join()).isNotSameAs(Thread.currentThread());
        CompletableFuture<Thread> later = new CompletableFuture<>();
        memory.execute(() -> later.complete(Thread.currentThread()));
        assertThat(later).isCompletedWithValue(Thread.currentThread());
    }

    @Test
    void shouldBeOverBeforeTheNextStoreBegins() throws Exception {
        MemoryReturn memory = new MemoryReturn();
        CountDownLatch latch = new CountDownLatch(1);
        AtomicBoolean over = new AtomicBoolean();
        memory.execute(() -> {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            over.set(true);
        });
        memory.begin();
        CompletableFuture<Boolean> started = CompletableFuture.supplyAsync(() -> {
            try (NativeServer server = server()) {
                return over.get();
            }
        });
        Thread.sleep(100); // so that it waits
        latch.countDown();
        assertThat(started.join()).isTrue();
    }
}
