package io.atoll.internal.arrow;

import com.google.flatbuffers.FlatBufferBuilder;
import io.atoll.UnserializableException;
import io.atoll.internal.memory.ArrowMemory;
import io.atoll.internal.memory.IpcMessage;
import io.atoll.internal.store.Memory;
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
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * One message of an Arrow IPC stream that is to be written, and where the buffers of its body lie now: they must stay
 * there until then.
 */
public record ArrowMessage(byte[] flatbuffer, long[] addresses, long[] lengths, long bodyBytes) {
    /** Of the mark at the end of a stream. */
    public static final long END_BYTES = 8;

    private static final long[] NONE = {};
    /** Of one offset of either width. */
    private static final int ZERO_BYTES = 8;

    public static ArrowMessage schema(Schema schema, Map<Long, Dictionary> dictionaries) {
        FlatBufferBuilder builder = new FlatBufferBuilder(1024);
        String classes = ArrowExtensions.classes(schema, dictionaries);
        int schemaAt = ArrowSchemas.toMessage(schema, dictionaries).getSchema(builder);
        return new ArrowMessage(
                IpcMessage.finish(
                        builder,
                        MessageHeader.Schema,
                        schemaAt,
                        0,
                        classes == null ? null : ArrowExtensions.KEY,
                        classes),
                NONE,
                NONE,
                0);
    }

    /** @param delta whether its values come behind those that the dictionary has, or instead of them */
    public static ArrowMessage dictionary(long id, FieldVector values, boolean delta) {
        return of(ArrowStream.rootOf(values), new Schema(List.of(values.getField())), id, delta);
    }

    /** @param schema that is written before it */
    public static ArrowMessage batch(VectorSchemaRoot root, Schema schema) {
        return of(root, schema, null, false);
    }

    public static void writeEnd(long address) {
        Memory.putInt(address, -1);
        Memory.putInt(address + 4, 0);
    }

    public long bytes() {
        return IpcMessage.headBytes(flatbuffer) + bodyBytes;
    }

    /** Returns where the next message goes. */
    public long writeTo(long address) {
        long to = IpcMessage.writeHead(flatbuffer, address);
        for (int i = 0; i < lengths.length; i++) {
            Memory.copy(null, addresses[i], null, to, lengths[i]);
            long padded = IpcMessage.align(lengths[i]);
            Memory.fill(to + lengths[i], padded - lengths[i], (byte) 0);
            to += padded;
        }
        return to;
    }

    private static ArrowMessage of(VectorSchemaRoot root, Schema schema, Long dictionaryId, boolean delta) {
        ArrowExtensions.refuseUnsaid(schema.getFields(), root.getFieldVectors());
        try (ArrowRecordBatch batch = ArrowStream.unload(root);
                VectorSchemaRoot reader = reader(schema)) {
            ArrowCheck.checkWritten(reader, batch);
            List<ArrowBuf> buffers = batch.getBuffers();
            long[] addresses = new long[buffers.size()];
            long[] lengths = new long[buffers.size()];
            long[] offsets = new long[buffers.size()];
            long body = 0;
            for (int i = 0; i < lengths.length; i++) {
                ArrowBuf buffer = buffers.get(i);
                lengths[i] = buffer.readableBytes();
                addresses[i] = lengths[i] == 0 ? 0 : address(buffer);
                offsets[i] = body;
                body += IpcMessage.align(lengths[i]);
            }
            return new ArrowMessage(
                    flatbuffer(batch, offsets, lengths, body, dictionaryId, delta), addresses, lengths, body);
        }
    }

    /** Of a list without rows and without memory Arrow says that its first offset is there, which is 0. */
    private static long address(ArrowBuf buffer) {
        if (buffer.readableBytes() <= buffer.capacity() - buffer.readerIndex()) {
            return buffer.memoryAddress() + buffer.readerIndex();
        } else if (buffer.readableBytes() > ZERO_BYTES) {
            throw new UnserializableException("a batch cannot be stored: a buffer of " + buffer.capacity()
                    + " bytes is said to hold " + buffer.readableBytes());
        }
        return Zeros.ADDRESS;
    }

    private static final class Zeros {
        static final long ADDRESS = Memory.allocate(ZERO_BYTES); // for good

        static {
            Memory.fill(ADDRESS, ZERO_BYTES, (byte) 0);
        }
    }

    /** What a reader would load the batch into. */
    private static VectorSchemaRoot reader(Schema schema) {
        try {
            return VectorSchemaRoot.create(schema, ArrowMemory.allocator());
        } catch (RuntimeException e) {
            throw new UnserializableException(
                    "a batch cannot be stored, since nobody could make vectors of its schema: " + e.getMessage(), e);
        }
    }

    private static byte[] flatbuffer(
            ArrowRecordBatch batch, long[] offsets, long[] lengths, long body, Long dictionaryId, boolean delta) {
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
        at = DictionaryBatch.createDictionaryBatch(builder, dictionaryId, at, delta);
        return IpcMessage.finish(builder, MessageHeader.DictionaryBatch, at, body, null, null);
    }
}
