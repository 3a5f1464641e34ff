package io.atoll.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.ObjectId;
import io.atoll.internal.objects.Fixture;
import io.atoll.internal.store.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseLargeVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthViewVector;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compare.VectorEqualsVisitor;
import org.apache.arrow.vector.complex.DenseUnionVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.complex.UnionVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;
import org.apache.arrow.vector.complex.impl.UnionMapWriter;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.IntervalUnit;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.UnionMode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Vectors of many types go in and come back equal, their buffers lying in the store. */
public class ArrowTypesTest {
    private static final int ROWS = 130;

    public static Stream<Arguments> flat() {
        List<ArrowType> types = new ArrayList<>();
        for (int bits : new int[] {8, 16, 32, 64}) {
            types.add(new ArrowType.Int(bits, true));
            types.add(new ArrowType.Int(bits, false));
        }
        for (FloatingPointPrecision precision : FloatingPointPrecision.values()) {
            types.add(new ArrowType.FloatingPoint(precision));
        }
        for (TimeUnit unit : TimeUnit.values()) {
            types.add(new ArrowType.Timestamp(unit, null));
            types.add(new ArrowType.Timestamp(unit, "UTC"));
            types.add(new ArrowType.Duration(unit));
            types.add(new ArrowType.Time(unit, unit == TimeUnit.SECOND || unit == TimeUnit.MILLISECOND ? 32 : 64));
        }
        for (IntervalUnit unit : IntervalUnit.values()) {
            types.add(new ArrowType.Interval(unit));
        }
        types.add(new ArrowType.Bool());
        types.add(new ArrowType.Date(DateUnit.DAY));
        types.add(new ArrowType.Date(DateUnit.MILLISECOND));
        types.add(new ArrowType.Decimal(30, 4, 128));
        types.add(new ArrowType.Decimal(60, 4, 256));
        types.add(new ArrowType.FixedSizeBinary(5));
        types.add(new ArrowType.Utf8());
        types.add(new ArrowType.LargeUtf8());
        types.add(new ArrowType.Binary());
        types.add(new ArrowType.LargeBinary());
        types.add(new ArrowType.Utf8View());
        types.add(new ArrowType.BinaryView());
        types.add(new ArrowType.Null());
        return types.stream().map(type -> Arguments.of(type));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("flat")
    void shouldKeepFlatVectors(ArrowType type) {
        try (Fixture fixture = Fixture.shared()) {
            for (int rows : new int[] {0, 1, ROWS}) {
                roundTrip(fixture, allocator -> {
                    FieldVector vector = new Field("v", FieldType.nullable(type), null).createVector(allocator);
                    fill(vector, rows);
                    return vector;
                });
            }
        }
    }

    public static Stream<Arguments> nested() {
        return Stream.<Arguments>of(
                named("list", allocator -> {
                    ListVector vector = ListVector.empty("v", allocator);
                    UnionListWriter writer = vector.getWriter();
                    for (int i = 0; i < ROWS; i++) {
                        writer.setPosition(i);
                        if (i % 4 == 3) {
                            writer.writeNull();
                            continue;
                        }
                        writer.startList();
                        for (int j = 0; j < i % 5; j++) {
                            writer.writeInt(i * j);
                        }
                        writer.endList();
                    }
                    vector.setValueCount(ROWS);
                    return vector;
                }),
                named("large list", allocator -> {
                    LargeListVector vector = LargeListVector.empty("v", allocator);
                    vector.addOrGetVector(FieldType.nullable(new ArrowType.Int(64, true)));
                    BigIntVector inside = (BigIntVector) vector.getDataVector();
                    int at = 0;
                    for (int i = 0; i < ROWS; i++) {
                        vector.startNewValue(i);
                        for (int j = 0; j < i % 3; j++) {
                            inside.setSafe(at++, i + j);
                        }
                        vector.endValue(i, i % 3);
                    }
                    inside.setValueCount(at);
                    vector.setValueCount(ROWS);
                    return vector;
                }),
                named("fixed-size list", allocator -> {
                    FixedSizeListVector vector = FixedSizeListVector.empty("v", 3, allocator);
                    vector.addOrGetVector(FieldType.nullable(new ArrowType.Int(32, true)));
                    IntVector inside = (IntVector) vector.getDataVector();
                    for (int i = 0; i < ROWS; i++) {
                        vector.setNotNull(i);
                        for (int j = 0; j < 3; j++) {
                            inside.setSafe(3 * i + j, i * j);
                        }
                    }
                    inside.setValueCount(3 * ROWS);
                    vector.setValueCount(ROWS);
                    return vector;
                }),
                named("struct", allocator -> {
                    StructVector vector = StructVector.empty("v", allocator);
                    IntVector number =
                            vector.addOrGet("n", FieldType.nullable(new ArrowType.Int(32, true)), IntVector.class);
                    VarCharVector text =
                            vector.addOrGet("t", FieldType.nullable(new ArrowType.Utf8()), VarCharVector.class);
                    for (int i = 0; i < ROWS; i++) {
                        if (i % 7 == 0) {
                            vector.setNull(i);
                        } else {
                            vector.setIndexDefined(i);
                            number.setSafe(i, i);
                            text.setSafe(i, ("t" + i).getBytes(StandardCharsets.UTF_8));
                        }
                    }
                    vector.setValueCount(ROWS);
                    return vector;
                }),
                named("map", allocator -> {
                    MapVector vector = MapVector.empty("v", allocator, false);
                    UnionMapWriter writer = vector.getWriter();
                    for (int i = 0; i < ROWS; i++) {
                        writer.setPosition(i);
                        writer.startMap();
                        for (int j = 0; j < i % 3; j++) {
                            writer.startEntry();
                            writer.key().integer().writeInt(j);
                            writer.value().bigInt().writeBigInt(i * j);
                            writer.endEntry();
                        }
                        writer.endMap();
                    }
                    vector.setValueCount(ROWS);
                    return vector;
                }),
                named("sparse union", allocator -> {
                    UnionVector vector = UnionVector.empty("v", allocator);
                    IntVector number = vector.getIntVector();
                    BigIntVector large = vector.getBigIntVector();
                    number.allocateNew(ROWS);
                    large.allocateNew(ROWS);
                    for (int i = 0; i < ROWS; i++) {
                        boolean small = i % 2 == 0;
                        vector.setType(
                                i,
                                small
                                        ? org.apache.arrow.vector.types.Types.MinorType.INT
                                        : org.apache.arrow.vector.types.Types.MinorType.BIGINT);
                        if (small) {
                            number.set(i, i);
                        } else {
                            large.set(i, i);
                        }
                    }
                    vector.setValueCount(ROWS);
                    return vector;
                }),
                named("dense union", allocator -> {
                    DenseUnionVector vector = new DenseUnionVector(
                            "v",
                            allocator,
                            FieldType.nullable(new ArrowType.Union(UnionMode.Dense, new int[] {0, 1})),
                            null);
                    vector.initializeChildrenFromFields(List.of(
                            new Field("n", FieldType.nullable(new ArrowType.Int(32, true)), null),
                            new Field("l", FieldType.nullable(new ArrowType.Int(64, true)), null)));
                    IntVector number = (IntVector) vector.getVectorByType((byte) 0);
                    BigIntVector large = (BigIntVector) vector.getVectorByType((byte) 1);
                    for (int i = 0; i < ROWS; i++) {
                        byte type = (byte) (i % 2);
                        vector.setTypeId(i, type);
                        vector.setOffset(i, i / 2);
                        if (type == 0) {
                            number.setSafe(i / 2, i);
                        } else {
                            large.setSafe(i / 2, i);
                        }
                    }
                    number.setValueCount(ROWS / 2);
                    large.setValueCount(ROWS / 2);
                    vector.setValueCount(ROWS);
                    return vector;
                }));
    }

    private static Arguments named(String name, Function<BufferAllocator, FieldVector> made) {
        return Arguments.of(name, made);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("nested")
    void shouldKeepNestedVectors(String name, Function<BufferAllocator, FieldVector> made) {
        try (Fixture fixture = Fixture.shared()) {
            roundTrip(fixture, made);
        }
    }

    private static void roundTrip(Fixture fixture, Function<BufferAllocator, FieldVector> made) {
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector vector = made.apply(allocator)) {
            check(fixture, vector);
            int rows = vector.getValueCount();
            if (rows > 10 && !(vector instanceof NullVector)) {
                try (VectorSchemaRoot root = new VectorSchemaRoot(List.of(vector.getField()), List.of(vector), rows);
                        VectorSchemaRoot slice = root.slice(3, rows - 5)) {
                    check(fixture, slice.getVector(0));
                }
            }
        }
    }

    private static void check(Fixture fixture, FieldVector vector) {
        ObjectId id = fixture.codec.put(vector);
        try (ObjectStore.Pin pin = fixture.store.tryGet(id);
                FieldVector read = (FieldVector) fixture.codec.get(id, Duration.ZERO)) {
            assertThat(read.getClass()).isEqualTo(vector.getClass());
            assertThat(read.getField()).isEqualTo(vector.getField());
            assertThat(read.getValueCount()).isEqualTo(vector.getValueCount());
            assertThat(VectorEqualsVisitor.vectorEquals(read, vector)).isTrue();
            assertInside(read, pin);
            try (FieldVector again = (FieldVector) fixture.roundTrip(read)) {
                assertThat(VectorEqualsVisitor.vectorEquals(again, vector)).isTrue();
            }
        }
        assertThat(fixture.copied()).isZero();
        assertThat(fixture.pins()).isZero();
        fixture.store.dereference(id);
    }

    private static void assertInside(FieldVector vector, ObjectStore.Pin pin) {
        if (vector.getValueCount() > 0) {
            for (ArrowBuf buffer : vector.getFieldBuffers()) {
                if (buffer.capacity() > 0) {
                    assertThat(buffer.memoryAddress())
                            .as(vector.getField().toString())
                            .isBetween(pin.address(), pin.address() + pin.size() - buffer.capacity());
                }
            }
        }
        vector.getChildrenFromFields().forEach(child -> assertInside(child, pin));
    }

    /** Any bits are a value of a fixed-width type; every third row is null. */
    public static void fill(FieldVector vector, int rows) {
        Random random = new Random(rows);
        if (vector instanceof BaseFixedWidthVector fixed) {
            fixed.allocateNew(rows);
            for (long i = 0; i < fixed.getDataBuffer().capacity(); i++) {
                fixed.getDataBuffer().setByte(i, random.nextInt(256));
            }
            for (int i = 0; i < rows; i++) {
                if (i % 3 != 1) {
                    org.apache.arrow.vector.BitVectorHelper.setBit(fixed.getValidityBuffer(), i);
                }
            }
        }
        for (int i = 0; i < rows; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            if (i % 3 == 1) {
                continue;
            }
            if (vector instanceof BaseVariableWidthVector variable) {
                variable.setSafe(i, bytes);
            } else if (vector instanceof BaseLargeVariableWidthVector large) {
                large.setSafe(i, bytes);
            } else if (vector instanceof BaseVariableWidthViewVector view) {
                view.setSafe(i, bytes);
            }
        }
        vector.setValueCount(rows);
    }
}
