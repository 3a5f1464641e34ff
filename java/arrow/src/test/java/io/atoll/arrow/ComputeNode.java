package io.atoll.arrow;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.NodeStats;
import io.atoll.ObjectRef;
import io.atoll.table.Table;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A small node for the tests of a class, where there is an Arrow C++, and tables of few lines. */
abstract class ComputeNode {
    static final int WORKERS = 2;

    private static AtollSession session;

    @BeforeAll
    static void open() {
        assumeTrue(ArrowCompute.isAvailable(), ArrowCompute::unavailabilityCause);
        session = Atoll.init(AtollOptions.builder()
                .workers(WORKERS)
                .cpus(WORKERS)
                .storeBytes(256L << 20)
                .build());
    }

    @AfterAll
    static void close() {
        if (session != null) {
            session.close();
            session = null;
        }
    }

    static AtollSession session() {
        return session;
    }

    /** By workers: out of views, and into results. */
    static long copied() {
        return Atoll.stats().workers().stream()
                .mapToLong(NodeStats.ProcessStats::bytesCopied)
                .sum();
    }

    /** A stored table of one batch. The columns are {@code Long[]}, {@code Double[]} or {@code String[]}, after their names. */
    static ObjectRef<Table> table(Object... namesAndColumns) {
        return batches(List.<Object[]>of(namesAndColumns));
    }

    /** The same of several batches. */
    static ObjectRef<Table> batches(List<Object[]> each) {
        try (BufferAllocator allocator = new RootAllocator()) {
            List<VectorSchemaRoot> roots = new ArrayList<>();
            for (Object[] batch : each) {
                List<FieldVector> vectors = new ArrayList<>();
                for (int i = 0; i < batch.length; i += 2) {
                    vectors.add(vector((String) batch[i], (Object[]) batch[i + 1], allocator));
                }
                roots.add(new VectorSchemaRoot(vectors));
            }
            try (Table table = Table.of(roots.toArray(VectorSchemaRoot[]::new))) {
                return Atoll.put(table);
            }
        }
    }

    private static FieldVector vector(String name, Object[] values, BufferAllocator allocator) {
        if (values instanceof Long[] numbers) {
            BigIntVector vector = new BigIntVector(name, allocator);
            for (int i = 0; i < numbers.length; ++i) {
                if (numbers[i] == null) {
                    vector.setNull(i);
                } else {
                    vector.setSafe(i, numbers[i]);
                }
            }
            vector.setValueCount(numbers.length);
            return vector;
        } else if (values instanceof Double[] numbers) {
            Float8Vector vector = new Float8Vector(name, allocator);
            for (int i = 0; i < numbers.length; ++i) {
                if (numbers[i] == null) {
                    vector.setNull(i);
                } else {
                    vector.setSafe(i, numbers[i]);
                }
            }
            vector.setValueCount(numbers.length);
            return vector;
        }
        VarCharVector vector = new VarCharVector(name, allocator);
        for (int i = 0; i < values.length; ++i) {
            if (values[i] == null) {
                vector.setNull(i);
            } else {
                vector.setSafe(i, ((String) values[i]).getBytes(StandardCharsets.UTF_8));
            }
        }
        vector.setValueCount(values.length);
        return vector;
    }

    /** Of all batches; texts as strings. */
    static List<Object> column(ObjectRef<Table> ref, String name) {
        List<Object> values = new ArrayList<>();
        try (Table table = ref.get()) {
            for (VectorSchemaRoot batch : table.batches()) {
                FieldVector vector = batch.getVector(name);
                for (int i = 0; i < vector.getValueCount(); ++i) {
                    Object value = vector.getObject(i);
                    values.add(value instanceof org.apache.arrow.vector.util.Text ? value.toString() : value);
                }
            }
        }
        return values;
    }

    /** Of a table's one column. */
    static List<Object> column(ObjectRef<Table> ref) {
        String name;
        try (Table table = ref.get()) {
            List<?> fields = table.schema().getFields();
            if (fields.size() != 1) {
                throw new AssertionError("one column is expected, there are " + fields);
            }
            name = table.schema().getFields().get(0).getName();
        }
        return column(ref, name);
    }

    static Long[] longs(int count) {
        Long[] numbers = new Long[count];
        Arrays.setAll(numbers, i -> (long) i);
        return numbers;
    }
}
