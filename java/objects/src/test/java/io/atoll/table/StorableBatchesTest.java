package io.atoll.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.UnserializableException;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.objects.Fixture;
import io.atoll.internal.store.Memory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.DenseUnionVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.RunEndEncodedVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.complex.impl.NullableStructWriter;
import org.apache.arrow.vector.complex.impl.UnionListWriter;
import org.apache.arrow.vector.complex.impl.UnionMapWriter;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.UnionMode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A batch that can be put can be got, by us and by any reader of Arrow, with the values that it has; or it is refused. */
class StorableBatchesTest {
    private static final ArrowType INT = new ArrowType.Int(32, true);
    private static final ArrowType LONG = new ArrowType.Int(64, true);
    private static final ArrowType TEXT = new ArrowType.Utf8();

    private final Fixture fixture = new Fixture();
    private final RootAllocator allocator = new RootAllocator();
    private final List<String> wrong = new ArrayList<>();
    private int refused;

    @AfterEach
    void close() {
        allocator.close();
        fixture.close();
        assertThat(wrong).isEmpty();
    }

    private static Field field(String name, ArrowType type, Field... children) {
        return new Field(name, FieldType.nullable(type), children.length == 0 ? null : List.of(children));
    }

    private static Field map(String name, String entries, String key, String value, boolean isNullable) {
        return field(
                name,
                new ArrowType.Map(false),
                new Field(
                        entries,
                        FieldType.notNullable(ArrowType.Struct.INSTANCE),
                        List.of(
                                new Field(key, new FieldType(false, LONG, null, Map.of("note", key)), null),
                                new Field(value, new FieldType(isNullable, TEXT, null), null))));
    }

    private VectorSchemaRoot root(Field... fields) {
        return VectorSchemaRoot.create(new Schema(List.of(fields), Map.of("pandas", "{}")), allocator);
    }

    private static String shown(VectorSchemaRoot root) {
        StringBuilder text = new StringBuilder();
        for (FieldVector vector : root.getFieldVectors()) {
            text.append(vector.getField());
            for (int i = 0; i < root.getRowCount(); i++) {
                text.append(vector.getObject(i)).append(';');
            }
        }
        return text.append(root.getSchema().getCustomMetadata()).toString();
    }

    private void check(String what, VectorSchemaRoot root) {
        String expected = shown(root);
        try {
            ObjectId id = fixture.codec.put(root);
            try {
                try (VectorSchemaRoot read = (VectorSchemaRoot) fixture.codec.get(id, Duration.ZERO)) {
                    compare(what, expected, shown(read));
                }
                compare(what + ", by another reader", expected, byArrow(fixture.codec.encode(root)));
            } finally {
                fixture.store.dereference(id);
            }
        } catch (UnserializableException e) {
            refused++;
        } catch (RuntimeException | IOException e) {
            wrong.add(what + ": " + e);
        }
    }

    private void compare(String what, String expected, String read) {
        if (!read.equals(expected)) {
            wrong.add(what + ": " + read + " instead of " + expected);
        }
    }

    private static byte[] bytes(Encoded encoded) {
        byte[] bytes = new byte[(int) encoded.size()];
        long block = Memory.allocate(bytes.length + 64L);
        try {
            encoded.writeTo(block + 63 & -64);
            Memory.copyToArray(block + 63 & -64, bytes, bytes.length);
            return bytes;
        } finally {
            Memory.free(block);
        }
    }

