package io.atoll.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.UnserializableException;
import io.atoll.internal.objects.Fixture;
import io.atoll.internal.store.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compare.VectorEqualsVisitor;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TableTest {
    private Fixture fixture;
    private BufferAllocator allocator;

    @BeforeEach
    void open() {
        fixture = new Fixture();
        allocator = new RootAllocator();
    }

    @AfterEach
    void close() {
        fixture.close();
        allocator.close();
    }

    @Test
    void shouldReadARootAsAViewOfTheStore() {
        try (VectorSchemaRoot root = people(3, 1)) {
            ObjectId id = fixture.codec.put(root);
            try (VectorSchemaRoot read = (VectorSchemaRoot) fixture.codec.get(id, Duration.ZERO);
                    ObjectStore.Pin pin = fixture.store.tryGet(id)) {
                assertEqual(read, root);
                for (FieldVector vector : read.getFieldVectors()) {
                    for (ArrowBuf buffer : vector.getBuffers(false)) {
                        assertThat(buffer.memoryAddress()).isBetween(pin.address(), pin.address() + pin.size());
                        assertThat(buffer.memoryAddress() % 64).isZero();
                    }
                }
            }
            assertThat(fixture.copied()).isZero();
            fixture.store.dereference(id);
        }
    }

    @Test
    void shouldKeepASingleVector() {
        try (IntVector vector = ints("n", 1, null, 3)) {
            try (IntVector read = (IntVector) fixture.roundTrip(vector)) {
                assertThat(read.getName()).isEqualTo("n");
                assertThat(read.get(0)).isEqualTo(1);
                assertThat(read.isNull(1)).isTrue();
                assertThat(read.get(2)).isEqualTo(3);
            }
        }
        assertThat(fixture.pins()).isZero();
    }

    @Test
    void shouldKeepBatchesAndDictionaries() {
        VarCharVector words = new VarCharVector("words", allocator);
        setAll(words, "red", "green", "blue");
        Dictionary dictionary = new Dictionary(words, new DictionaryEncoding(7, true, null));
        DictionaryProvider.MapDictionaryProvider provider = new DictionaryProvider.MapDictionaryProvider(dictionary);
        List<VectorSchemaRoot> batches = new ArrayList<>();
        for (String[] batch : new String[][] {{"blue", "red"}, {"green"}}) {
            try (VarCharVector plain = new VarCharVector("colour", allocator)) {
                setAll(plain, batch);
                FieldVector encoded = (FieldVector) DictionaryEncoder.encode(plain, dictionary);
                batches.add(new VectorSchemaRoot(List.of(encoded)));
            }
        }
        try (Table table = Table.of(provider, batches);
                Table read = (Table) fixture.roundTrip(table)) {
            assertThat(read.rowCount()).isEqualTo(3);
            assertThat(read.schema()).isEqualTo(table.schema());
            FieldVector encoded = read.batches().get(0).getVector("colour");
            try (FieldVector plain = (FieldVector) DictionaryEncoder.decode(
                    encoded,
                    read.dictionaries()
                            .lookup(encoded.getField().getDictionary().getId()))) {
                assertThat(plain.getObject(0)).hasToString("blue");
                assertThat(plain.getObject(1)).hasToString("red");
            }
            assertThatThrownBy(() -> fixture.codec.put(batches.get(0)))
                    .isInstanceOf(UnserializableException.class)
                    .hasMessageContaining("column colour is encoded with dictionary 7");
        }
        assertThat(fixture.pins()).isZero();
    }

    @Test
    void shouldStoreWhatAnyArrowReads() throws Exception {
        try (VectorSchemaRoot root = people(100, 5)) {
            byte[] bytes = bytesOf(root);
            try (ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(bytes), allocator)) {
                assertThat(reader.loadNextBatch()).isTrue();
                assertEqual(reader.getVectorSchemaRoot(), root);
                assertThat(reader.loadNextBatch()).isFalse();
            }
        }
    }

    @Test
    void shouldTakeAllBatchesOfAReader() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (VectorSchemaRoot root = people(10, 2);
                ArrowStreamWriter writer = new ArrowStreamWriter(root, null, out)) {
            writer.writeBatch();
            writer.writeBatch();
        }
        try (ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(out.toByteArray()), allocator);
                Table table = Table.readAll(reader);
                Table read = (Table) fixture.roundTrip(table)) {
            assertThat(read.batches()).hasSize(2);
            assertThat(read.rowCount()).isEqualTo(20);
            assertEqual(read.batches().get(1), table.batches().get(1));
        }
    }

    @Test
    void shouldTakeDictionariesThatGrow() throws Exception {
        byte[] bytes = streamOfTwo(List.of("red", "green"), List.of("red", "green", "blue"));
        try (ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(bytes), allocator);
                Table table = Table.readAll(reader)) {
            reader.close();
            try (Table read = (Table) fixture.roundTrip(table)) {
                FieldVector words = read.dictionaries().lookup(7).getVector();
                assertThat(words.getValueCount()).isEqualTo(3);
                assertThat(words.getObject(2)).hasToString("blue");
                assertThat(read.batches().get(1).getVector("colour").getObject(0))
                        .isEqualTo(2);
            }
        }
    }

    @Test
    void shouldRefuseAReplacedDictionary() throws Exception {
        byte[] bytes = streamOfTwo(List.of("red", "green"), List.of("red", "blue"));
        try (ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(bytes), allocator)) {
            assertThatThrownBy(() -> Table.readAll(reader))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("dictionary 7 of 2 values is replaced by another of 2");
        }
    }

    /** Two batches, each of one row with the last word of its dictionary. */
    private byte[] streamOfTwo(List<String> first, List<String> second) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (VarCharVector words = new VarCharVector("words", allocator);
                IntVector index = new IntVector(
                        "colour",
                        new FieldType(
                                true,
                                new ArrowType.Int(32, true),
                                new DictionaryEncoding(7, false, new ArrowType.Int(32, true))),
                        allocator);
                VectorSchemaRoot root = new VectorSchemaRoot(List.of((FieldVector) index))) {
            Dictionary dictionary = new Dictionary(words, index.getField().getDictionary());
            try (ArrowStreamWriter writer =
                    new ArrowStreamWriter(root, new DictionaryProvider.MapDictionaryProvider(dictionary), out)) {
                for (List<String> each : List.of(first, second)) {
                    setAll(words, each.toArray(new String[0]));
                    index.setSafe(0, each.size() - 1);
                    root.setRowCount(1);
                    writer.writeBatch();
                }
            }
        }
        return out.toByteArray();
    }

    @Test
    void shouldPutAViewAgain() {
        try (VectorSchemaRoot root = people(50, 3);
                VectorSchemaRoot read = (VectorSchemaRoot) fixture.roundTrip(root);
                VectorSchemaRoot again = (VectorSchemaRoot) fixture.roundTrip(read)) {
            assertEqual(again, root);
        }
    }

    @Test
    void shouldSliceAndTransferAView() {
        try (VectorSchemaRoot root = people(50, 3)) {
            VectorSchemaRoot read = (VectorSchemaRoot) fixture.roundTrip(root);
            VectorSchemaRoot slice = read.slice(10, 5);
            read.close();
            assertThat(slice.getVector("name").getObject(1)).hasToString("name 11");
            assertThat(fixture.pins()).isEqualTo(1);
            slice.close();
        }
        assertThat(fixture.pins()).isZero();
    }

    @Test
    void shouldUnpinWhenNoVectorIsReachable() {
        useAndDropOneVector();
        Fixture.collectUntil(() -> fixture.pins() == 0);
    }

    private void useAndDropOneVector() {
        try (VectorSchemaRoot root = people(50, 3)) {
            FieldVector kept = ((VectorSchemaRoot) fixture.roundTrip(root)).getVector("id");
            System.gc();
            assertThat(fixture.pins()).isEqualTo(1);
            assertThat(((IntVector) kept).get(49)).isEqualTo(49);
        }
    }

    @Test
    void shouldThrowAfterClose() {
        try (VectorSchemaRoot root = people(5, 3);
                Table table = Table.of(root)) {
            Table read = (Table) fixture.roundTrip(table);
            IntVector ids = (IntVector) read.batches().get(0).getVector("id");
            read.close();
            read.close();
            assertThatThrownBy(read::batches).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> ids.get(0)).isInstanceOf(RuntimeException.class);
        }
    }

    private byte[] bytesOf(Object value) {
        ObjectId id = fixture.codec.put(value);
        try (ObjectStore.Pin pin = fixture.store.tryGet(id)) {
            byte[] bytes = new byte[(int) pin.size()];
            io.atoll.internal.store.Memory.copyToArray(pin.address(), bytes, bytes.length);
            return bytes;
        } finally {
            fixture.store.dereference(id);
        }
    }

    private VectorSchemaRoot people(int rows, int nullEvery) {
        IntVector id = new IntVector("id", allocator);
        Float8Vector height = new Float8Vector("height", allocator);
        VarCharVector name = new VarCharVector("name", allocator);
        for (int i = 0; i < rows; i++) {
            id.setSafe(i, i);
            height.setSafe(i, i * 0.5);
            if (i % nullEvery == 1) {
                name.setNull(i);
            } else {
                name.setSafe(i, ("name " + i).getBytes(StandardCharsets.UTF_8));
            }
        }
        id.setValueCount(rows);
        height.setValueCount(rows);
        name.setValueCount(rows);
        return new VectorSchemaRoot(List.of(id, height, name));
    }

    private IntVector ints(String name, Integer... values) {
        IntVector vector = new IntVector(name, allocator);
        for (int i = 0; i < values.length; i++) {
            if (values[i] != null) {
                vector.setSafe(i, values[i]);
            }
        }
        vector.setValueCount(values.length);
        return vector;
    }

    private static void setAll(VarCharVector vector, String... values) {
        for (int i = 0; i < values.length; i++) {
            vector.setSafe(i, values[i].getBytes(StandardCharsets.UTF_8));
        }
        vector.setValueCount(values.length);
    }

    private static void assertEqual(VectorSchemaRoot read, VectorSchemaRoot expected) {
        assertThat(read.getSchema()).isEqualTo(expected.getSchema());
        assertThat(read.getRowCount()).isEqualTo(expected.getRowCount());
        for (FieldVector vector : expected.getFieldVectors()) {
            assertThat(VectorEqualsVisitor.vectorEquals(vector, read.getVector(vector.getName())))
                    .as(vector.getName())
                    .isTrue();
        }
    }
}
