package io.atoll.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.UnserializableException;
import io.atoll.internal.objects.Fixture;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where every row is looked at when a table is read, it is when the table is put, too. */
class WrittenIndicesTest {
    @ParameterizedTest
    @ValueSource(strings = {"-Darrow.enable_unsafe_memory_access=true", "-Datoll.arrow.check.rows=true"})
    void shouldRefuseAnIndexThatNobodyWouldTake(String option) throws Exception {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(java, option, "-cp", classPath, Puts.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("index 1: stored").contains("index 7: column v has index 7 into a dictionary of 2");
    }

    /** Puts two tables in a JVM of its own, the second with an index that leads nowhere. */
    static final class Puts {
        public static void main(String[] args) {
            try (Fixture fixture = new Fixture();
                    RootAllocator allocator = new RootAllocator()) {
                for (int index : new int[] {1, 7}) {
                    try (Table table = table(index, allocator)) {
                        ((Table) fixture.roundTrip(table)).close();
                        System.out.println("index " + index + ": stored");
                    } catch (UnserializableException e) {
                        System.out.println(
                                "index " + index + ": " + e.getMessage().replaceAll(".*: ", ""));
                    }
                }
            }
        }

        private static Table table(int index, RootAllocator allocator) {
            DictionaryEncoding encoding = new DictionaryEncoding(1, false, new ArrowType.Int(8, true));
            Field field = new Field("v", new FieldType(true, encoding.getIndexType(), encoding), null);
            VarCharVector words = new VarCharVector("words", allocator);
            words.setSafe(0, new byte[] {'a'});
            words.setSafe(1, new byte[] {'b'});
            words.setValueCount(2);
            TinyIntVector indices = (TinyIntVector) field.createVector(allocator);
            indices.setSafe(0, index);
            indices.setValueCount(1);
            return Table.of(
                    new DictionaryProvider.MapDictionaryProvider(new Dictionary(words, encoding)),
                    List.of(new VectorSchemaRoot(List.of(indices))));
        }
    }
}
