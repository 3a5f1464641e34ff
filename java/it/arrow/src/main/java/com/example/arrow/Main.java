package com.example.arrow;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.table.Table;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** A table of numbers, texts and nulls, looked at in a worker, and a vector that comes back. */
final class Main {
    private Main() {}

    private static long sum(Table table) {
        long sum = 0;
        for (VectorSchemaRoot batch : table.batches()) {
            IntVector numbers = (IntVector) batch.getVector("number");
            VarCharVector texts = (VarCharVector) batch.getVector("text");
            for (int i = 0; i < batch.getRowCount(); i++) {
                sum += numbers.isNull(i) ? 1_000_000 : numbers.get(i) + texts.get(i).length;
            }
        }
        return sum;
    }

    public static void main(String[] arguments) {
        AtollOptions options =
                AtollOptions.builder().workers(1).storeBytes(64L << 20).build();
        try (AtollSession session = Atoll.init(options);
                BufferAllocator allocator = new RootAllocator();
                IntVector numbers = new IntVector("number", allocator);
                VarCharVector texts = new VarCharVector("text", allocator)) {
            for (int i = 0; i < 100; i++) {
                numbers.setSafe(i, i);
                texts.setSafe(i, "x".repeat(i).getBytes(StandardCharsets.UTF_8));
            }
            numbers.setNull(50);
            numbers.setValueCount(100);
            texts.setValueCount(100);
            try (IntVector back = Atoll.put(numbers).get()) {
                if (back.get(99) != 99 || !back.isNull(50)) {
                    throw new AssertionError(back);
                }
            }
            try (Table table = Table.of(VectorSchemaRoot.of(numbers, texts))) {
                ObjectRef<Table> shared = Atoll.put(table);
                long sum = Atoll.task(Main::sum, shared).remote().get();
                if (sum != 2 * (4950 - 50) + 1_000_000) {
                    throw new AssertionError(sum);
                }
            }
        }
        System.out.println("ok");
    }
}
