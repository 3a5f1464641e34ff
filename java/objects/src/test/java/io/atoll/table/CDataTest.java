package io.atoll.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.internal.objects.Fixture;
import io.atoll.internal.store.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.arrow.c.ArrowArray;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.ArrowSchema;
import org.apache.arrow.c.CDataDictionaryProvider;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables and the C data interface; the allocator tells when a release callback has run, and that it ran once. */
class CDataTest {
    private static final int ROWS = 1000;

    private Fixture fixture;
    private BufferAllocator allocator;

    @BeforeEach
    void open() {
        fixture = Fixture.shared();
        allocator = new RootAllocator();
        CData.load();
    }

    @AfterEach
    void close() {
        fixture.close();
        allocator.close();
    }

    @Test
    void shouldExportATableThatStaysPinnedUntilItsConsumerReleasesIt() throws Exception {
        ObjectId id;
        try (Table table = Table.of(rows(0), rows(ROWS))) {
            id = fixture.codec.put(table);
        }
        assertThat(allocator.getAllocatedMemory()).isZero();
        try (ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator);
                ObjectStore.Pin pin = fixture.store.tryGet(id)) {
            try (Table read = (Table) fixture.codec.get(id, Duration.ZERO)) {
                CData.exportTo(read, stream);
            }
            assertThat(fixture.pins())
                    .as("the view is closed, the stream is not")
                    .isEqualTo(2);
            VectorSchemaRoot last;
            try (ArrowReader consumer = Data.importArrayStream(allocator, stream)) {
                assertThat(consumer.loadNextBatch()).isTrue();
                assertRows(consumer.getVectorSchemaRoot(), 0);
                assertLiesIn(pin, consumer.getVectorSchemaRoot());
                assertThat(consumer.loadNextBatch()).isTrue();
                last = ArrowShares.of(consumer.getVectorSchemaRoot());
                assertThat(consumer.loadNextBatch()).isFalse();
            }
            assertThat(fixture.pins())
                    .as("the stream is released, an array is not")
                    .isEqualTo(2);
            assertRows(last, ROWS);
            last.close();
            assertThat(fixture.pins()).isEqualTo(1);
            assertThatThrownBy(() -> last.getVector("id").getObject(0)).isInstanceOf(RuntimeException.class);
        }
        fixture.store.dereference(id);
    }

    @Test
    void shouldReleaseAnExportedBatchOnce() {
        ObjectId id;
        try (VectorSchemaRoot root = rows(5)) {
            id = fixture.codec.put(root);
        }
        try (ArrowArray array = ArrowArray.allocateNew(allocator);
                ArrowSchema schema = ArrowSchema.allocateNew(allocator)) {
            try (VectorSchemaRoot read = (VectorSchemaRoot) fixture.codec.get(id, Duration.ZERO)) {
                Data.exportVectorSchemaRoot(allocator, read, null, array, schema);
            }
            assertThat(fixture.pins()).isEqualTo(1);
            assertThat(array.snapshot().release).isNotZero();
            array.release();
            assertThat(array.snapshot().release).isZero();
            assertThat(fixture.pins()).isZero();
            schema.release();
        }
        fixture.store.dereference(id);
    }

    @Test
    void shouldKeepAnExportPinnedThroughCollections() {
        ObjectId id;
        try (VectorSchemaRoot root = rows(5)) {
            id = fixture.codec.put(root);
        }
        try (ArrowArray array = ArrowArray.allocateNew(allocator);
                ArrowSchema schema = ArrowSchema.allocateNew(allocator)) {
            exportAndDrop(id, array, schema);
            for (int i = 0; i < 5; i++) {
                System.gc();
            }
            assertThat(fixture.pins()).isEqualTo(1);
            try (VectorSchemaRoot imported = Data.importVectorSchemaRoot(allocator, array, schema, null)) {
                assertRows(imported, 5);
            }
        }
        Fixture.collectUntil(() -> fixture.pins() == 0); // the view that was dropped has its own uses
        fixture.store.dereference(id);
    }

    private void exportAndDrop(ObjectId id, ArrowArray array, ArrowSchema schema) {
        VectorSchemaRoot read = (VectorSchemaRoot) fixture.codec.get(id, Duration.ZERO);
        Data.exportVectorSchemaRoot(allocator, read, null, array, schema);
    }

    @Test
    void shouldTakeABatchOfNativeCode() {
        try (ArrowArray array = ArrowArray.allocateNew(allocator);
                ArrowSchema schema = ArrowSchema.allocateNew(allocator);
                CDataDictionaryProvider provider = new CDataDictionaryProvider()) {
            try (VectorSchemaRoot root = rows(7)) {
                Data.exportVectorSchemaRoot(allocator, root, null, array, schema);
            }
            ObjectId id;
            try (VectorSchemaRoot imported = Data.importVectorSchemaRoot(allocator, array, schema, provider)) {
                id = fixture.codec.put(imported);
            }
            try (VectorSchemaRoot read = (VectorSchemaRoot) fixture.codec.get(id, Duration.ZERO)) {
                assertRows(read, 7);
            }
            fixture.store.dereference(id);
        }
    }

    @Test
    void shouldTakeAStreamOfNativeCodeWithDictionaries() throws Exception {
        try (ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator)) {
            try (Table table = colours()) {
                CData.exportTo(table, stream);
            }
            ObjectId id;
            try (Table imported = CData.importFrom(stream, allocator)) {
                id = fixture.codec.put(imported);
            }
            try (Table read = (Table) fixture.codec.get(id, Duration.ZERO)) {
                assertThat(read.rowCount()).isEqualTo(6);
                FieldVector encoded = read.batches().get(1).getVector("colour");
                try (FieldVector plain = (FieldVector) DictionaryEncoder.decode(
                        encoded,
                        read.dictionaries()
                                .lookup(encoded.getField().getDictionary().getId()))) {
                    assertThat(plain.getObject(0)).hasToString("blue");
                    assertThat(plain.getObject(2)).hasToString("red");
                }
            }
            fixture.store.dereference(id);
        }
    }

    @Test
    void shouldRefuseAClosedTable() {
        Table table = Table.of(rows(1));
        table.close();
        try (ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator)) {
            assertThatThrownBy(() -> CData.exportTo(table, stream)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void shouldLeaveNoFileWhenKilled(@TempDir Path temporary) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Main.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        byte[] ready = process.getInputStream().readNBytes(Main.READY.length());
        process.destroyForcibly();
        assertThat(process.waitFor()).isEqualTo(128 + 9);
        assertThat(ready).asString(StandardCharsets.US_ASCII).isEqualTo(Main.READY);
        try (var left = Files.list(temporary)) {
            assertThat(left).isEmpty();
        }
    }

    static final class Main {
        static final String READY = "ready";

        public static void main(String[] args) throws Exception {
            CData.load();
            try (BufferAllocator allocator = new RootAllocator();
                    ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator);
                    Table table = Table.of(new VectorSchemaRoot(List.of(new IntVector("n", allocator))))) {
                CData.exportTo(table, stream);
                CData.importFrom(stream, allocator).close();
                System.out.print(READY);
                System.out.flush();
                Thread.sleep(Long.MAX_VALUE);
            }
        }
    }

    private static void assertLiesIn(ObjectStore.Pin pin, VectorSchemaRoot root) {
        for (FieldVector vector : root.getFieldVectors()) {
            assertLiesIn(pin, vector);
        }
    }

    private static void assertLiesIn(ObjectStore.Pin pin, FieldVector vector) {
        for (var buffer : vector.getFieldBuffers()) {
            assertThat(buffer.memoryAddress()).isBetween(pin.address(), pin.address() + pin.size());
        }
        vector.getChildrenFromFields().forEach(child -> assertLiesIn(pin, child));
    }

    private static void assertRows(VectorSchemaRoot root, int from) {
        assertThat(root.getRowCount()).isEqualTo(ROWS);
        for (int i = 0; i < ROWS; i += 100) {
            assertThat(root.getVector("id").getObject(i)).isEqualTo(from + i);
            assertThat(root.getVector("name").getObject(i)).hasToString("name " + (from + i));
            assertThat(root.getVector("list").getObject(i)).isEqualTo(List.of(i, from));
            assertThat(root.getVector("id").isNull(i + 1)).isTrue();
        }
    }

    private VectorSchemaRoot rows(int from) {
        IntVector id = new IntVector("id", allocator);
        VarCharVector name = new VarCharVector("name", allocator);
        ListVector list = ListVector.empty("list", allocator);
        UnionListWriter writer = list.getWriter();
        for (int i = 0; i < ROWS; i++) {
            if (i % 100 != 1) {
                id.setSafe(i, from + i);
            }
            name.setSafe(i, ("name " + (from + i)).getBytes(StandardCharsets.UTF_8));
            writer.setPosition(i);
            writer.startList();
            writer.writeInt(i);
            writer.writeInt(from);
            writer.endList();
        }
        id.setValueCount(ROWS);
        name.setValueCount(ROWS);
        list.setValueCount(ROWS);
        return new VectorSchemaRoot(List.of(id, name, list));
    }

    private Table colours() {
        VarCharVector words = words("words", "red", "green", "blue");
        Dictionary dictionary = new Dictionary(words, new DictionaryEncoding(7, true, null));
        return Table.of(
                new DictionaryProvider.MapDictionaryProvider(dictionary),
                List.of(encoded(dictionary, "red", "red", "green"), encoded(dictionary, "blue", "red", "red")));
    }

    private VectorSchemaRoot encoded(Dictionary dictionary, String... values) {
        try (VarCharVector plain = words("colour", values)) {
            return new VectorSchemaRoot(List.of((FieldVector) DictionaryEncoder.encode(plain, dictionary)));
        }
    }

    private VarCharVector words(String name, String... values) {
        VarCharVector vector = new VarCharVector(name, allocator);
        for (int i = 0; i < values.length; i++) {
            vector.setSafe(i, values[i].getBytes(StandardCharsets.UTF_8));
        }
        vector.setValueCount(values.length);
        return vector;
    }
}
