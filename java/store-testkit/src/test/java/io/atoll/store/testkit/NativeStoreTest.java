package io.atoll.store.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.StoreException;
import io.atoll.store.ClientStats;
import io.atoll.store.Memory;
import io.atoll.store.NativeStore;
import io.atoll.store.ObjectStore;
import io.atoll.store.Ring;
import io.atoll.store.StoreServer;
import io.atoll.store.StoreStats;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NativeStoreTest extends ObjectStoreContract {
    private Path directory;
    private StoreServer server;

    @BeforeEach
    @Override
    protected void openBoth() {
        try {
            directory = Files.createTempDirectory(
                    "atoll-test", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        server = StoreServer.start(StoreServer.options(directory.resolve("store.sock"), CAPACITY)
                .maxObjects(1 << 14)
                .maxClients(8));
        super.openBoth();
    }

    @AfterEach
    @Override
    protected void closeBoth() {
        super.closeBoth();
        server.close();
        server.close();
        assertThat(server.socket()).doesNotExist();
        try {
            Files.delete(directory);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected ObjectStore open() {
        return attach();
    }

    @Override
    protected ObjectStore attach() {
        return NativeStore.attach(server.socket());
    }

    @Override
    protected long pins(ObjectStore client) {
        return ((NativeStore) client).pins();
    }

    @Override
    protected long copied(ObjectStore client) {
        return ((NativeStore) client).clientStats(client.clientIndex()).done().bytesCopied();
    }

    @Test
    void shouldSayWhatTheStoreAndAClientHold() {
        try (NativeStore store = NativeStore.attach(server.socket())) {
            ObjectId id = put(store, 1000);
            store.countUser(2, 5);
            try (ObjectStore.Pin pin = store.get(id, Duration.ZERO)) {
                StoreStats stats = store.stats();
                assertThat(stats.capacity()).isGreaterThanOrEqualTo(CAPACITY);
                assertThat(stats.sealedBytes()).isEqualTo(1000);
                assertThat(stats.sealedObjects()).isEqualTo(1);
                assertThat(stats.allocated()).isBetween(1000L, CAPACITY);
                assertThat(stats.clients()).isBetween(3, 4);
                ClientStats client = store.clientStats(store.clientIndex());
                assertThat(client.pid()).isEqualTo(ProcessHandle.current().pid());
                assertThat(client.done().seals()).isEqualTo(1);
                assertThat(client.done().gets()).isEqualTo(1);
                assertThat(client.pins()).isEqualTo(1);
                assertThat(client.done().bytesWritten()).isEqualTo(1000);
                assertThat(client.user()).isEqualTo(List.of(0L, 0L, 5L, 0L));
                assertThat(store.list()).singleElement().satisfies(info -> {
                    assertThat(info.id()).isEqualTo(id);
                    assertThat(info.size()).isEqualTo(1000);
                    assertThat(info.state()).isEqualTo(ObjectStore.State.SEALED);
                    assertThat(info.pins()).isEqualTo(1);
                    assertThat(info.references()).isEqualTo(1);
                    assertThat(info.offset()).isEqualTo(pin.offset());
                });
            }
            assertThat(store.clientStats(7)).isNull();
            store.dereference(id);
        }
    }

    @Test
    void shouldFindByItsNameWhatAnotherProcessHasPublished() {
        try (NativeStore store = NativeStore.attach(server.socket());
                NativeStore other = NativeStore.attach(server.socket())) {
            ObjectId id = put(store, 1000);
            store.publish("größe", id);
            store.dereference(id);
            assertThat(other.stats().names()).isEqualTo(1);
            assertThat(other.lookup("größe")).isEqualTo(id);
            other.dereference(id);
            ObjectId second = put(other, 10);
            assertThatThrownBy(() -> other.publish("größe", second)).hasMessageContaining("another object has it");
            other.dereference(second);
            assertThatThrownBy(() -> other.lookup("a\0b")).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> other.lookup("x".repeat(225))).isInstanceOf(IllegalArgumentException.class);
            assertThat(store.unpublish("größe")).isTrue();
            assertThat(store.unpublish("größe")).isFalse();
            assertThat(other.lookup("größe")).isNull();
        }
    }

    @Test
    void shouldStayMappedUntilTheLastPinIsClosed() {
        NativeStore store = NativeStore.attach(server.socket());
        ObjectId id = put(store, 64);
        ObjectStore.Pin pin = store.get(id, Duration.ZERO);
        store.close();

        assertThat(store.pins()).isEqualTo(1);
        assertThat(Memory.getLong(pin.address())).isZero();
        pin.close();
        assertThat(store.pins()).isZero();
    }

    @Test
    void shouldStayMappedWhileAnObjectIsWritten() {
        NativeStore store = NativeStore.attach(server.socket());
        ObjectStore.Creation creation = store.create(null, 64, 0, 0, Duration.ZERO);
        store.close();

        Memory.putLong(creation.address(), 1);
        assertThatThrownBy(creation::seal).isInstanceOf(IllegalStateException.class);
        creation.close();
    }

    @Test
    void shouldGiveRingsAndBells() throws Exception {
        try (NativeStore store = NativeStore.attach(server.socket());
                NativeStore scheduler = NativeStore.attach(server.socket())) {
            Ring mine = store.ring(store.clientIndex(), Ring.Direction.UP);
            Ring theirs = scheduler.ring(store.clientIndex(), Ring.Direction.UP);
            Memory.putLong(mine.address() + mine.bytes() + Ring.TRAILER_BYTES - 8, 17);
            assertThat(Memory.getLong(theirs.address() + theirs.bytes() + Ring.TRAILER_BYTES - 8))
                    .isEqualTo(17);
            assertThat(Long.bitCount(mine.bytes())).isEqualTo(1);
            assertThat(store.ring(store.clientIndex(), Ring.Direction.DOWN).address())
                    .isNotEqualTo(mine.address());

            long count = scheduler.bell(NativeStore.SCHEDULER_BELL);
            assertThat(scheduler.bellWait(NativeStore.SCHEDULER_BELL, count, 1_000_000))
                    .isEqualTo(count);
            CompletableFuture<Long> rung = CompletableFuture.supplyAsync(
                    () -> scheduler.bellWait(NativeStore.SCHEDULER_BELL, count, 30_000_000_000L));
            store.bellRing(NativeStore.SCHEDULER_BELL, 1);
            assertThat(rung.get()).isNotEqualTo(count);
        }
    }

    @Test
    void shouldEndABellsWaitWhenInterrupted() {
        try (NativeStore store = NativeStore.attach(server.socket())) {
            Thread.currentThread().interrupt();
            long count = store.bell(store.clientIndex());
            assertThat(store.bellWait(store.clientIndex(), count, Long.MAX_VALUE))
                    .isEqualTo(count);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void shouldNotSeeTheServersExitWhileItLives() {
        try (NativeStore store = NativeStore.attach(server.socket())) {
            assertThat(store.awaitServerExit(Duration.ofMillis(5))).isFalse();
        }
    }

    @Test
    void shouldSayWhyItCannotAttach() {
        Path missing = directory.resolve("missing.sock");
        assertThatThrownBy(() -> NativeStore.attach(missing))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(missing.toString());
        assertThat(server.deadClient()).isNegative();
        assertThatThrownBy(() -> StoreServer.start(StoreServer.options(directory.resolve("no/such/dir"), CAPACITY)))
                .isInstanceOf(StoreException.class);
    }

    /** The pin, and what the JVM's own measuring takes. */
    @Test
    void shouldAllocateOnlyThePinInAWarmGet() {
        try (NativeStore store = NativeStore.attach(server.socket())) {
            ObjectId id = put(store, 64);
            com.sun.management.ThreadMXBean threads =
                    (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
            int rounds = 20_000;
            for (int i = 0; i < rounds; i++) {
                store.get(id, Duration.ZERO).close();
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < rounds; i++) {
                store.get(id, Duration.ZERO).close();
            }
            assertThat((threads.getCurrentThreadAllocatedBytes() - before) / rounds)
                    .isLessThanOrEqualTo(80);
            store.dereference(id);
        }
    }

    private static ObjectId put(NativeStore store, long size) {
        try (ObjectStore.Creation creation = store.create(null, size, 0, 0, Duration.ZERO)) {
            Memory.fill(creation.address(), size, (byte) 0);
            creation.seal();
            return creation.id();
        }
    }
}
