package io.atoll.internal.store.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.ObjectStoreFullException;
import io.atoll.StoreException;
import io.atoll.internal.store.Memory;
import io.atoll.internal.store.NativeServer;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.ObjectStore;
import io.atoll.internal.store.Ring;
import io.atoll.internal.store.Struct;
import io.atoll.jni.StoreLayout;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeStoreTest extends ObjectStoreContract {
    private Path directory;
    private NativeServer server;

    @BeforeEach
    @Override
    protected void openBoth() {
        try {
            directory = Files.createTempDirectory(
                    "atoll-test", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        server = NativeServer.start(NativeServer.options(directory.resolve("store.sock"), CAPACITY)
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
        return ((NativeStore) client).copied();
    }

    @Test
    void shouldCountForItsUsers() {
        try (NativeStore client = NativeStore.attach(server.socket())) {
            client.countUser(2, 5);
            Struct stats = client.clientStats(client.clientIndex());
            assertThat(stats.get(StoreLayout.CLIENT_STATS_USER + 2 * Long.BYTES))
                    .isEqualTo(5);
            assertThat(stats.get(StoreLayout.CLIENT_STATS_USER)).isZero();
            assertThat(client.clientStats(7)).isNull();
        }
    }

    @Test
    void shouldFindByItsNameWhatAnotherProcessHasPublished() {
        try (NativeStore store = NativeStore.attach(server.socket());
                NativeStore other = NativeStore.attach(server.socket())) {
            ObjectId id = put(store, 1000);
            store.publish("größe", id);
            store.dereference(id);
            assertThat(other.stats().get(StoreLayout.STATS_NAMES)).isEqualTo(1);
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
    void shouldEndABellsWaitWhenToldTo() {
        try (NativeStore store = NativeStore.attach(server.socket())) {
            long count = store.bell(store.clientIndex());
            CompletableFuture<Long> ended =
                    CompletableFuture.supplyAsync(() -> store.bellWait(store.clientIndex(), count, Long.MAX_VALUE));
            store.endWaits();
            assertThat(ended.join()).isEqualTo(count);
            assertThat(store.bellWait(NativeStore.PRESSURE_BELL, store.bell(NativeStore.PRESSURE_BELL), Long.MAX_VALUE))
                    .isEqualTo(store.bell(NativeStore.PRESSURE_BELL));
        }
    }

    @Test
    void shouldEndABellsWaitWhenClosed() {
        NativeStore store = NativeStore.attach(server.socket());
        long count = store.bell(store.clientIndex());
        CompletableFuture<Long> ended =
                CompletableFuture.supplyAsync(() -> store.bellWait(store.clientIndex(), count, Long.MAX_VALUE));
        store.close();
        assertThatThrownBy(ended::join)
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
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
        assertThatThrownBy(() -> NativeServer.start(NativeServer.options(directory.resolve("no/such/dir"), CAPACITY)))
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

    /** Of what lies on disk, while all of the store is looked at. */
    @Test
    void shouldReadWhatHasNoRoomToComeBackWithoutAny(@TempDir Path disk) {
        NativeServer.Options options =
                NativeServer.options(disk.resolve("small.sock"), 32 << 20).spill(disk, 0);
        try (NativeServer small = NativeServer.start(options);
                NativeStore store = NativeStore.attach(small.socket())) {
            ObjectId gone = store.expect();
            try (ObjectStore.Creation creation = store.create(gone, 1 << 20, 0, 7, Duration.ZERO)) {
                Memory.fill(creation.address(), 1 << 20, (byte) 5);
                creation.seal();
            }
            List<ObjectStore.Pin> looked = new ArrayList<>();
            assertThatThrownBy(() -> {
                        while (true) {
                            try (ObjectStore.Creation creation =
                                    store.create(null, 1 << 20, 0, 0, Duration.ofSeconds(2))) {
                                creation.seal();
                                looked.add(store.get(creation.id(), Duration.ZERO));
                            }
                        }
                    })
                    .isInstanceOf(ObjectStoreFullException.class);
            assertThat(store.peek(new ObjectId[] {gone}, 0).onDisk()).isTrue();
            for (Duration timeout : Arrays.asList(Duration.ofSeconds(60), null)) {
                try (ObjectStore.Pin copy = store.get(gone, timeout)) {
                    assertThat(copy.size()).isEqualTo(1 << 20);
                    assertThat(copy.tag()).isEqualTo(7);
                    assertThat(copy.address() % 64).isZero();
                    for (long at : new long[] {0, 12345, (1 << 20) - 8}) {
                        assertThat(Memory.getLong(copy.address() + at)).isEqualTo(0x0505050505050505L);
                    }
                }
            }
            assertThat(store.copied()).isEqualTo(2 << 20);
            looked.forEach(ObjectStore.Pin::close);
            try (ObjectStore.Pin back = store.get(gone, Duration.ofSeconds(60))) {
                assertThat(back.offset()).as("in the store again").isNotNegative();
            }
        }
    }

    private static ObjectId put(NativeStore store, long size) {
        try (ObjectStore.Creation creation = store.create(null, size, 0, 0, Duration.ZERO)) {
            Memory.fill(creation.address(), size, (byte) 0);
            creation.seal();
            return creation.id();
        }
    }

    private static void fill(NativeStore store) {
        for (long size : new long[] {1 << 20, 64 << 10, 4096, 512, 64}) {
            boolean isFull = false;
            while (!isFull) {
                try (ObjectStore.Creation filling = store.create(null, size, 0, 0, Duration.ZERO)) {
                    filling.seal();
                } catch (ObjectStoreFullException e) {
                    isFull = true;
                }
            }
        }
    }

    @Test
    void shouldHaveRoomInItsReserveHoweverFullTheStoreIs() {
        try (NativeStore store = NativeStore.attach(server.socket(), 128 << 10);
                NativeStore other = NativeStore.attach(server.socket())) {
            ObjectId said = store.expect();
            ObjectId unsaid = other.expect();
            fill(other);
            fill(store);
            assertThatThrownBy(() -> store.create(said, 500, 0, 7, Duration.ZERO))
                    .isInstanceOf(ObjectStoreFullException.class);
            assertThatThrownBy(() -> other.createNow(unsaid, 500, 0, 7)).isInstanceOf(ObjectStoreFullException.class);
            try (ObjectStore.Creation creation = store.createNow(said, 500, 0, 7)) {
                creation.seal();
            }
            try (ObjectStore.Pin pin = other.get(said, Duration.ZERO)) {
                assertThat(pin.size()).isEqualTo(500);
                assertThat(pin.tag()).isEqualTo(7);
            }
            ObjectId large = store.expect();
            assertThatThrownBy(() -> store.createNow(large, 1 << 20, 0, 7))
                    .isInstanceOf(ObjectStoreFullException.class);
        }
    }
}
