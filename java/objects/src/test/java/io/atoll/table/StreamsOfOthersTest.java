package io.atoll.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.AtollException;
import io.atoll.ObjectId;
import io.atoll.StoreException;
import io.atoll.UnserializableException;
import io.atoll.internal.arrow.ArrowStream;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.objects.Fixture;
import io.atoll.internal.objects.Fuzz;
import io.atoll.internal.store.Memory;
import io.atoll.internal.store.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.flatbuf.BodyCompressionMethod;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.ArrowBodyCompression;
import org.apache.arrow.vector.ipc.message.ArrowDictionaryBatch;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stored Arrow streams as Atoll does not write them, but others do. */
class StreamsOfOthersTest {
    private static final DictionaryEncoding ENCODING = new DictionaryEncoding(7, false, new ArrowType.Int(8, true));

    private final Fixture fixture = Fixture.shared();
    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void close() {
        allocator.close();
        Fixture.collectUntil(() -> fixture.pins() == 0);
        fixture.close();
    }

    /** Writes what the messages of a stream are to be, one by one. */
    private final class OtherStream {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final WriteChannel channel = new WriteChannel(Channels.newChannel(bytes));
        private final Schema schema;

        OtherStream(boolean nested) throws Exception {
            Field encoded = new Field("v", new FieldType(true, new ArrowType.Utf8(), ENCODING), null);
            Field stored = new Field("v", new FieldType(true, ENCODING.getIndexType(), ENCODING), null);
            schema = new Schema(List.of(nested ? parent(stored) : stored));
            MessageSerializer.serialize(channel, new Schema(List.of(nested ? parent(encoded) : encoded)));
        }

        private Field parent(Field child) {
            return new Field("s", FieldType.nullable(new ArrowType.Struct()), List.of(child));
        }

        OtherStream dictionary(boolean delta, String... values) throws Exception {
            try (VarCharVector vector = new VarCharVector("d", allocator)) {
                for (int i = 0; i < values.length; i++) {
                    vector.setSafe(i, values[i].getBytes(StandardCharsets.UTF_8));
                }
                vector.setValueCount(values.length);
                ArrowRecordBatch batch = new VectorUnloader(ArrowStream.rootOf(vector)).getRecordBatch();
                try (ArrowDictionaryBatch dictionary = new ArrowDictionaryBatch(ENCODING.getId(), batch, delta)) {
                    MessageSerializer.serialize(channel, dictionary);
                }
            }
            return this;
        }

        /** A negative index is null. */
        OtherStream batch(int... indices) throws Exception {
            try (VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator)) {
                FieldVector column = root.getVector(0);
                column.allocateNew();
                FieldVector leaf = column;
                if (column instanceof StructVector struct) {
                    leaf = struct.getChildrenFromFields().get(0);
                    for (int i = 0; i < indices.length; i++) {
                        struct.setIndexDefined(i);
                    }
                }
                for (int i = 0; i < indices.length; i++) {
                    if (indices[i] >= 0) {
                        ((TinyIntVector) leaf).setSafe(i, indices[i]);
                    }
                }
                root.setRowCount(indices.length);
                try (ArrowRecordBatch batch = new VectorUnloader(root).getRecordBatch()) {
                    MessageSerializer.serialize(channel, batch);
                }
            }
            return this;
        }

