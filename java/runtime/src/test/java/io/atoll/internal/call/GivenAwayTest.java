package io.atoll.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.table.Table;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a task returns it gives away: nothing of it stays in the worker. */
@Timeout(120)
class GivenAwayTest {
    private static final int ROWS = 1000;

    private static AtollSession session;

    /** The worker's. */
    private static BufferAllocator allocator;

    private static Table kept;

    @BeforeAll
    static void start() {
        session = Atoll.init(
                AtollOptions.builder().workers(1).cpus(1).storeBytes(64 << 20).build());
    }

    @AfterAll
    static void stop() {
        session.close();
    }

    record Named(String name, Table table) {}

    static VectorSchemaRoot batch() {
        if (allocator == null) {
            allocator = new RootAllocator();
        }
        IntVector numbers = new IntVector("number", allocator);
        numbers.setValueCount(ROWS);
        for (int i = 0; i < ROWS; ++i) {
            numbers.set(i, i);
        }
        VectorSchemaRoot batch = VectorSchemaRoot.of(numbers);
        batch.setRowCount(ROWS);
        return batch;
    }

    static Table table() {
        return Table.of(batch());
    }

    static IntVector vector() {
        return (IntVector) batch().getVector(0);
    }

    static Named named() {
        return new Named("n", table());
    }

    static List<Object> twice() {
        Table table = table();
        return List.of(table, table);
    }

    static Table same(Table table) {
        return table;
    }

    static ObjectRef<Table> keeping() {
        kept = kept == null ? table() : kept;
        return Atoll.put(kept);
    }

    static Table shared() {
        kept = kept == null ? table() : kept;
        return kept;
    }

    static long allocated() {
        return allocator.getAllocatedMemory();
    }

    private static long inTheWorker() {
        return Atoll.task(GivenAwayTest::allocated).remote().get();
    }

    @Test
    void shouldFreeTheTablesBatchesAndVectorsThatTasksReturn() {
        ObjectRef<Table> table = Atoll.task(GivenAwayTest::table).remote();
        try (Table got = table.get()) {
            assertThat(got.rowCount()).isEqualTo(ROWS);
        }
        try (VectorSchemaRoot got = Atoll.task(GivenAwayTest::batch).remote().get()) {
            assertThat(got.getRowCount()).isEqualTo(ROWS);
        }
        try (IntVector got = Atoll.task(GivenAwayTest::vector).remote().get()) {
            assertThat(got.get(ROWS - 1)).isEqualTo(ROWS - 1);
        }
        try (Table got = Atoll.task(GivenAwayTest::named).remote().get().table()) {
            assertThat(got.rowCount()).isEqualTo(ROWS);
        }
        assertThat(Atoll.task(GivenAwayTest::twice).remote().get()).hasSize(2);
        try (Table got = Atoll.task(GivenAwayTest::same, table).remote().get()) {
            assertThat(got.rowCount()).isEqualTo(ROWS);
        }
        assertThat(inTheWorker()).isZero();
    }

    @Test
    void shouldLeaveToATaskWhatItPutsItselfAndTellOneThatKeepsWhatItReturns() {
        for (int i = 0; i < 3; ++i) {
            try (Table got =
                    Atoll.get(Atoll.task(GivenAwayTest::keeping).remote().get())) {
                assertThat(got.rowCount()).isEqualTo(ROWS);
            }
        }
        assertThat(Atoll.task(GivenAwayTest::shared).remote().get().rowCount()).isEqualTo(ROWS);
        assertThatThrownBy(() -> Atoll.task(GivenAwayTest::shared).remote().get())
                .isInstanceOf(TaskException.class)
                .hasMessageContaining("it is closed");
        assertThat(inTheWorker()).isZero();
    }
}
