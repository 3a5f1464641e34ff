package io.atoll.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atoll.ObjectId;
import io.atoll.internal.arrow.ArrowStream;
import io.atoll.internal.graph.LaterTypes;
import io.atoll.internal.objects.Fixture;
import io.atoll.tensor.DType;
import io.atoll.tensor.Tensor;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseLargeVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthViewVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.Decimal256Vector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntervalMonthDayNanoVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.IntervalUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.Arguments;

/** What is stored is read by pyarrow from the raw bytes, value by value. `ci/setup` installs pyarrow. */
class PyArrowTest {
    private static final Path PYTHON = Path.of("../../build/pyarrow/bin/python");
    private static final int ROWS = 70;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @Test
    void shouldReadEveryTypeThatBothKnow() throws Exception {
        assumeTrue(Files.isExecutable(PYTHON), "ci/setup makes " + PYTHON);
        int written = 0;
        try (Fixture fixture = new Fixture()) {
            for (DType type : DType.values()) {
                byte[] bytes = new byte[24 * type.bytes()];
                new Random(type.ordinal()).nextBytes(bytes);
                for (int i = 0; i < bytes.length && type == DType.BOOL; i++) {
                    bytes[i] &= 1;
                }
                Tensor tensor = Tensor.of(type, ByteBuffer.wrap(bytes), 2, 3, 4);
                write(fixture, type + ".tensor", tensor, lines(tensor));
                Tensor part = tensor.transpose().slice(0, 0, 4, 2).reverse(1);
                write(fixture, type + "-part.tensor", part, lines(part));
                written += 2;
            }
            try (BufferAllocator allocator = new RootAllocator()) {
                for (ArrowType type : knownToBoth()) {
                    try (FieldVector vector = new Field("v", FieldType.nullable(type), null).createVector(allocator)) {
                        String name = type.toString().replaceAll("\\W", "_") + ".stream";
                        write(fixture, name, vector, fill(vector));
                        written++;
                    }
                }
                for (Arguments nested : ArrowTypesTest.nested().collect(Collectors.toList())) {
                    written += writeNested(fixture, allocator, nested);
                }
                for (Map.Entry<String, Function<BufferAllocator, FieldVector>> each : LaterTypes.ALL.entrySet()) {
                    written += writeNested(fixture, allocator, Arguments.of(each.getKey(), each.getValue()));
                }
                writeEncoded(fixture, allocator);
                written++;
            }
            Fixture.collectUntil(() -> fixture.pins() == 0);
        }
        Process python = new ProcessBuilder(PYTHON.toString(), "../../ci/pyarrow-check.py", folder.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(python.waitFor()).as(said).isZero();
        assertThat(said).endsWith(" read " + written + " objects\n");
    }

    /** Streams as pyarrow writes them, with what they hold in lines beside them. */
    @Test
    void shouldReadWhatPyArrowWrites() throws Exception {
        assumeTrue(Files.isExecutable(PYTHON), "ci/setup makes " + PYTHON);
        Process python = new ProcessBuilder(
                        PYTHON.toString(), "../../ci/pyarrow-check.py", "--write", folder.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(python.waitFor()).as(said).isZero();
        List<String> read = new ArrayList<>();
        try (Fixture fixture = Fixture.shared();
                DirectoryStream<Path> streams = Files.newDirectoryStream(folder, "*.stream")) {
            for (Path stream : streams) {
                String name = stream.getFileName().toString().replace(".stream", "");
                try (Table table = StreamsOfOthersTest.read(fixture, Files.readAllBytes(stream))) {
                    assertThat(StreamsOfOthersTest.decoded(table))
                            .as(name)
                            .isEqualTo(Files.readAllLines(folder.resolve(name + ".expected")));
                }
                read.add(name);
            }
            Fixture.collectUntil(() -> fixture.pins() == 0);
        }
        assertThat(read).containsExactlyInAnyOrder("deltas", "replaced", "lz4", "zstd");
    }

    /** All flat types but the two intervals that pyarrow lacks. It alone has decimals of 32 and 64 bits. */
    private static List<ArrowType> knownToBoth() {
        return ArrowTypesTest.flat()
                .map(arguments -> (ArrowType) arguments.get()[0])
                .filter(type -> !(type instanceof ArrowType.Interval interval
                        && interval.getUnit() != IntervalUnit.MONTH_DAY_NANO))
                .collect(Collectors.toList());
    }

    /** A nested vector, and a slice of it that does not begin at its first row. */
    @SuppressWarnings("unchecked")
    private int writeNested(Fixture fixture, BufferAllocator allocator, Arguments nested) throws Exception {
        String name = ((String) nested.get()[0]).replaceAll("\\W", "_");
        try (FieldVector vector = ((Function<BufferAllocator, FieldVector>) nested.get()[1]).apply(allocator)) {
            write(fixture, name + ".stream", vector, values(vector));
            VectorSchemaRoot root = ArrowStream.rootOf(vector);
            try (VectorSchemaRoot slice = root.slice(3, vector.getValueCount() - 5)) {
                write(fixture, name + "-slice.stream", slice.getVector(0), values(slice.getVector(0)));
            }
        }
        return 2;
    }

    /** Two batches of a column encoded with a dictionary, and what its rows stand for. */
    private void writeEncoded(Fixture fixture, BufferAllocator allocator) throws Exception {
        VarCharVector words = new VarCharVector("words", allocator);
        for (int i = 0; i < 3; i++) {
            words.setSafe(i, ("größe " + i).getBytes(StandardCharsets.UTF_8));
        }
        words.setValueCount(3);
        DictionaryEncoding encoding = new DictionaryEncoding(7, false, new ArrowType.Int(16, true));
        List<VectorSchemaRoot> batches = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int batch = 0; batch < 2; batch++) {
            SmallIntVector index =
                    new SmallIntVector("v", new FieldType(true, new ArrowType.Int(16, true), encoding), allocator);
            for (int i = 0; i < ROWS; i++) {
                if (i % 3 == 1) {
                    index.setNull(i);
                    expected.add("null");
                } else {
                    index.setSafe(i, (i + batch) % 3);
                    expected.add(value(words.getObject((i + batch) % 3)));
                }
            }
            index.setValueCount(ROWS);
            batches.add(new VectorSchemaRoot(List.of((FieldVector) index)));
        }
        DictionaryProvider provider = new DictionaryProvider.MapDictionaryProvider(new Dictionary(words, encoding));
        try (Table table = Table.of(provider, batches)) {
            write(fixture, "dictionary.stream", table, expected);
        }
    }

    private static List<String> values(FieldVector vector) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < vector.getValueCount(); i++) {
            values.add(value(vector.getObject(i)));
        }
        return values;
    }

    private static String value(Object value) {
        if (value == null) {
            return "null";
        } else if (value instanceof List<?> list) {
            return list.stream().map(PyArrowTest::value).collect(Collectors.joining(",", "[", "]"));
        } else if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(each -> each.getKey() + "=" + value(each.getValue()))
                    .collect(Collectors.joining(",", "{", "}"));
        } else if (value instanceof Number) {
            return "i:" + value;
        } else if (value instanceof UUID) {
            return "u:" + value;
        }
        return "s:" + HexFormat.of().formatHex(value.toString().getBytes(StandardCharsets.UTF_8));
    }

    private void write(Fixture fixture, String name, Object value, List<String> expected) throws Exception {
        ObjectId id = fixture.codec.put(value);
        ByteBuffer view = fixture.codec.bytes(id, Duration.ZERO, 0, Long.MAX_VALUE);
        byte[] bytes = new byte[view.remaining()];
        view.get(bytes);
        Files.write(folder.resolve(name), bytes);
        Files.write(folder.resolve(name.substring(0, name.lastIndexOf('.')) + ".expected"), expected);
        fixture.store.dereference(id);
    }

    private static List<String> lines(Tensor tensor) {
        List<Long> shape = new ArrayList<>();
        for (long each : tensor.shape()) {
            shape.add(each);
        }
        List<String> lines = new ArrayList<>();
        boolean complex = tensor.type().isComplex();
        if (complex) {
            shape.add(2L);
        }
        lines.add(shape.toString());
        for (long i = 0; i < tensor.shape()[0]; i++) {
            for (long j = 0; j < tensor.shape()[1]; j++) {
                for (long k = 0; k < tensor.shape()[2]; k++) {
                    if (complex || tensor.type().isFloating()) {
                        lines.add(number(tensor.getReal(i, j, k)));
                    } else {
                        long bits = tensor.getLong(i, j, k);
                        lines.add("i:" + (tensor.type() == DType.UINT64 ? Long.toUnsignedString(bits) : bits));
                    }
                    if (complex) {
                        lines.add(number(tensor.getImaginary(i, j, k)));
                    }
                }
            }
        }
        return lines;
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "nan" : "f:" + HexFormat.of().toHexDigits(Double.doubleToLongBits(value));
    }

    /** Fills a vector; every third row is null. */
    private static List<String> fill(FieldVector vector) {
        Random random = new Random(5);
        List<String> lines = new ArrayList<>();
        vector.setInitialCapacity(ROWS);
        vector.allocateNew();
        for (int i = 0; i < ROWS; i++) {
            if (i % 3 == 1 || vector instanceof NullVector) {
                vector.setNull(i);
                lines.add("null");
            } else {
                lines.add(set(vector, i, random));
            }
        }
        vector.setValueCount(ROWS);
        return lines;
    }

    private static String set(FieldVector vector, int i, Random random) {
        byte[] text = "größe".repeat(random.nextInt(5)).getBytes(StandardCharsets.UTF_8);
        boolean isText = vector.getField().getType() instanceof ArrowType.Utf8
                || vector.getField().getType() instanceof ArrowType.LargeUtf8
                || vector.getField().getType() instanceof ArrowType.Utf8View;
        String shown = (isText ? "s:" : "b:") + HexFormat.of().formatHex(text);
        if (vector instanceof BaseVariableWidthVector variable) {
            variable.setSafe(i, text);
            return shown;
        } else if (vector instanceof BaseLargeVariableWidthVector large) {
            large.setSafe(i, text);
            return shown;
        } else if (vector instanceof BaseVariableWidthViewVector view) {
            view.setSafe(i, text);
            return shown;
        } else if (vector instanceof BitVector bits) {
            int bit = random.nextInt(2);
            bits.setSafe(i, bit);
            return "i:" + bit;
        } else if (vector instanceof DecimalVector decimal) {
            BigDecimal value = BigDecimal.valueOf(random.nextLong(), 4);
            decimal.setSafe(i, value);
            return "d:" + value.toPlainString();
        } else if (vector instanceof Decimal256Vector decimal) {
            BigDecimal value = BigDecimal.valueOf(random.nextLong(), 4);
            decimal.setSafe(i, value);
            return "d:" + value.toPlainString();
        }
        return setBits((BaseFixedWidthVector) vector, i, random);
    }

    private static String setBits(BaseFixedWidthVector vector, int i, Random random) {
        int width = vector.getTypeWidth();
        while (vector.getValueCapacity() <= i) {
            vector.reAlloc();
        }
        byte[] bits = new byte[width];
        random.nextBytes(bits);
        vector.getDataBuffer().setBytes((long) i * width, bits);
        org.apache.arrow.vector.BitVectorHelper.setBit(vector.getValidityBuffer(), i);
        if (vector instanceof FixedSizeBinaryVector) {
            return "b:" + HexFormat.of().formatHex(bits);
        } else if (vector instanceof Float8Vector doubles) {
            return number(doubles.get(i));
        } else if (vector instanceof Float4Vector floats) {
            return number(floats.get(i));
        } else if (vector instanceof Float2Vector halves) {
            return number(halves.getValueAsFloat(i));
        } else if (vector instanceof IntervalMonthDayNanoVector) {
            ByteBuffer parts = ByteBuffer.wrap(bits).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            return "m:" + parts.getInt(0) + "," + parts.getInt(4) + "," + parts.getLong(8);
        }
        byte[] bigEndian = new byte[width];
        for (int k = 0; k < width; k++) {
            bigEndian[k] = bits[width - 1 - k];
        }
        boolean signed = !(vector.getField().getType() instanceof ArrowType.Int integer) || integer.getIsSigned();
        return "i:" + (signed ? new BigInteger(bigEndian) : new BigInteger(1, bigEndian));
    }
}
