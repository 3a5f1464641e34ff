package io.atoll.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.ObjectLostException;
import io.atoll.ObjectStoreFullException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store as programs have it that want no tasks. */
class StoreClientTest {
    private static final long CAPACITY = 64 << 20;
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private StoreServer server;
    private StoreClient writer;
    private StoreClient reader;

    @BeforeEach
    void open() {
        server = StoreServer.start(options().maxClients(8).build());
        writer = StoreClient.attach(server.socket());
        reader = StoreClient.attach(server.socket());
    }

    @AfterEach
    void close() {
        for (AutoCloseable each : new AutoCloseable[] {reader, writer, server, server}) {
            assertThat(each).satisfies(AutoCloseable::close);
        }
    }

    private StoreOptions.Builder options() {
        return StoreOptions.builder(directory.resolve("store.sock"), CAPACITY);
    }

    private ObjectId put(long value) {
        try (WritableObject object = writer.create(8, SOON)) {
            object.buffer().putLong(0, value);
            return object.seal();
        }
    }

    /** What another client may have seen the server frees, in its own time. */
    private void awaitNoObjects() {
        for (int i = 0; i < 3000 && !writer.list().isEmpty(); ++i) {
            LockSupport.parkNanos(10_000_000);
        }
        assertThat(writer.list()).isEmpty();
    }

    @Test
    void shouldShowToOneClientWhatAnotherHasWritten() {
        ObjectId id = put(42);
        try (StoredObject object = reader.get(id, SOON)) {
            assertThat(object.size()).isEqualTo(8);
            assertThat(object.buffer().getLong()).isEqualTo(42);
            assertThat(object.buffer().order()).isEqualTo(ByteOrder.nativeOrder());
            assertThat(object.buffer(0, 1).get()).isEqualTo((byte) 42);
            assertThat(object.buffer(8, 0).remaining()).isZero();
            assertThat(object.address() % 64).isZero();
            assertThatThrownBy(() -> object.buffer().putLong(1)).isInstanceOf(ReadOnlyBufferException.class);
            assertThatThrownBy(() -> object.buffer(1, 8)).isInstanceOf(IndexOutOfBoundsException.class);
            object.close();
            object.close();
            assertThatThrownBy(object::buffer)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(id.toString());
        }
    }

    @Test
    void shouldLeaveNothingOfWhatIsGivenUp() {
        WritableObject object = writer.create(1000, SOON);
        ByteBuffer part = object.buffer(10, 20);
        assertThat(part.capacity()).isEqualTo(20);
        assertThat(reader.tryGet(object.id())).isEmpty();
        object.close();
        object.close();
        assertThatThrownBy(object::seal).isInstanceOf(IllegalStateException.class);
        awaitNoObjects();
    }

    @Test
    void shouldEndWhatIsWrittenWhenTheClientIsClosed() {
        StoreClient third = StoreClient.attach(server.socket());
        WritableObject object = third.create(1000, SOON);
        third.close();
        object.close();
        assertThat(object.id()).isNotNull();
    }

    @Test
    void shouldFreeWhatNobodyRefersTo() {
        ObjectId id = put(1);
        writer.reference(id);
        writer.dereference(id);
        assertThat(reader.tryGet(id)).hasValueSatisfying(StoredObject::close);
        writer.dereference(id);
        awaitNoObjects();
        assertThatThrownBy(() -> reader.get(id, SOON)).isInstanceOf(ObjectLostException.class);
        ObjectId deleted = put(2);
        reader.delete(deleted);
        assertThatThrownBy(() -> writer.get(deleted, SOON)).isInstanceOf(ObjectLostException.class);
    }

    @Test
    void shouldFindObjectsByName() {
        ObjectId id = put(1);
        writer.publish("one", id, SOON);
        writer.dereference(id);
        assertThat(reader.lookup("one")).contains(id);
        reader.dereference(id);
        assertThat(reader.unpublish("one", SOON)).isTrue();
        assertThat(reader.unpublish("one", SOON)).isFalse();
        assertThat(reader.lookup("one")).isEmpty();
    }

