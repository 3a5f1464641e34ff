package io.atoll.table;

import io.atoll.internal.arrow.ArrowStream;
import io.atoll.internal.memory.ArrowMemory;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;

/**
 * More vectors over the buffers of others, each counted as one more use of its buffer. Arrow's own slice of a whole
 * vector copies what a list, a view or a union has besides its values.
 */
final class ArrowShares {
    private ArrowShares() {}

    /** Closed by the caller, before or after the root it is of. */
    static VectorSchemaRoot of(VectorSchemaRoot root) {
        List<FieldVector> vectors =
                root.getFieldVectors().stream().map(ArrowShares::empty).collect(Collectors.toList());
        VectorSchemaRoot shared = new VectorSchemaRoot(root.getSchema(), vectors, 0);
        load(root, shared);
        return shared;
    }

    /** Closed by the caller, before or after the vector it is of. */
    static FieldVector of(FieldVector vector) {
        FieldVector shared = empty(vector);
        load(ArrowStream.rootOf(vector), ArrowStream.rootOf(shared));
        return shared;
    }

    private static void load(VectorSchemaRoot from, VectorSchemaRoot to) {
        try (ArrowRecordBatch batch = ArrowStream.unload(from)) {
            new VectorLoader(to).load(batch);
        } catch (RuntimeException | Error e) { // as Arrow throws them for what makes no sense
            to.close();
            throw e;
        }
    }

    /** A buffer cannot go to an allocator of another root, so each vector keeps its own. */
    private static FieldVector empty(FieldVector vector) {
        return vector.getField().createVector(allocator(vector));
    }

    private static BufferAllocator allocator(FieldVector vector) {
        return vector instanceof NullVector ? ArrowMemory.allocator() : vector.getAllocator();
    }

    /** The allocator of a table's vectors. */
    static BufferAllocator allocator(Table table) {
        for (VectorSchemaRoot batch : table.batches()) {
            for (FieldVector vector : batch.getFieldVectors()) {
                if (!(vector instanceof NullVector)) {
                    return vector.getAllocator();
                }
            }
        }
        return ArrowMemory.allocator();
    }
}
