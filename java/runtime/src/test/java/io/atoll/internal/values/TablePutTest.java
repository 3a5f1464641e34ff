package io.atoll.internal.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.UnserializableException;
import io.atoll.table.Table;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a reader has, stored batch by batch and seen by tasks. */
@Timeout(120)
class TablePutTest {
    private static AtollSession session;

    private final BufferAllocator allocator = new RootAllocator();

    @BeforeAll
    static void start() {
        session = Atoll.init(
                AtollOptions.builder().workers(1).storeBytes(128 << 20).build());
    }

    @AfterAll
    static void stop() {
        session.close();
    }

    @AfterEach
    void close() {
        allocator.close();
    }

    static long sum(Table table) {
        long sum = 0;
        for (VectorSchemaRoot batch : table.batches()) {
            BigIntVector numbers = (BigIntVector) batch.getVector("number");
            for (int i = 0; i < batch.getRowCount(); i++) {
                sum += numbers.get(i);
            }
        }
        return sum;
    }

    @Test
    void shouldGiveTasksWhatAReaderHas() throws IOException {
        try (ArrowReader reader = new ArrowStreamReader(new ByteArrayInputStream(stream(40, 1 << 17)), allocator)) {
            ObjectRef<Table> ref = Table.put(reader);
            long rows = 40L << 17;
            assertThat(Atoll.task(TablePutTest::sum, ref).remote().get()).isEqualTo(rows / 40 * 40 * 39 / 2);
        }
    }

    @Test
    void shouldThrowWhatTheReaderThrows() throws IOException {
        byte[] whole = stream(10, 1000);
        byte[] torn = Arrays.copyOf(whole, whole.length / 2);
        try (ArrowReader reader = new ArrowStreamReader(new ByteArrayInputStream(torn), allocator)) {
            assertThatThrownBy(() -> Table.put(reader)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void shouldSayHowAReaderIsPut() throws IOException {
        try (ArrowReader reader = new ArrowStreamReader(new ByteArrayInputStream(stream(1, 1)), allocator)) {
            assertThatThrownBy(() -> Atoll.put(reader))
                    .isInstanceOf(UnserializableException.class)
                    .hasMessageContaining("Table.put(reader)");
        }
    }

    /** Each row of a batch is its number. */
    private byte[] stream(int batches, int rows) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (BigIntVector numbers = new BigIntVector("number", allocator);
                VectorSchemaRoot root = VectorSchemaRoot.of(numbers);
                ArrowStreamWriter writer = new ArrowStreamWriter(root, null, out)) {
            for (int batch = 0; batch < batches; batch++) {
                numbers.allocateNew(rows);
                for (int i = 0; i < rows; i++) {
                    numbers.set(i, batch);
                }
                root.setRowCount(rows);
                writer.writeBatch();
            }
        }
        return out.toByteArray();
    }
}
