package io.atoll.table;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** The batches of a table, one after the other, sharing its buffers: the table may be closed before. */
final class TableReader extends ArrowReader {
    private final Schema schema;
    private final Deque<VectorSchemaRoot> left = new ArrayDeque<>();
    private final Map<Long, Dictionary> shared = new HashMap<>();
    private VectorSchemaRoot current;

    TableReader(Table table) {
        super(ArrowShares.allocator(table));
        schema = table.schema();
        current = VectorSchemaRoot.create(schema, allocator);
        for (VectorSchemaRoot batch : table.batches()) {
            left.add(ArrowShares.of(batch));
        }
        for (Map.Entry<Long, Dictionary> each : table.ownDictionaries().entrySet()) {
            FieldVector vector = ArrowShares.of(each.getValue().getVector());
            shared.put(each.getKey(), new Dictionary(vector, each.getValue().getEncoding()));
        }
    }

    /** Of the table's own vectors: nothing else may account for their buffers. */
    BufferAllocator allocator() {
        return allocator;
    }

    @Override
    public VectorSchemaRoot getVectorSchemaRoot() {
        return current;
    }

    @Override
    public boolean loadNextBatch() {
        if (left.isEmpty()) {
            return false;
        }
        current.close();
        current = left.remove();
        return true;
    }

    @Override
    public Map<Long, Dictionary> getDictionaryVectors() {
        return shared;
    }

    @Override
    public @Nullable Dictionary lookup(long id) {
        return shared.get(id);
    }

    @Override
    public Set<Long> getDictionaryIds() {
        return shared.keySet();
    }

    @Override
    public long bytesRead() {
        return 0; // nothing is read: it is all there
    }

    @Override
    protected void closeReadSource() {}

    @Override
    public void close(boolean closeReadSource) {
        current.close();
        left.forEach(VectorSchemaRoot::close);
        left.clear();
        shared.values().forEach(dictionary -> dictionary.getVector().close());
        shared.clear();
    }

    @Override
    protected Schema readSchema() {
        return schema;
    }
}
