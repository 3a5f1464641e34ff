package com.example.arrow;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.arrow.ArrowCompute;
import io.atoll.arrow.ArrowException;
import io.atoll.arrow.ArrowInput;
import io.atoll.table.Table;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** A function of Arrow C++ on a stored table, and one that it does not have; its libraries come out of the classifier's jar. */
final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        AtollOptions options =
                AtollOptions.builder().workers(1).storeBytes(64L << 20).build();
        try (AtollSession session = Atoll.init(options);
                BufferAllocator allocator = new RootAllocator();
                IntVector numbers = new IntVector("number", allocator)) {
            for (int i = 0; i < 100; i++) {
                numbers.setSafe(i, i);
            }
            numbers.setValueCount(100);
            try (Table table = Table.of(VectorSchemaRoot.of(numbers))) {
                ArrowInput column = ArrowInput.column(Atoll.put(table), "number");
                ObjectRef<Number> sum = ArrowCompute.call(Number.class, "sum", null, column);
                if (sum.get().longValue() != 4950) {
                    throw new AssertionError(sum.get());
                }
                try {
                    ArrowCompute.call(Number.class, "summ", null, column).get();
                    throw new AssertionError("Arrow has a summ");
                } catch (TaskException e) {
                    if (!(e.getCause() instanceof ArrowException)) {
                        throw e;
                    }
                }
            }
        }
        System.out.println("ok");
    }
}
