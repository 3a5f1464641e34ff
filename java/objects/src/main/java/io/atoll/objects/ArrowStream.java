package io.atoll.objects;

import com.google.flatbuffers.FlatBufferBuilder;
import io.atoll.store.Memory;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Batches as an Arrow IPC stream: the schema, each dictionary, each batch, the end mark. It is sized from the lengths of
 * the vectors' buffers, and written by one copy of each buffer to its place, at a multiple of 64 bytes: Arrow's own
 * writer keeps 8 and goes through a channel.
 */
final class ArrowStream extends Encoded {
    private static final long END_BYTES = 8;

    private final List<Part> parts;
    private final Object keepAlive;

    private ArrowStream(int detail, List<Part> parts, Object keepAlive) {
        super(
                Kind.tag(Kind.ARROW, detail),
                parts.stream().mapToLong(Part::bytes).sum() + END_BYTES);
        this.parts = parts;
        this.keepAlive = keepAlive;
    }

    static ArrowStream of(
            int detail,
            Schema schema,
            Map<Long, Dictionary> dictionaries,
            List<VectorSchemaRoot> batches,
            Object value) {
        List<Part> parts = new ArrayList<>();
        FlatBufferBuilder builder = new FlatBufferBuilder(1024);
        int schemaAt = ArrowSchemas.toMessage(schema, dictionaries).getSchema(builder);
        parts.add(new Part(
                IpcMessage.finish(builder, MessageHeader.Schema, schemaAt, 0, null, null),
                new long[0],
                new long[0],
                0));
        for (Map.Entry<Long, Dictionary> each : dictionaries.entrySet()) {
            FieldVector vector = each.getValue().getVector();
            parts.add(part(rootOf(vector), each.getKey()));
        }
        for (VectorSchemaRoot batch : batches) {
            parts.add(part(batch, null));
        }
        return new ArrowStream(detail, parts, value);
    }

    /** One vector as a batch of one column, without taking it over. */
    static VectorSchemaRoot rootOf(FieldVector vector) {
        return new VectorSchemaRoot(List.of(vector.getField()), List.of(vector), vector.getValueCount());
    }

    private static Part part(VectorSchemaRoot root, Long dictionaryId) {
        try (ArrowRecordBatch batch =
                new VectorUnloader(root, true, NoCompressionCodec.INSTANCE, false).getRecordBatch()) {
            List<ArrowBuf> buffers = batch.getBuffers();
            long[] addresses = new long[buffers.size()];
            long[] lengths = new long[buffers.size()];
            long[] offsets = new long[buffers.size()];
            long body = 0;
            for (int i = 0; i < lengths.length; i++) {
                ArrowBuf buffer = buffers.get(i);
                lengths[i] = buffer.readableBytes();
                addresses[i] = lengths[i] == 0 ? 0 : buffer.memoryAddress() + buffer.readerIndex();
                offsets[i] = body;
                body += IpcMessage.align(lengths[i]);
            }
            return new Part(flatbuffer(batch, offsets, lengths, body, dictionaryId), addresses, lengths, body);
        }
    }

    private static byte[] flatbuffer(
            ArrowRecordBatch batch, long[] offsets, long[] lengths, long body, Long dictionaryId) {
        FlatBufferBuilder builder = new FlatBufferBuilder(1024);
        List<ArrowFieldNode> nodes = batch.getNodes();
        RecordBatch.startNodesVector(builder, nodes.size());
        for (int i = nodes.size() - 1; i >= 0; i--) {
            FieldNode.createFieldNode(
                    builder, nodes.get(i).getLength(), nodes.get(i).getNullCount());
        }
        int nodesAt = builder.endVector();
        RecordBatch.startBuffersVector(builder, lengths.length);
        for (int i = lengths.length - 1; i >= 0; i--) {
            Buffer.createBuffer(builder, offsets[i], lengths[i]);
        }
        int buffersAt = builder.endVector();
        List<Long> variadic = batch.getVariadicBufferCounts();
        int variadicAt = variadic == null || variadic.isEmpty()
                ? 0
                : RecordBatch.createVariadicBufferCountsVector(
                        builder, variadic.stream().mapToLong(Long::longValue).toArray());
        RecordBatch.startRecordBatch(builder);
        RecordBatch.addLength(builder, batch.getLength());
        RecordBatch.addNodes(builder, nodesAt);
        RecordBatch.addBuffers(builder, buffersAt);
        if (variadicAt != 0) {
            RecordBatch.addVariadicBufferCounts(builder, variadicAt);
        }
        int at = RecordBatch.endRecordBatch(builder);
        if (dictionaryId == null) {
            return IpcMessage.finish(builder, MessageHeader.RecordBatch, at, body, null, null);
        }
        at = DictionaryBatch.createDictionaryBatch(builder, dictionaryId, at, false);
        return IpcMessage.finish(builder, MessageHeader.DictionaryBatch, at, body, null, null);
    }

    @Override
    public boolean hasBuffers() {
        return true;
    }

    @Override
    public void writeTo(long address) {
        long to = address;
        for (Part part : parts) {
            to = part.writeTo(to);
        }
        Memory.putInt(to, -1);
        Memory.putInt(to + 4, 0);
        Reference.reachabilityFence(keepAlive);
    }

    /** A message and where the buffers of its body lie now. */
    private record Part(byte[] flatbuffer, long[] addresses, long[] lengths, long bodyBytes) {
        long bytes() {
            return IpcMessage.headBytes(flatbuffer) + bodyBytes;
        }

        long writeTo(long address) {
            long to = IpcMessage.writeHead(flatbuffer, address);
            for (int i = 0; i < lengths.length; i++) {
                Memory.copy(null, addresses[i], null, to, lengths[i]);
                long padded = IpcMessage.align(lengths[i]);
                Memory.fill(to + lengths[i], padded - lengths[i], (byte) 0);
                to += padded;
            }
            return to;
        }
    }
}
