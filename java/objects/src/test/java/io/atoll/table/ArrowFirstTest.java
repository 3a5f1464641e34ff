package io.atoll.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.jni.NativeLibrary;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.junit.jupiter.api.Test;

/** Programs that have used Arrow before Atoll opened {@code java.nio} to it. */
class ArrowFirstTest {
    @Test
    void shouldOpenTheDoorsWhateverCameFirst() throws Exception {
        assertThat(output("before")).contains("3 rows");
        assertThat(output("after")).contains("3 rows");
    }

    /** The test above can fail at all. */
    @Test
    void shouldBeShutWithoutUs() throws Exception {
        assertThat(output("never")).contains("not available");
    }

    private static String output(String when) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        when)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    static final class Main {
        public static void main(String[] args) throws Exception {
            if (args[0].equals("after")) {
                NativeLibrary.load();
            }
            try (RootAllocator allocator = new RootAllocator()) {
                if (args[0].equals("before")) {
                    allocator.buffer(8).close();
                    NativeLibrary.load();
                }
                System.out.println(rows(allocator) + " rows");
            }
        }

        private static int rows(RootAllocator allocator) throws Exception {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (IntVector vector = new IntVector("i", allocator);
                    VectorSchemaRoot root = new VectorSchemaRoot(List.of(vector));
                    ArrowStreamWriter writer = new ArrowStreamWriter(root, null, bytes)) {
                vector.allocateNew(3);
                vector.setValueCount(3);
                root.setRowCount(3);
                writer.start();
                writer.writeBatch();
                writer.end();
            }
            try (ArrowStreamReader reader =
                    new ArrowStreamReader(new ByteArrayInputStream(bytes.toByteArray()), allocator)) {
                reader.loadNextBatch();
                return reader.getVectorSchemaRoot().getRowCount();
            }
        }
    }
}