        byte[] end() throws Exception {
            channel.writeIntLittleEndian(-1);
            channel.writeIntLittleEndian(0);
            return bytes.toByteArray();
        }
    }

    private Table read(byte[] stream) {
        return read(fixture, stream);
    }

    static Table read(Fixture fixture, byte[] stream) {
        ObjectId id;
        try (ObjectStore.Creation creation =
                fixture.store.create(null, stream.length, 0, Kind.tag(Kind.ARROW, 0), Duration.ZERO)) {
            Memory.copyFromArray(stream, stream.length, creation.address());
            creation.seal();
            id = creation.id();
        }
        try {
            return (Table) fixture.codec.get(id, Duration.ZERO);
        } finally {
            fixture.store.dereference(id);
        }
    }

    /** The values of the first column, or of its first child. */
    static List<String> decoded(Table table) {
        List<String> values = new ArrayList<>();
        DictionaryProvider dictionaries = table.dictionaries();
        for (VectorSchemaRoot batch : table.batches()) {
            values.addAll(decoded(batch.getVector(0), dictionaries));
        }
        return values;
    }

    private static List<String> decoded(FieldVector column, DictionaryProvider dictionaries) {
        List<String> values = new ArrayList<>();
        FieldVector leaf =
                column instanceof StructVector ? column.getChildrenFromFields().get(0) : column;
        if (leaf.getField().getDictionary() == null) {
            for (int i = 0; i < leaf.getValueCount(); i++) {
                values.add(String.valueOf(leaf.getObject(i)));
            }
            return values;
        }
        Dictionary dictionary =
                dictionaries.lookup(leaf.getField().getDictionary().getId());
        try (FieldVector plain = (FieldVector) DictionaryEncoder.decode(leaf, dictionary)) {
            for (int i = 0; i < plain.getValueCount(); i++) {
                values.add(String.valueOf(plain.getObject(i)));
            }
        }
        return values;
    }

    @Test
    void shouldReadDictionariesThatGrow() throws Exception {
        byte[] stream = new OtherStream(false)
                .dictionary(false, "a", "b")
                .batch(0, 1, -1)
                .dictionary(true, "c")
                .dictionary(true)
                .dictionary(true, "d", "größe")
                .batch(4, 2, 0)
                .end();
        List<String> values = List.of("a", "b", "null", "größe", "c", "a");
        try (Table table = read(stream)) {
            assertThat(decoded(table)).isEqualTo(values);
            assertThat(table.dictionaries().lookup(7).getVector().getValueCount())
                    .isEqualTo(5);
            try (Table again = (Table) fixture.roundTrip(table)) {
                assertThat(decoded(again)).isEqualTo(values);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldReadDictionariesThatAreReplaced(boolean nested) throws Exception {
        byte[] stream = new OtherStream(nested)
                .dictionary(false, "a", "b")
                .batch(0, 1, -1)
                .dictionary(false, "x", "y", "z")
                .batch(2, -1, 0)
                .dictionary(true, "more")
                .batch(3, 1)
                .dictionary(false, "a")
                .batch(0, 0)
                .end();
        String[] values = {"a", "b", "null", "z", "null", "x", "more", "y", "a", "a"};
        try (Table table = read(stream)) {
            assertThat(decoded(table)).containsExactly(values);
            try (Table again = (Table) fixture.roundTrip(table)) {
                assertThat(decoded(again)).containsExactly(values);
            }
        }
    }

    /** What the pieces were joined to is a dictionary as any other. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldExportJoinedDictionaries(boolean nested) throws Exception {
        CData.load();
        byte[] stream = new OtherStream(nested)
                .dictionary(false, "a", "b")
                .batch(0, 1, -1)
                .dictionary(true, "größe")
                .batch(2)
                .dictionary(false, "x", "y")
                .batch(1, -1, 0)
                .end();
        List<String> values = new ArrayList<>();
        try (ArrowArrayStream exported = ArrowArrayStream.allocateNew(allocator)) {
            try (Table table = read(stream)) {
                CData.exportTo(table, exported);
            }
            try (ArrowReader consumer = Data.importArrayStream(allocator, exported)) {
                while (consumer.loadNextBatch()) {
                    values.addAll(decoded(consumer.getVectorSchemaRoot().getVector(0), consumer));
                }
            }
        }
        assertThat(values).containsExactly("a", "b", "null", "größe", "y", "null", "x");
    }

    @Test
    void shouldCopyNothingOfADictionaryInOnePiece() throws Exception {
        byte[] stream =
                new OtherStream(false).dictionary(false, "a", "b").batch(0, 1).end();
        long before = fixture.copied();
        try (Table table = read(stream)) {
            assertThat(decoded(table)).containsExactly("a", "b");
        }
        assertThat(fixture.copied()).isEqualTo(before);
    }

    @Test
    void shouldRefuseReplacedDictionariesThatTheIndicesCannotSpan() throws Exception {
        String[] many = new String[100];
        for (int i = 0; i < many.length; i++) {
            many[i] = "value " + i;
        }
        byte[] stream = new OtherStream(false)
                .dictionary(false, many)
                .batch(99)
                .dictionary(false, many)
                .batch(0)
                .end();
        assertThatThrownBy(() -> read(stream))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("indices of 8 bits into dictionaries of 200 values");
    }

    @Test
    void shouldRefuseADictionaryThatBeginsWithADelta() throws Exception {
        byte[] stream = new OtherStream(false).dictionary(true, "a").batch(0).end();
        assertThatThrownBy(() -> read(stream)).hasMessageContaining("dictionary 7 begins with a delta");
    }

    private byte[] compressed(CompressionUtil.CodecType type, int rows) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CompressionCodec.Factory factory = type == CompressionUtil.CodecType.NO_COMPRESSION
                ? NoCompressionCodec.Factory.INSTANCE
                : CommonsCompressionFactory.INSTANCE;
        try (BigIntVector numbers = new BigIntVector("n", allocator);
                VarCharVector texts = new VarCharVector("t", allocator);
                BigIntVector noise = new BigIntVector("r", allocator)) {
            Random random = new Random(5);
            for (int i = 0; i < rows; i++) {
                numbers.setSafe(i, i / 10);
                noise.setSafe(i, random.nextLong());
                if (i % 3 != 0) {
                    texts.setSafe(i, ("größe " + i % 7).getBytes(StandardCharsets.UTF_8));
                }
            }
            VectorSchemaRoot root = new VectorSchemaRoot(List.of(numbers, texts, noise));
            root.setRowCount(rows);
            try (ArrowStreamWriter writer =
                    new ArrowStreamWriter(root, null, Channels.newChannel(bytes), IpcOption.DEFAULT, factory, type)) {
                writer.writeBatch();
                writer.writeBatch();
            }
        }
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @EnumSource(names = {"LZ4_FRAME", "ZSTD"})
    void shouldSayWhichCodecsAreMissing(CompressionUtil.CodecType type) throws Exception {
        String classPath = Stream.of(
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                                .split(File.pathSeparator))
                .filter(each -> !each.contains("arrow-compression"))
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(readInAnotherJvm(compressed(type, 10), "-cp", classPath))
                .contains("StoreException: the object's Arrow data is compressed (" + type
                        + "): org.apache.arrow:arrow-compression, with that codec, is to be on the class path");
    }

    /** Arrow itself would read what lies behind the dictionary. */
    @Test
    void shouldCheckIndicesWhereArrowDoesNot() throws Exception {
        byte[] stream =
                new OtherStream(false).dictionary(false, "a", "b").batch(0, 2).end();
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        assertThat(readInAnotherJvm(stream, "-cp", classPath, "-Darrow.enable_unsafe_memory_access=true"))
                .contains("StoreException")
                .contains("index 2");
    }

    private static String readInAnotherJvm(byte[] stream, String... options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.add(Reader.class.getName());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(stream);
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    /** Reads the stream that is its input, in a JVM of its own, and prints its rows or what is wrong. */
    static final class Reader {
        public static void main(String[] args) throws Exception {
            byte[] stream = System.in.readAllBytes();
            try (Fixture fixture = new Fixture();
                    Table table = read(fixture, stream)) {
                System.out.println(table.rowCount() + " rows");
            } catch (StoreException e) {
                System.out.println(e);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LZ4_FRAME", "ZSTD"})
    void shouldReadCompressedBatchesWithACopy(CompressionUtil.CodecType type) throws Exception {
        int rows = 10_000;
        byte[] stream = compressed(type, rows);
        byte[] plain = compressed(CompressionUtil.CodecType.NO_COMPRESSION, rows);
        assertThat(stream.length).isLessThan(plain.length * 3 / 4);
        long before = fixture.copied();
        try (Table table = read(stream);
                Table expected = read(plain)) {
            assertThat(fixture.copied() - before).isGreaterThan(plain.length * 9L / 10);
            assertThat(table.rowCount()).isEqualTo(2L * rows);
            for (int i = 0; i < 2; i++) {
                assertThat(table.batches().get(i).equals(expected.batches().get(i)))
                        .isTrue();
            }
        }
    }

    /** All of the store's other objects stay what they are; a JVM that dies fails the whole suite. */
    @ParameterizedTest
    @EnumSource(names = {"LZ4_FRAME", "ZSTD"})
    void shouldRefuseDamagedCompressedBatches(CompressionUtil.CodecType type) throws Exception {
        byte[] stream = compressed(type, 300);
        Random random = new Random(7);
        HashSet<String> said = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            byte[] damaged = stream.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            try (Table table = read(damaged)) {
                Fuzz.readArrow(table);
            } catch (AtollException e) {
                said.add(e.getClass().getName());
            }
        }
        assertThat(said).isNotEmpty();
    }

    /** Lengths that a frame says in one byte, two, and four. */
    @ParameterizedTest
    @ValueSource(ints = {200 * 8, 10_000, 20_000 * 8, 600_000})
    void shouldCompareTheLengthOfACompressedBufferWithItsFrame(int rows) throws Exception {
        byte[] stream = compressed(CompressionUtil.CodecType.ZSTD, rows);
        try (Table table = read(stream)) {
            assertThat(table.rowCount()).isEqualTo(2L * rows);
        }
        int validity = rows / 8;
        for (int at = 0; at < stream.length - 8; at += 8) {
            if (ByteBuffer.wrap(stream).order(ByteOrder.LITTLE_ENDIAN).getLong(at) == validity) {
                ++stream[at];
                break;
            }
        }
        assertThatThrownBy(() -> read(stream))
                .hasMessageContaining("says that it is one of " + (validity + 1))
                .hasMessageContaining("its ZSTD frame that it holds " + validity);
    }

    @Test
    void shouldNotBelieveTheLengthOfACompressedBuffer() throws Exception {
        byte[] stream = compressed(CompressionUtil.CodecType.ZSTD, 10_000);
        // The first buffer is the first column's validity, of 1250 bytes.
        for (int at = 0; at < stream.length - 8; at += 8) {
            if (stream[at] == (byte) (1250 & 255) && stream[at + 1] == 1250 >> 8 && stream[at + 2] == 0) {
                stream[at + 6] = 1;
                break;
            }
        }
        assertThatThrownBy(() -> read(stream)).hasMessageContaining("says that it is one of " + ((1L << 48) + 1250));
    }

    @Test
    void shouldRefuseACodecThatNobodyKnows() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        WriteChannel channel = new WriteChannel(Channels.newChannel(bytes));
        try (BigIntVector numbers = new BigIntVector("n", allocator)) {
            numbers.setSafe(0, 1);
            numbers.setValueCount(1);
            VectorSchemaRoot root = VectorSchemaRoot.of(numbers);
            MessageSerializer.serialize(channel, root.getSchema());
            try (ArrowRecordBatch plain = new VectorUnloader(root).getRecordBatch();
                    ArrowRecordBatch batch = new ArrowRecordBatch(
                            1,
                            plain.getNodes(),
                            plain.getBuffers(),
                            new ArrowBodyCompression((byte) 9, BodyCompressionMethod.BUFFER))) {
                MessageSerializer.serialize(channel, batch);
            }
        }
        assertThatThrownBy(() -> read(bytes.toByteArray()))
                .hasMessageContaining("compressed by codec 9, which nobody knows");
    }

    @Test
    void shouldRefuseItWhenAReaderIsPut() throws Exception {
        for (boolean nested : new boolean[] {false, true}) {
            OtherStream stream =
                    new OtherStream(nested).dictionary(false, "a", "b").batch(1, -1);
            byte[] bytes = stream.dictionary(false, "x").batch(0, 1).end();
            try (ArrowReader reader = new ArrowStreamReader(new ByteArrayInputStream(bytes), allocator)) {
                assertThatThrownBy(() -> fixture.codec.put(new Table.Batches(reader)))
                        .isInstanceOf(UnserializableException.class)
                        .hasMessageContaining("column v has index 1 into a dictionary of 1");
            }
        }
    }

    @Test
    void shouldRefuseAnIndexThatLeavesItsReplacedDictionary() throws Exception {
        byte[] stream = new OtherStream(false)
                .dictionary(false, "a", "b")
                .batch(0)
                .dictionary(false, "x")
                .batch(1)
                .dictionary(false, "y")
                .end();
        assertThatThrownBy(() -> read(stream))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("column v has index 1 into a dictionary of 1");
    }
}
