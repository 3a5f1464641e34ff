package io.atoll.internal.values;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.internal.runtime.ChildJvm;
import io.atoll.table.Table;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A program that has made its allocator before the session, as a field's initializer does. */
@Timeout(120)
class ArrowBeforeInitTest {
    @Test
    void shouldReadAndPutTables() throws Exception {
        try (ChildJvm program = ChildJvm.start(Program.class)) {
            assertThat(program.readAll()).contains("put 3, read 3\n");
        }
    }

    static final class Program {
        private static final BufferAllocator ALLOCATOR = new RootAllocator();

        static long rows(Table table) {
            return table.rowCount();
        }

        public static void main(String[] arguments) throws Exception {
            AtollOptions options =
                    AtollOptions.builder().workers(1).storeBytes(32 << 20).build();
            try (AtollSession session = Atoll.init(options)) {
                byte[] stream = stream();
                long put;
                try (ArrowStreamReader reader = reader(stream)) {
                    put = Atoll.task(Program::rows, Table.put(reader)).remote().get();
                }
                try (ArrowStreamReader reader = reader(stream);
                        Table table = Table.readAll(reader)) {
                    System.out.println("put " + put + ", read " + table.rowCount());
                }
            }
        }

        private static ArrowStreamReader reader(byte[] stream) {
            return new ArrowStreamReader(new ByteArrayInputStream(stream), ALLOCATOR);
        }

        private static byte[] stream() throws Exception {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (IntVector vector = new IntVector("i", ALLOCATOR);
                    VectorSchemaRoot root = new VectorSchemaRoot(List.of(vector));
                    ArrowStreamWriter writer = new ArrowStreamWriter(root, null, bytes)) {
                vector.allocateNew(3);
                vector.setValueCount(3);
                root.setRowCount(3);
                writer.start();
                writer.writeBatch();
                writer.end();
            }
            return bytes.toByteArray();
        }
    }
}
