package io.atoll.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.ObjectId;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.store.NativeServer;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.ObjectStore;
import io.atoll.jni.StoreLayout;
import io.atoll.table.Table;
import io.atoll.tensor.Tensor;
import io.atoll.tensor.TensorInside;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one client of a store in shared memory writes another one views, without a copy. */
class SharedViewsTest {
    private Path directory;
    private NativeServer server;
    private NativeStore writer;
    private NativeStore reader;
    private ObjectCodec writes;
    private ObjectCodec reads;

    @BeforeEach
    void open(@TempDir Path temporary) throws Exception {
        directory = Files.createDirectory(
                temporary.resolve("s"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        server = NativeServer.start(NativeServer.options(directory.resolve("store.sock"), 256 << 20));
        writer = NativeStore.attach(server.socket());
        reader = NativeStore.attach(server.socket());
        writes = new ObjectCodec(writer, id -> null);
        reads = new ObjectCodec(reader, id -> null);
    }

    @AfterEach
    void close() {
        assertThat(reader.pins()).isZero();
        assertThat(writer.pins()).isZero();
        reader.close();
        writer.close();
        server.close();
    }

    @Test
    void shouldViewATensorAtTheSameOffsetInEveryClient() {
        double[] data = new double[1 << 20];
        for (int i = 0; i < data.length; i++) {
            data[i] = i;
        }
        ObjectId id = writes.put(Tensor.of(data, 1024, 1024));
        try (Tensor mine = (Tensor) writes.get(id, Duration.ZERO);
                Tensor theirs = (Tensor) reads.get(id, Duration.ZERO);
                ObjectStore.Pin one = writer.get(id, Duration.ZERO);
                ObjectStore.Pin two = reader.get(id, Duration.ZERO)) {
            assertThat(one.offset()).isEqualTo(two.offset());
            assertThat(TensorInside.address(theirs) - two.address())
                    .isEqualTo(TensorInside.address(mine) - one.address());
            assertThat(TensorInside.address(theirs)).isNotEqualTo(TensorInside.address(mine));
            assertThat(theirs.getDouble(1023, 1023)).isEqualTo(data.length - 1);
        }
        assertThat(reader.copied()).isZero();
        writer.dereference(id);
    }

    @Test
    void shouldViewATable() {
        ObjectId id;
        try (BufferAllocator allocator = new RootAllocator();
                IntVector vector = new IntVector("n", allocator)) {
            for (int i = 0; i < 100_000; i++) {
                vector.setSafe(i, i);
            }
            vector.setValueCount(100_000);
            try (Table table = Table.of(new VectorSchemaRoot(List.of(vector)))) {
                id = writes.put(table);
            }
        }
        try (Table table = (Table) reads.get(id, Duration.ZERO)) {
            IntVector read = (IntVector) table.batches().get(0).getVector("n");
            long sum = 0;
            for (int i = 0; i < read.getValueCount(); i++) {
                sum += read.get(i);
            }
            assertThat(sum).isEqualTo(99_999L * 50_000);
        }
        assertThat(reader.copied()).isZero();
        writer.dereference(id);
    }

    @Test
    void shouldCountExactlyWhatIsCopied() {
        List<ObjectId> ids = List.of(writes.put(new int[1000]), writes.put("12345"), writes.put(7L));
        ids.forEach(id -> reads.get(id, Duration.ZERO));
        assertThat(reader.copied()).isEqualTo(4000 + 5 + 8);
        ids.forEach(writer::dereference);
    }

    @Test
    void shouldLeaveNothingWhenThereIsNoRoom() {
        ObjectCodec hurried = new ObjectCodec(writer, id -> null, Duration.ZERO);
        long before = writer.stats().get(StoreLayout.STATS_OBJECTS);
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> hurried.put(ByteBuffer.allocate(300 << 20))))
                .isInstanceOf(io.atoll.ObjectStoreFullException.class)
                .hasMessageContaining((300 << 20) + " bytes asked");
        assertThat(writer.stats().get(StoreLayout.STATS_OBJECTS)).isEqualTo(before);
    }
}
