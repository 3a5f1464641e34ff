package io.atoll.internal.arrow;

import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.Kind;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Batches as an Arrow IPC stream: the schema, each dictionary, each batch, the end mark. It is sized from the lengths of
 * the vectors' buffers, and written by one copy of each buffer to its place, at a multiple of 64 bytes: Arrow's own
 * writer keeps 8 and goes through a channel.
 */
public final class ArrowStream extends Encoded {
    private final List<ArrowMessage> parts;
    private final AutoCloseable value; // a table, batch or vector

    private ArrowStream(int detail, List<ArrowMessage> parts, AutoCloseable value) {
        super(
                Kind.tag(Kind.ARROW, detail),
                parts.stream().mapToLong(ArrowMessage::bytes).sum() + ArrowMessage.END_BYTES);
        this.parts = parts;
        this.value = value;
    }

    public static ArrowStream of(
            int detail,
            Schema schema,
            Map<Long, Dictionary> dictionaries,
            List<VectorSchemaRoot> batches,
            AutoCloseable value) {
        List<ArrowMessage> parts = new ArrayList<>();
        parts.add(ArrowMessage.schema(schema, dictionaries));
        dictionaries.forEach((id, dictionary) -> parts.add(ArrowMessage.dictionary(id, dictionary.getVector(), false)));
        batches.forEach(batch -> parts.add(ArrowMessage.batch(batch, schema)));
        return new ArrowStream(detail, parts, value);
    }

    /** One vector as a batch of one column, without taking it over. */
    public static VectorSchemaRoot rootOf(FieldVector vector) {
        return new VectorSchemaRoot(List.of(vector.getField()), List.of(vector), vector.getValueCount());
    }

    @Override
    public boolean hasBuffers() {
        return true;
    }

    @Override
    public void closeValue() {
        try {
            value.close();
        } catch (Exception e) { // None of the three declares one.
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void writeTo(long address) {
        long to = address;
        for (ArrowMessage part : parts) {
            to = part.writeTo(to);
        }
        ArrowMessage.writeEnd(to);
        Reference.reachabilityFence(value);
    }
}
