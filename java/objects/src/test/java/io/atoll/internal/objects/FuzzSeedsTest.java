package io.atoll.internal.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.TaskException;
import io.atoll.internal.graph.ErrorKind;
import io.atoll.internal.graph.SerializationHooksTest;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.store.Memory;
import io.atoll.table.ArrowTypesTest;
import io.atoll.table.Table;
import io.atoll.tensor.DType;
import io.atoll.tensor.Tensor;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.Arguments;

/**
 * What the fuzzer begins with, good objects of every kind, and what it has found, once more: {@code src/test/fuzz}. To
 * make the good ones anew, run the main method there.
 */
class FuzzSeedsTest {
    private static final Path SEEDS = Path.of("src/test/fuzz");

    private static void runAll(String target, Consumer<byte[]> fuzz) throws IOException {
        try (Stream<Path> seeds = Files.list(SEEDS.resolve(target))) {
            List<Path> all = seeds.sorted().toList();
            assertThat(all).isNotEmpty();
            for (Path each : all) {
                fuzz.accept(Files.readAllBytes(each));
            }
        }
    }

    @Test
    void shouldReadDamagedArrowOrRefuseIt() throws IOException {
        runAll("arrow", ArrowFuzz::fuzzerTestOneInput);
    }

    @Test
    void shouldReadDamagedTensorsOrRefuseThem() throws IOException {
        runAll("tensor", TensorFuzz::fuzzerTestOneInput);
    }

    @Test
    void shouldReadDamagedGraphsOrRefuseThem() throws IOException {
        runAll("graph", GraphFuzz::fuzzerTestOneInput);
    }

    @Test
    void shouldReadDamagedErrorsOrRefuseThem() throws IOException {
        runAll("error", ErrorFuzz::fuzzerTestOneInput);
    }

    @Test
    void shouldReadDamagedSmallValuesOrRefuseThem() throws IOException {
        runAll("small", SmallFuzz::fuzzerTestOneInput);
    }

    @Test
    void shouldReadDamagedPlainValuesOrRefuseThem() throws IOException {
        runAll("plain", PlainFuzz::fuzzerTestOneInput);
    }

    private static final List<String> FLAT =
            List.of("Int(32, true)", "Bool", "Utf8", "LargeUtf8", "Utf8View", "Decimal(30, 4, 128)", "Null");

    private record Row(int number, String text, List<Object> more) {}

    /** Writes the good objects. */
    public static void main(String[] args) throws IOException {
        try (RootAllocator allocator = new RootAllocator()) {
            writeVectors(allocator, ArrowTypesTest.nested());
            writeVectors(allocator, ArrowTypesTest.flat().filter(each -> FLAT.contains(each.get()[0].toString())));
            writeTable(allocator);
        }
        write("tensor", "float64", Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3));
        write(
                "tensor",
                "transposed",
                Tensor.of(new int[] {1, 2, 3, 4, 5, 6}, 2, 3).transpose());
        write("tensor", "bool", Tensor.of(new boolean[] {true, false}));
        write("tensor", "complex", Tensor.of(DType.COMPLEX64, new float[] {1, 2, 3, 4}, 2));
        write("tensor", "scalar", Tensor.scalar(5));
        write("tensor", "empty", Tensor.of(new short[0], 0, 3));

        Map<String, Object> map = new LinkedHashMap<>();
        map.put("row", new Row(5, "text", new ArrayList<>(List.of(1, 2.5, "x"))));
        map.put("again", map);
        write("graph", "map", map);
        write("graph", "parts", new Object[] {
            new byte[1100], Tensor.of(new double[] {1, 2}), ByteBuffer.allocate(5), new int[3]
        });
        write("graph", "values", List.of(Optional.of(1L), Instant.EPOCH, new ArrayBlockingQueue<>(3), Row.class));
        TreeMap<String, Object> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        sorted.put("k", new HashMap<>(Map.of("x", 1)).keySet());
        write("graph", "sorted", sorted);
        write("graph", "throwable", List.of(cut(new IllegalStateException("text", cut(new IOException("why"))))));
        write("graph", "random", List.of(new java.util.Random(1)));
        write(
                "graph",
                "external",
                List.of(
                        new SerializationHooksTest.Tree(1, new SerializationHooksTest.Tree(2, null, null), null),
                        new SerializationHooksTest.Chain(3, new SerializationHooksTest.Chain(4, null))));
        TreeMap<String, Object> ordered = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        ordered.put("k", new ArrayList<>(new HashMap<>(Map.of("x", 1)).entrySet()));
        write("graph", "keys", List.of(ordered.keySet(), ConcurrentHashMap.newKeySet(), ordered));

