package io.atoll.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atoll.Atoll;
import io.atoll.ObjectRef;
import io.atoll.table.Table;
import io.atoll.tensor.DType;
import io.atoll.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** C++ programs of their own on this node's store, by {@code atoll/arrow.h}. */
@Timeout(120)
class CppProgramsTest extends ComputeNode {
    private static final Path BUILT = Path.of("../../build/release/native/tests");

    /** What Java and pyarrow write Arrow C++ reads, checking all of it, and what it writes Java reads. */
    @Test
    void shouldReadAndWriteEveryType(@TempDir Path folder) throws Exception {
        Map<String, ObjectRef<Table>> columns = PyArrow.columns(folder);
        columns.forEach(Atoll::publish);
        run("atoll_arrow_peer", columns.keySet());
        columns.forEach((name, ref) -> {
            try (Table table = ref.get();
                    ObjectRef<Table> back =
                            Atoll.lookup(name + ".back", Table.class).orElseThrow();
                    Table read = back.get()) {
                assertThat(read.schema().getFields().get(0).getType())
                        .as(name)
                        .isEqualTo(table.schema().getFields().get(0).getType());
                assertThat(values(read)).as(name).isEqualTo(values(table));
            }
            Atoll.unpublish(name);
            Atoll.unpublish(name + ".back");
        });
    }

    /** By what they stand for: dictionaries may be others. */
    private static List<Object> values(Table table) {
        List<Object> values = new ArrayList<>();
        for (VectorSchemaRoot batch : table.batches()) {
            FieldVector vector = batch.getVector(0);
            if (vector.getField().getDictionary() != null) {
                Dictionary dictionary = table.dictionaries()
                        .lookup(vector.getField().getDictionary().getId());
                try (FieldVector decoded = (FieldVector) DictionaryEncoder.decode(vector, dictionary)) {
                    add(values, decoded);
                }
            } else {
                add(values, vector);
            }
        }
        return values;
    }

    private static void add(List<Object> values, FieldVector vector) {
        for (int i = 0; i < vector.getValueCount(); ++i) {
            Object value = vector.getObject(i);
            values.add(
                    value instanceof byte[] bytes
                            ? List.of(bytes.length, new String(bytes, StandardCharsets.ISO_8859_1))
                            : value);
        }
    }

    @Test
    void shouldReadAndWriteTensors() throws Exception {
        List<String> names = new ArrayList<>();
        for (DType type : DType.values()) {
            if (type == DType.BOOL || type.name().startsWith("COMPLEX")) {
                continue; // Arrow C++ has no tensors of these: it takes complex numbers for two of their parts
            }
            byte[] bytes = new byte[6 * type.bytes()];
            new Random(1).nextBytes(bytes);
            for (int i = type.bytes() - 1; i < bytes.length; i += type.bytes()) {
                bytes[i] = (byte) i; // no NaNs, which equal nothing
            }
            try (Tensor tensor = Tensor.of(type, ByteBuffer.wrap(bytes), 2, 3)) {
                Atoll.publish(type.name(), Atoll.put(tensor));
                names.add(type.name());
            }
        }
        Atoll.publish(
                "turned",
                Atoll.put(Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3).transpose()));
        names.add("turned");
        run("atoll_arrow_peer", names);
        for (String name : names) {
            try (Tensor tensor = Atoll.lookup(name, Tensor.class).orElseThrow().get();
                    Tensor back = Atoll.lookup(name + ".back", Tensor.class)
                            .orElseThrow()
                            .get()) {
                assertThat(back.type()).as(name).isEqualTo(tensor.type());
                assertThat(back.contentEquals(tensor)).as(name).isTrue();
            }
        }
    }

    /** {@code native/examples/delays.cc}. */
    @Test
    void shouldPutATensorOfWhatJavaPut() throws Exception {
        Atoll.publish(
                "flights",
                table("delay", new Long[] {10L, 20L, null, 60L}, "time", new Double[] {7.5, 7.0, 7.9, 23.99}));
        String said = run("atoll_example_delays", List.of("flights", "means"));
        assertThat(said).isEqualTo("means: of 4 flights, read where they lie\n");
        try (Tensor means = Atoll.lookup("means", Tensor.class).orElseThrow().get()) {
            assertThat(means.shape()).containsExactly(24, 2);
            assertThat(means.getDouble(7, 0)).isEqualTo(2);
            assertThat(means.getDouble(7, 1)).isEqualTo(15);
            assertThat(means.getDouble(23, 1)).isEqualTo(60);
            assertThat(means.getDouble(12, 0)).isZero();
        }
    }

    private static String run(String program, Iterable<String> arguments) throws IOException, InterruptedException {
        Path file = BUILT.resolve(program);
        assumeTrue(Files.isExecutable(file), "cmake --build --preset release makes " + file);
        List<String> command =
                new ArrayList<>(List.of(file.toString(), session().socket().toString()));
        arguments.forEach(command::add);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
