package com.example.versions;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.table.Table;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * A table of numbers, texts and nulls, looked at in a worker, and a vector that comes back; beside what the user has of Agrona,
 * Jackson and Netty.
 */
final class Main {
    private Main() {}

    /** What the program has of other libraries, at work in the process. */
    private static int others(int value) throws Exception {
        UnsafeBuffer agrona = new UnsafeBuffer(new byte[8]);
        agrona.putInt(0, value);
        Schema schema = new Schema(List.of(Field.nullable("number", new ArrowType.Int(32, true))));
        if (!Schema.fromJSON(schema.toJson()).equals(schema)) { // by Jackson
            throw new AssertionError(schema);
        }
        ByteBuf netty = PooledByteBufAllocator.DEFAULT.directBuffer(8);
        try {
            return netty.writeInt(agrona.getInt(0)).readInt();
        } finally {
            netty.release();
        }
    }

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

    public static void main(String[] arguments) throws Exception {
        AtollOptions options =
                AtollOptions.builder().workers(1).storeBytes(64L << 20).build();
        try (AtollSession session = Atoll.init(options);
                BufferAllocator allocator = new RootAllocator();
                IntVector numbers = new IntVector("number", allocator);
                VarCharVector texts = new VarCharVector("text", allocator)) {
            if (others(40) + Atoll.task(Main::others, 2).remote().get() != 42) {
                throw new AssertionError();
            }
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
