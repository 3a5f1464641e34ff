package io.atoll.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.ObjectId;
import io.atoll.StoreException;
import io.atoll.UnserializableException;
import io.atoll.internal.objects.Fixture;
import io.atoll.jni.NativeLibrary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.JsonFileReader;
import org.apache.arrow.vector.types.pojo.ArrowType.ExtensionType;
import org.apache.arrow.vector.types.pojo.ExtensionTypeRegistry;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.ByteArrayReadableSeekableByteChannel;
import org.apache.arrow.vector.util.Validator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Streams that Arrow's implementations have written since 0.14.1, in both byte orders, beside their values as JSON: each
 * is read as those values, or refused by name. As it lies in a store, put by way of a reader, and read into a table that
 * is put; and as a file of the same messages.
 */
class GoldenTest {
    static {
        NativeLibrary.isAvailable(); // opens java.nio to Arrow
    }

    /** What Arrow Java has no type for, no longer reads, or takes for something else. */
    private static final List<String> UNREADABLE =
            List.of("decimal32", "decimal64", "0.17.1/generated_union", "duplicate_fieldnames");

    /** Of which Arrow Java's reader of JSON makes another schema: other names, other numbers of dictionaries. */
    private static final List<String> BY_VALUE = List.of("map_non_canonical", "nested_dictionary");

    private ExtensionType uuid;

    private interface Way {
        Table read(Fixture fixture, byte[] stream, RootAllocator allocator) throws IOException;
    }

    /** Which another test may have made Arrow know by using it: Arrow's reader of JSON gives columns of its storage. */
    @BeforeEach
    void forgetUuid() {
        uuid = ExtensionTypeRegistry.lookup("arrow.uuid");
        if (uuid != null) {
            ExtensionTypeRegistry.unregister(uuid);
        }
    }

    @AfterEach
    void knowUuidAgain() {
        if (uuid != null) {
            ExtensionTypeRegistry.register(uuid);
        }
    }

    @Test
    void shouldReadWhatOthersHaveWrittenOrSayWhatItIs() throws IOException {
        List<Way> ways = List.of(
                (fixture, stream, allocator) -> StreamsOfOthersTest.read(fixture, stream),
                GoldenTest::putByReader,
                GoldenTest::putAsTable,
                GoldenTest::putFile,
                GoldenTest::putFileAsTable);
        List<String> wrong = new ArrayList<>();
        List<String> report = new ArrayList<>();
        for (Path stream : Golden.files("integration", ".stream")) {
            for (int way = 0; way < ways.size(); way++) {
                String outcome = outcome(ways.get(way), stream);
                String name = stream.getParent().getFileName() + "/" + stream.getFileName();
                report.add(name + " way " + way + ": " + outcome);
                boolean isBig = name.contains("bigendian");
                boolean mayBeRefused = isBig || UNREADABLE.stream().anyMatch(name::contains);
                boolean isRight = isBig
                        ? outcome.startsWith("refused") && outcome.contains("big-endian")
                        : outcome.startsWith("equal") || mayBeRefused && outcome.startsWith("refused");
                if (!isRight) {
                    wrong.add(name + " way " + way + ": " + outcome);
                }
            }
        }
        Files.write(Path.of("target", "golden.txt"), report);
        assertThat(wrong).isEmpty();
    }

    private static String outcome(Way way, Path stream) throws IOException {
        try (RootAllocator allocator = new RootAllocator();
                Fixture fixture = new Fixture();
                Table table = way.read(fixture, Files.readAllBytes(stream), allocator)) {
            compare(stream, table, allocator);
            return "equal";
        } catch (StoreException | UnserializableException | IOException e) {
            return "refused: " + e.getMessage();
        } catch (IllegalArgumentException | UnsupportedOperationException | AssertionError e) {
            return "OTHER: " + e;
        }
    }

    private static Table putByReader(Fixture fixture, byte[] stream, RootAllocator allocator) throws IOException {
        try (ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(stream), allocator)) {
            return got(fixture, TableWriter.write(reader, fixture.store, fixture.codec.room()));
        }
    }

    private static Table putAsTable(Fixture fixture, byte[] stream, RootAllocator allocator) throws IOException {
        try (ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(stream), allocator);
                Table table = Table.readAll(reader)) {
            return got(fixture, fixture.codec.put(table));
        }
    }

    private static Table putFile(Fixture fixture, byte[] stream, RootAllocator allocator) throws IOException {
        try (ArrowFileReader reader = file(stream, allocator)) {
            return got(fixture, TableWriter.write(reader, fixture.store, fixture.codec.room()));
        }
    }

    private static Table putFileAsTable(Fixture fixture, byte[] stream, RootAllocator allocator) throws IOException {
        try (ArrowFileReader reader = file(stream, allocator);
                Table table = Table.readAll(reader)) {
            return got(fixture, fixture.codec.put(table));
        }
    }

    private static ArrowFileReader file(byte[] stream, RootAllocator allocator) throws IOException {
        byte[] file;
        try {
            file = ArrowFiles.of(stream);
        } catch (IllegalArgumentException e) {
            throw new IOException("Arrow Java has no such type for a footer: " + e.getMessage(), e);
        }
        return new ArrowFileReader(new ByteArrayReadableSeekableByteChannel(file), allocator);
    }

    private static Table got(Fixture fixture, ObjectId id) {
        try {
            return (Table) fixture.codec.get(id, Duration.ZERO);
        } finally {
            fixture.store.dereference(id);
        }
    }

    private static void compare(Path stream, Table table, RootAllocator allocator) throws IOException {
        Path json = stream.resolveSibling(stream.getFileName().toString().replace(".stream", ".json.gz"));
        Path plain = Files.createTempFile("golden", ".json");
        try (InputStream in = new GZIPInputStream(Files.newInputStream(json))) {
            Files.write(plain, in.readAllBytes());
            try (JsonFileReader reader = new JsonFileReader(plain.toFile(), allocator)) {
                Schema schema = reader.start();
                boolean byValue = BY_VALUE.stream().anyMatch(stream.toString()::contains);
                if (!byValue) {
                    Validator.compareSchemas(schema, table.schema());
                }
                for (VectorSchemaRoot batch : table.batches()) {
                    try (VectorSchemaRoot expected = VectorSchemaRoot.create(schema, allocator)) {
                        assertThat(reader.read(expected)).as("one more batch").isTrue();
                        if (byValue) {
                            assertThat(values(batch)).isEqualTo(values(expected));
                        } else {
                            Validator.compareVectorSchemaRoot(expected, batch);
                        }
                    }
                }
                for (long id : table.dictionaries().getDictionaryIds()) {
                    assertThat(table.dictionaries().lookup(id).getVector().getValueCount())
                            .isPositive();
                }
            }
        } finally {
            Files.delete(plain);
        }
    }

    private static List<String> values(VectorSchemaRoot batch) {
        List<String> values = new ArrayList<>();
        for (FieldVector vector : batch.getFieldVectors()) {
            for (int i = 0; i < batch.getRowCount(); i++) {
                values.add(String.valueOf(vector.getObject(i)).replace("some_", ""));
            }
        }
        return values;
    }
}
