package io.atoll.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.ObjectId;
import io.atoll.internal.objects.Fixture;
import io.atoll.internal.store.Memory;
import io.atoll.internal.store.ObjectStore;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterProperty;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compare.VectorEqualsVisitor;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/** Tables of any schema come back equal, and Arrow's own reader reads the same from their bytes. */
class TablePropertyTest {
    private static final long DICTIONARY = 3;
    private static final int WORDS = 5;
    private static final int WIDTH = 2;
    private static final int DEEPEST = 3;

    private final Fixture fixture = Fixture.shared();
    private final BufferAllocator allocator = new RootAllocator();

    @Property(tries = 200)
    void shouldKeepAnyTable(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 5) int columns,
            @ForAll @IntRange(min = 1, max = 4) int batches,
            @ForAll @IntRange(max = 40) int rows)
            throws Exception {
        Random random = new Random(seed);
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < columns; i++) {
            fields.add(field("c" + i, 0, random));
        }
        Schema schema = new Schema(fields);
        try (Table table = table(schema, batches, rows, random)) {
            ObjectId id = fixture.codec.put(table);
            try (Table read = (Table) fixture.codec.get(id, Duration.ZERO)) {
                assertThat(read.schema()).isEqualTo(schema);
                assertThat(read.batches()).hasSize(batches);
                for (int i = 0; i < batches; i++) {
                    assertEqual(read.batches().get(i), table.batches().get(i));
                }
            }
            try (ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(bytesOf(id)), allocator)) {
                for (VectorSchemaRoot batch : table.batches()) {
                    assertThat(reader.loadNextBatch()).isTrue();
                    assertEqual(reader.getVectorSchemaRoot(), batch);
                }
                assertThat(reader.loadNextBatch()).isFalse();
            }
            fixture.store.dereference(id);
        }
        assertThat(fixture.pins()).isZero();
        assertThat(allocator.getAllocatedMemory()).isZero();
    }

    @AfterProperty
    void close() {
        fixture.close();
        allocator.close();
    }

    private byte[] bytesOf(ObjectId id) {
        try (ObjectStore.Pin pin = fixture.store.tryGet(id)) {
            byte[] bytes = new byte[(int) pin.size()];
            Memory.copyToArray(pin.address(), bytes, bytes.length);
            return bytes;
        }
    }

    private static void assertEqual(VectorSchemaRoot read, VectorSchemaRoot expected) {
        assertThat(read.getRowCount()).isEqualTo(expected.getRowCount());
        for (int i = 0; i < expected.getFieldVectors().size(); i++) {
            FieldVector vector = expected.getVector(i);
            assertThat(VectorEqualsVisitor.vectorEquals(vector, read.getVector(i)))
                    .as(vector.getField().toString())
                    .isTrue();
        }
    }

    private static Field field(String name, int depth, Random random) {
        boolean nullable = random.nextBoolean();
        switch (random.nextInt(depth < DEEPEST ? 8 : 4)) {
            case 0:
                return new Field(name, new FieldType(nullable, new ArrowType.Int(64, true), null), null);
            case 1:
                return new Field(name, new FieldType(nullable, new ArrowType.Utf8(), null), null);
            case 2:
                return new Field(name, new FieldType(nullable, new ArrowType.Bool(), null), null);
            case 3:
                ArrowType.Int index = new ArrowType.Int(32, true);
                DictionaryEncoding encoding = new DictionaryEncoding(DICTIONARY, false, index);
                return new Field(name, new FieldType(nullable, index, encoding), null);
            case 4:
            case 5:
                List<Field> children = List.of(field("a", depth + 1, random), field("b", depth + 1, random));
                return new Field(name, new FieldType(nullable, new ArrowType.Struct(), null), children);
            case 6:
                Field each = field("$data$", depth + 1, random);
                return new Field(name, new FieldType(nullable, new ArrowType.List(), null), List.of(each));
            default:
                Field one = field("$data$", depth + 1, random);
                return new Field(name, new FieldType(nullable, new ArrowType.FixedSizeList(WIDTH), null), List.of(one));
        }
    }

    private Table table(Schema schema, int batches, int rows, Random random) {
        VarCharVector words = new VarCharVector("words", allocator);
        fill(words, WORDS, random);
        DictionaryEncoding encoding = new DictionaryEncoding(DICTIONARY, false, new ArrowType.Int(32, true));
        List<VectorSchemaRoot> made = new ArrayList<>();
        for (int i = 0; i < batches; i++) {
            VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
            int count = random.nextInt(rows + 1);
            root.getFieldVectors().forEach(vector -> fill(vector, count, random));
            root.setRowCount(count);
            if (count > 0 && random.nextBoolean()) {
                int from = random.nextInt(count);
                VectorSchemaRoot slice = root.slice(from, random.nextInt(count - from + 1));
                root.close();
                root = slice;
            }
            made.add(root);
        }
        Table table = Table.of(new DictionaryProvider.MapDictionaryProvider(new Dictionary(words, encoding)), made);
        if (table.ownDictionaries().isEmpty()) {
            words.close();
        }
        return table;
    }

    private static void fill(FieldVector vector, int rows, Random random) {
        vector.setInitialCapacity(rows);
        vector.allocateNew();
        boolean nullable = vector.getField().isNullable();
        int inside = 0;
        for (int i = 0; i < rows; i++) {
            boolean isNull = nullable && random.nextInt(4) == 0;
            if (isNull) {
                vector.setNull(i);
            } else if (vector instanceof BigIntVector longs) {
                longs.setSafe(i, random.nextLong());
            } else if (vector instanceof IntVector indices) {
                indices.setSafe(i, random.nextInt(WORDS));
            } else if (vector instanceof BitVector bits) {
                bits.setSafe(i, random.nextInt(2));
            } else if (vector instanceof VarCharVector text) {
                text.setSafe(i, "é".repeat(random.nextInt(9)).getBytes(StandardCharsets.UTF_8));
            } else if (vector instanceof StructVector struct) {
                struct.setIndexDefined(i);
            } else if (vector instanceof FixedSizeListVector list) {
                list.setNotNull(i);
            } else if (vector instanceof ListVector list) {
                int length = random.nextInt(4);
                list.startNewValue(i);
                list.endValue(i, length);
                inside += length;
            }
        }
        int below = vector instanceof StructVector ? rows : vector instanceof ListVector ? inside : WIDTH * rows;
        vector.getChildrenFromFields().forEach(child -> fill(child, below, random));
        vector.setValueCount(rows);
    }
}
