package io.atoll.internal.arrow;

import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.Kind;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
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
        dictionaries
                .values()
                .forEach(each -> ArrowCheck.checkWrittenIndices(
                        each.getVector().getChildrenFromFields(), dictionaries, Set.of()));
        batches.forEach(batch -> ArrowCheck.checkWrittenIndices(batch.getFieldVectors(), dictionaries, Set.of()));
        return new ArrowStream(detail, parts, value);
    }

    /** One vector as a batch of one column, without taking it over. */
    public static VectorSchemaRoot rootOf(FieldVector vector) {
        return new VectorSchemaRoot(List.of(vector.getField()), List.of(vector), vector.getValueCount());
    }

    /** The buffers of a batch, each used once more until it is closed; when a column makes no sense, none is. */
    public static ArrowRecordBatch unload(VectorSchemaRoot root) {
        Retained retained = new Retained();
        try {
            return new VectorUnloader(root, true, retained, false).getRecordBatch();
        } catch (RuntimeException | Error e) {
            retained.buffers.forEach(each -> each.getReferenceManager().release());
            throw e;
        }
    }

    /** Compresses nothing, and knows what Arrow has come to: it would leave that in use when it fails at a later column. */
    private static final class Retained implements CompressionCodec {
        private final List<ArrowBuf> buffers = new ArrayList<>();

        @Override
        public ArrowBuf compress(BufferAllocator allocator, ArrowBuf buffer) {
            buffers.add(buffer);
            return buffer;
        }

        @Override
        public ArrowBuf decompress(BufferAllocator allocator, ArrowBuf buffer) {
            return buffer;
        }

        @Override
        public CompressionUtil.CodecType getCodecType() {
            return CompressionUtil.CodecType.NO_COMPRESSION;
        }
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