    @Test
    void shouldSayWhatTheStoreAndItsClientsHold() {
        ObjectId id = put(1);
        try (StoredObject object = reader.get(id, SOON)) {
            StoreStats stats = reader.stats();
            assertThat(stats.capacityBytes()).isGreaterThanOrEqualTo(CAPACITY);
            assertThat(stats.usedBytes()).isBetween(8L, CAPACITY);
            assertThat(stats.sealedBytes()).isEqualTo(8);
            assertThat(stats.pinnedBytes()).isGreaterThanOrEqualTo(8);
            assertThat(stats.sealedObjects()).isEqualTo(1);
            assertThat(stats.objects()).isEqualTo(1);
            assertThat(stats.pins()).isEqualTo(1);
            assertThat(stats.clients()).isEqualTo(2);
            assertThat(stats.maxClients()).isEqualTo(8);
            assertThat(stats.maxObjects()).isEqualTo(1 << 24);
            assertThat(stats.spilledObjects() + stats.lostObjects() + stats.names())
                    .isZero();
            assertThat(stats.done().seals()).isEqualTo(1);
            assertThat(stats.done().bytesWritten()).isEqualTo(8);
            assertThat(stats).asString().contains(stats.usedBytes() + " bytes used of " + stats.capacityBytes());
            assertThat(reader.clients())
                    .hasSize(2)
                    .allSatisfy(client -> assertThat(client.pid())
                            .isEqualTo(ProcessHandle.current().pid()));
            assertThat(reader.clients()).anySatisfy(client -> {
                assertThat(client.pins()).isEqualTo(1);
                assertThat(client.done().gets()).isEqualTo(1);
                assertThat(client.references()).isZero();
            });
            assertThat(reader.list()).singleElement().satisfies(info -> {
                assertThat(info.id()).isEqualTo(object.id());
                assertThat(info.size()).isEqualTo(8);
                assertThat(info.isSealed()).isTrue();
                assertThat(info.pins()).isEqualTo(1);
                assertThat(info.references()).isEqualTo(1);
            });
        }
    }

    @Test
    void shouldSayHowMuchDidNotFit() {
        assertThatThrownBy(() -> writer.create(2 * CAPACITY, Duration.ZERO))
                .isInstanceOf(ObjectStoreFullException.class)
                .hasMessageContaining(2 * CAPACITY + " bytes asked");
    }

    @Test
    void shouldCheckItsOptions() {
        assertThatThrownBy(() -> StoreOptions.builder(directory, 0)).hasMessageContaining("capacityBytes: 0 asked");
        assertThatThrownBy(() -> options().maxClients(1025)).hasMessageContaining("1024 at most");
        assertThatThrownBy(() -> options().maxObjects((1 << 24) + 1)).hasMessageContaining("16777216 at most");
        assertThatThrownBy(() -> options().spillBytes(0)).hasMessageContaining("spillBytes: 0 asked");
        assertThatThrownBy(() -> options().spillBytes(1).build()).hasMessageContaining("without a spillDirectory");
    }

    @Test
    void shouldSpillWhereItIsTold() {
        Path second = directory.resolve("second.sock");
        try (StoreServer spilling = StoreServer.start(StoreOptions.builder(second, CAPACITY)
                        .spillDirectory(directory)
                        .spillBytes(4 * CAPACITY)
                        .build());
                StoreClient client = StoreClient.attach(spilling.socket())) {
            for (int i = 0; i < 20; ++i) {
                try (WritableObject object = client.create(CAPACITY / 10, SOON)) {
                    object.seal();
                }
            }
            assertThat(client.stats().spilledObjects()).isPositive();
            assertThat(client.stats().bytesSpilled()).isPositive();
        }
    }
}