        Row row = new Row(7, "\u20ac", List.of('c', 1L, 2.5f, (byte) 1, (short) 2, BigDecimal.TEN, DType.INT8));
        write("plain", "rows", new Object[] {row, row, new int[] {1, 2}, Optional.of(row)});
        write("plain", "times", List.of(Instant.EPOCH, ZonedDateTime.parse("2024-10-27T02:30+01:00[Europe/Berlin]")));
        write(
                "plain",
                "containers",
                List.of(new TreeMap<>(Map.of("k", Map.of(1, 2))), new HashSet<>(List.of(1)), Arrays.asList("x")));

        writeError("java", cut(new IllegalStateException("text", cut(new IOException("why")))));
        writeError("graph", cut(new WithField(new Row(1, "x", List.of(new byte[1100])))));
        writeError("stand-in", cut(new WithField(new Socket())));

        write("small", "string", "text");
        write("small", "half-pair", "\ud800");
        write("small", "long", 5L);
        write("small", "doubles", new double[] {1, 2});
        write("small", "buffer", ByteBuffer.wrap(new byte[] {1, 2, 3}));
        write("small", "chars", java.nio.CharBuffer.wrap("abc"));
    }

    /** Some rows of each. */
    @SuppressWarnings("unchecked")
    private static void writeVectors(RootAllocator allocator, Stream<Arguments> all) throws IOException {
        for (Arguments each : all.toList()) {
            Object[] given = each.get();
            Field field = given.length == 1 ? new Field("v", FieldType.nullable((ArrowType) given[0]), null) : null;
            try (FieldVector vector = field == null
                    ? ((Function<BufferAllocator, FieldVector>) given[1]).apply(allocator)
                    : field.createVector(allocator)) {
                if (field != null) {
                    ArrowTypesTest.fill(vector, 8);
                }
                try (VectorSchemaRoot root = new VectorSchemaRoot(List.of(vector));
                        VectorSchemaRoot some = root.slice(1, 6)) {
                    String name = given[0].toString().replaceAll("[^A-Za-z0-9]+", "-");
                    write("arrow", name, some.getVector(0));
                }
            }
        }
    }

    /** Two batches with a dictionary. */
    private static void writeTable(RootAllocator allocator) throws IOException {
        VarCharVector words = new VarCharVector("words", allocator);
        words.setSafe(0, new byte[] {'a'});
        words.setSafe(1, new byte[] {'b', 'c'});
        words.setValueCount(2);
        Dictionary dictionary = new Dictionary(words, new DictionaryEncoding(7, true, null));
        List<VectorSchemaRoot> batches = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            try (VarCharVector plain = new VarCharVector("colour", allocator)) {
                plain.setSafe(0, new byte[] {'b', 'c'});
                plain.setValueCount(2);
                batches.add(new VectorSchemaRoot(List.of((FieldVector) DictionaryEncoder.encode(plain, dictionary))));
            }
        }
        try (Table table = Table.of(new DictionaryProvider.MapDictionaryProvider(dictionary), batches)) {
            write("arrow", "table", table);
        }
    }

    private static final class WithField extends RuntimeException {
        private static final long serialVersionUID = 1;
        final Object field;

        WithField(Object field) {
            super("text");
            this.field = field;
        }
    }

    /** A short stack trace makes a small seed. */
    private static <T extends Throwable> T cut(T error) {
        error.setStackTrace(new StackTraceElement[] {new StackTraceElement("a.B", "c", "B.java", 5)});
        return error;
    }

    private static void write(String target, String name, Object value) throws IOException {
        Encoded encoded = ObjectCodec.withoutStore().encode(value);
        byte detail = (byte) Kind.detail(encoded.tag());
        byte[] head = target.equals("tensor") || target.equals("plain")
                ? new byte[0]
                : target.equals("small") ? new byte[] {(byte) Kind.of(encoded.tag()), detail} : new byte[] {detail};
        write(target, name, head, encoded);
    }

    private static void writeError(String name, Throwable error) throws IOException {
        Encoded encoded = ErrorKind.encode(TaskException.of("t", 7, 1, error));
        write("error", name, new byte[] {(byte) Kind.detail(encoded.tag())}, encoded);
    }

    private static void write(String target, String name, byte[] head, Encoded encoded) throws IOException {
        long block = Memory.allocate(encoded.size() + 64);
        long address = block + 63 & -64;
        encoded.writeTo(address);
        byte[] bytes = new byte[(int) encoded.size()];
        Memory.copyToArray(address, bytes, bytes.length);
        Memory.free(block);
        byte[] all = new byte[head.length + bytes.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(bytes, 0, all, head.length, bytes.length);
        Files.write(Files.createDirectories(SEEDS.resolve(target)).resolve(name), all);
    }
}
