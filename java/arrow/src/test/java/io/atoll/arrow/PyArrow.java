package io.atoll.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atoll.ObjectRef;
import io.atoll.table.Table;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowStreamReader;

/** What {@code ci/pyarrow-compute.py} writes and checks, where {@code ci/setup} has installed pyarrow. */
final class PyArrow {
    private static final Path PYTHON = Path.of("../../build/pyarrow/bin/python");

    private PyArrow() {}

    /** Columns of every type, each as a stored table. */
    static Map<String, ObjectRef<Table>> columns(Path folder) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(PYTHON), "ci/setup makes " + PYTHON);
        run("--write", folder);
        Map<String, ObjectRef<Table>> columns = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder);
                BufferAllocator allocator = new RootAllocator()) {
            for (Path file : files.filter(each -> each.toString().endsWith(".stream"))
                    .sorted()
                    .toList()) {
                try (InputStream in = Files.newInputStream(file);
                        ArrowStreamReader reader = new ArrowStreamReader(in, allocator)) {
                    columns.put(file.getFileName().toString().replace(".stream", ""), Table.put(reader));
                }
            }
        }
        assertThat(columns).hasSizeGreaterThan(50);
        return columns;
    }

    /** What the script says, which must end well. */
    static String run(String what, Path folder) throws IOException, InterruptedException {
        Process python = new ProcessBuilder(PYTHON.toString(), "../../ci/pyarrow-compute.py", what, folder.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(python.waitFor()).as(said).isZero();
        return said;
    }
}