    private String byArrow(Encoded encoded) throws IOException {
        byte[] bytes = bytes(encoded);
        try (ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(bytes), allocator)) {
            assertThat(reader.loadNextBatch()).isTrue();
            return shown(reader.getVectorSchemaRoot());
        }
    }

    @Test
    void shouldStoreWhatWritersHaveAddedOrRefuseIt() {
        try (VectorSchemaRoot root = root(field("st", ArrowType.Struct.INSTANCE, field("x", INT)))) {
            NullableStructWriter writer = ((StructVector) root.getVector(0)).getWriter();
            writer.setPosition(0);
            writer.start();
            writer.integer("x").writeInt(1);
            writer.bigInt("added").writeBigInt(2);
            writer.end();
            writer.setValueCount(1);
            root.setRowCount(1);
            check("a struct's writer adds a child", root);
            assertThat(refused).isZero();
        }
        try (VectorSchemaRoot root = root(field("li", new ArrowType.List(), field("$data$", INT)))) {
            UnionListWriter writer = ((ListVector) root.getVector(0)).getWriter();
            writer.setPosition(0);
            writer.startList();
            writer.bigInt().writeBigInt(5);
            writer.endList();
            writer.setValueCount(1);
            root.setRowCount(1);
            check("a list's writer says of what", root);
        }
        try (VectorSchemaRoot root = root(map("m", "entry", "id", "value", true))) {
            UnionMapWriter writer = ((MapVector) root.getVector(0)).getWriter();
            writer.setPosition(0);
            writer.startMap();
            writer.startEntry();
            writer.key().bigInt().writeBigInt(1);
            writer.value().bigInt().writeBigInt(7);
            writer.endEntry();
            writer.endMap();
            writer.setValueCount(1);
            root.setRowCount(1);
            check("a map's writer renames key and value", root);
        }
    }

    @Test
    void shouldKeepTheNamesInMaps() {
        for (Field field : List.of(
                map("usual", "entries", "key", "value", true),
                map("spark", "key_value", "key", "value", true),
                map("own", "entry", "id", "text", true),
                map("required values", "entries", "k", "v", false))) {
            try (VectorSchemaRoot root = root(field)) {
                fill((MapVector) root.getVector(0));
                root.setRowCount(4);
                check(field.getName(), root);
            }
        }
        Field inner = map("value", "entries", "key", "value", true);
        Field outer = field(
                "nested",
                new ArrowType.Map(true),
                new Field(
                        "entries",
                        FieldType.notNullable(ArrowType.Struct.INSTANCE),
                        List.of(new Field("key", FieldType.notNullable(LONG), null), inner)));
        try (VectorSchemaRoot root = root(outer)) {
            MapVector map = (MapVector) root.getVector(0);
            map.setInitialCapacity(8);
            map.allocateNew();
            StructVector entries = (StructVector) map.getDataVector();
            fill((MapVector) entries.getChildByOrdinal(1));
            map.startNewValue(0);
            map.endValue(0, 4);
            map.setNull(1);
            BigIntVector keys = (BigIntVector) entries.getChildByOrdinal(0);
            for (int i = 0; i < 4; i++) {
                entries.setIndexDefined(i);
                keys.setSafe(i, i * 10L);
            }
            keys.setValueCount(4);
            entries.setValueCount(4);
            map.setValueCount(2);
            root.setRowCount(2);
            check("a map of maps", root);
        }
        assertThat(refused).isZero();
    }

    /** Two entries, null, none, and one. */
    private static void fill(MapVector map) {
        map.setInitialCapacity(8);
        map.allocateNew();
        StructVector entries = (StructVector) map.getDataVector();
        BigIntVector keys = (BigIntVector) entries.getChildByOrdinal(0);
        VarCharVector values = (VarCharVector) entries.getChildByOrdinal(1);
        boolean isNullable = values.getField().isNullable();
        map.startNewValue(0);
        map.endValue(0, 2);
        map.setNull(1);
        map.startNewValue(2);
        map.endValue(2, 0);
        map.startNewValue(3);
        map.endValue(3, 1);
        for (int i = 0; i < 3; i++) {
            entries.setIndexDefined(i);
            keys.setSafe(i, i + 1L);
            if (i != 1 || !isNullable) {
                values.setSafe(i, new byte[] {(byte) ('a' + i)});
            }
        }
        keys.setValueCount(3);
        values.setValueCount(3);
        entries.setValueCount(3);
        map.setValueCount(4);
    }

    @Test
    void shouldStoreNestedListsWithoutValues() {
        dirty();
        for (ArrowType outer : List.of(
                new ArrowType.List(),
                new ArrowType.LargeList(),
                new ArrowType.ListView(),
                new ArrowType.LargeListView(),
                new ArrowType.FixedSizeList(2))) {
            for (Field inner : List.of(
                    field("item", TEXT),
                    field("item", new ArrowType.List(), field("item", new ArrowType.Int(8, true))),
                    field("item", new ArrowType.LargeList(), field("item", new ArrowType.LargeUtf8())),
                    field(
                            "item",
                            ArrowType.Struct.INSTANCE,
                            field("l", new ArrowType.LargeList(), field("item", TEXT))))) {
                for (int rows : new int[] {0, 1, 5}) {
                    try (VectorSchemaRoot root = root(field("c", outer, inner))) {
                        if (rows > 0) {
                            root.allocateNew();
                            root.getVector(0).setValueCount(rows);
                        }
                        root.setRowCount(rows);
                        check(outer + " of " + inner.getType() + ", " + rows + " rows", root);
                    }
                }
            }
        }
        assertThat(refused).isZero();
    }

    @Test
    void shouldStoreBatchesWithoutRowsAndColumnsOfNulls() {
        dirty();
        List<Field> fields = List.of(
                field("s", TEXT),
                field("ls", new ArrowType.LargeUtf8()),
                field("b", new ArrowType.Binary()),
                field("view", new ArrowType.Utf8View()),
                field("bool", new ArrowType.Bool()),
                field("n", new ArrowType.Null()),
                field("fsl", new ArrowType.FixedSizeList(3), field("item", TEXT)),
                field(
                        "struct",
                        ArrowType.Struct.INSTANCE,
                        field("a", new ArrowType.List(), field("x", ArrowType.Struct.INSTANCE, field("y", TEXT)))),
                map("map", "entries", "key", "value", true),
                field("dec", new ArrowType.Decimal(60, 3, 256)),
                field("ts", new ArrowType.Timestamp(TimeUnit.NANOSECOND, "UTC")),
                field(
                        "dense",
                        new ArrowType.Union(UnionMode.Dense, new int[] {0, 1}),
                        field("i", INT),
                        field("t", TEXT)),
                field(
                        "sparse",
                        new ArrowType.Union(UnionMode.Sparse, new int[] {4, 7}),
                        field("i", INT),
                        field("t", TEXT)),
                field(
                        "runs",
                        new ArrowType.RunEndEncoded(),
                        new Field("run_ends", FieldType.notNullable(INT), null),
                        field("values", TEXT)));
        for (Field field : fields) {
            for (int rows : new int[] {-1, 0, 1, 9}) {
                try (VectorSchemaRoot root = root(field)) {
                    if (rows > 0) {
                        nulls(root, rows);
                    }
                    root.setRowCount(Math.max(0, rows));
                    check(field.getName() + ", " + rows + " rows", root);
                }
            }
        }
        try (VectorSchemaRoot root = new VectorSchemaRoot(new Schema(List.of()), List.of(), 5)) {
            check("no columns and 5 rows", root);
        }
        try (VectorSchemaRoot root = root(field("x", INT), field("x", TEXT))) {
            nulls(root, 1);
            root.setRowCount(1);
            check("two columns of one name", root);
        }
        assertThat(refused).isZero();
    }

    /** Which Arrow says is there, of a list that has no memory. */
    @Test
    void shouldWriteTheFirstOffsetOfAListWithoutRows() {
        for (ArrowType type : List.of(new ArrowType.List(), new ArrowType.LargeList())) {
            try (VectorSchemaRoot root =
                    root(field("c", type, field("item", new ArrowType.List(), field("item", TEXT))))) {
                root.setRowCount(0);
                byte[] bytes = bytes(fixture.codec.encode(root));
                int last = bytes.length - 8; // the end mark, behind the only bytes of the body: offsets, all 0
                assertThat(last).isGreaterThan(3 * 64);
                for (int i = last - 64; i < last; i++) {
                    assertThat(bytes[i]).isZero();
                }
            }
        }
    }

    /** The offset before the first row may be any, as long as there is no row. */
    @Test
    void shouldStoreVectorsWithoutRowsWhateverTheirFirstOffset() {
        try (VectorSchemaRoot root = root(field("t", TEXT), field("l", new ArrowType.List(), field("item", INT)))) {
            root.allocateNew();
            ((VarCharVector) root.getVector("t")).getOffsetBuffer().setInt(0, 9);
            ((ListVector) root.getVector("l")).getOffsetBuffer().setInt(0, 9);
            root.setRowCount(0);
            try (VectorSchemaRoot read = (VectorSchemaRoot) fixture.roundTrip(root)) {
                assertThat(read.getRowCount()).isZero();
            }
        }
    }

    @Test
    void shouldRefuseVectorsThatMakeNoSense() {
        try (ListVector list = ListVector.empty("l", allocator)) {
            list.addOrGetVector(FieldType.nullable(INT));
            list.allocateNew();
            list.setValueCount(100);
            list.getOffsetBuffer().capacity(Integer.BYTES);
            assertThatThrownBy(() -> fixture.codec.put(list)).isInstanceOf(UnserializableException.class);
        }
    }

    private static void nulls(VectorSchemaRoot root, int rows) {
        root.allocateNew();
        for (FieldVector vector : root.getFieldVectors()) {
            if (vector instanceof RunEndEncodedVector runs) {
                ((IntVector) runs.getRunEndsVector()).setSafe(0, rows);
                runs.getRunEndsVector().setValueCount(1);
                runs.getValuesVector().setValueCount(1);
            } else if (vector instanceof DenseUnionVector union) {
                for (int i = 0; i < rows; i++) {
                    union.setTypeId(i, (byte) 0);
                }
                union.getVectorByType((byte) 0).setValueCount(rows);
            }
            vector.setValueCount(rows);
        }
    }

    /** Memory that was used before is not zero. */
    private void dirty() {
        List<ArrowBuf> used = new ArrayList<>();
        BufferAllocator from = allocator;
        for (int bytes = 1; bytes <= 1 << 16; bytes *= 2) {
            ArrowBuf buffer = from.buffer(bytes);
            buffer.setOne(0, (int) buffer.capacity());
            used.add(buffer);
        }
        used.forEach(ArrowBuf::close);
    }
}
