package io.atoll.table;

import io.atoll.StoreException;
import io.atoll.internal.arrow.ArrowCheck;
import io.atoll.internal.arrow.ArrowCompression;
import io.atoll.internal.arrow.ArrowSchemas;
import io.atoll.internal.arrow.ArrowStream;
import io.atoll.internal.memory.ArrowMemory;
import io.atoll.internal.memory.IpcMessage;
import io.atoll.internal.memory.LeasedBuffers;
import io.atoll.internal.memory.Source;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.MetadataVersion;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.validate.MetadataV4UnionChecker;
import org.jspecify.annotations.Nullable;

/**
 * Reads an Arrow IPC stream in memory into vectors whose buffers are slices of that memory, but for what is compressed
 * and for dictionaries in several pieces.
 */
final class ArrowStreamView {
    private final Source source;
    private final BufferAllocator allocator = ArrowMemory.allocator();
    private final ArrowBuf whole;
    private final StreamDictionaries pieces;
    private final List<VectorSchemaRoot> batches = new ArrayList<>();
    private Map<Long, Dictionary> dictionaries = Map.of();
    private @Nullable Schema schema;
    private long position;

    private ArrowStreamView(Source source) {
        this.source = source;
        this.pieces = new StreamDictionaries(source, allocator);
        this.whole = LeasedBuffers.buffer(source.address(), source.size(), source.lease(), allocator);
    }

    static Table read(Source source) {
        ArrowStreamView view = new ArrowStreamView(source);
        try {
            Schema schema = view.readMessages();
            Table table = new Table(schema, view.batches, view.dictionaries);
            view.whole.close();
            return table;
        } catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError | AssertionError e) {
            view.batches.forEach(VectorSchemaRoot::close);
            view.pieces.close();
            view.dictionaries
                    .values()
                    .forEach(dictionary -> dictionary.getVector().close());
            LeasedBuffers.giveUp(view.whole);
            throw e instanceof StoreException known
                    ? known
                    : source.damaged("its Arrow stream makes no sense at " + view.position + ": " + e, e);
        }
    }

    private Schema readMessages() throws IOException {
        while (position < source.size()) {
            position += IpcMessage.prefixBytes(source, position);
            int metadataBytes = IpcMessage.metadataBytes(source, position);
            if (metadataBytes == 0) {
                break;
            }
            Message message = IpcMessage.metadata(source, position, metadataBytes);
            position += metadataBytes;
            source.checkRange(position, message.bodyLength());
            read(message);
            position += message.bodyLength();
        }
        Schema found = schema;
        if (found == null) {
            throw source.damaged("its Arrow stream has no schema");
        }
        if (!pieces.isEmpty()) {
            dictionaries = pieces.join();
            batches.forEach(batch -> batch.getFieldVectors().forEach(this::checkIndices));
            dictionaries
                    .values()
                    .forEach(each -> each.getVector().getChildrenFromFields().forEach(this::checkIndices));
        }
        return found;
    }

    private void checkIndices(FieldVector vector) {
        if (vector.getField().getDictionary() != null) {
            Dictionary dictionary = Objects.requireNonNull(
                    dictionaries.get(vector.getField().getDictionary().getId()));
            ArrowCheck.checkIndices(source, vector, dictionary.getVector().getValueCount());
        }
        vector.getChildrenFromFields().forEach(this::checkIndices);
    }

    private void read(Message message) throws IOException {
        byte type = message.headerType();
        if (type == MessageHeader.Schema && schema == null) {
            ArrowSchemas.check(source, message);
            Map<Long, Dictionary> declared = new HashMap<>();
            try {
                Schema written = MessageSerializer.deserializeSchema(message);
                MetadataV4UnionChecker.checkRead(written, MetadataVersion.fromFlatbufID(message.version()));
                schema = ArrowSchemas.toMemory(written, allocator, declared);
            } finally {
                pieces.declare(declared);
            }
        } else if (type == MessageHeader.RecordBatch && schema != null) {
            VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator);
            batches.add(root);
            load(root, (RecordBatch) message.header(new RecordBatch()), message.bodyLength());
        } else if (type == MessageHeader.DictionaryBatch && schema != null) {
            readDictionary((DictionaryBatch) message.header(new DictionaryBatch()), message.bodyLength());
        } else {
            throw source.damaged("a message of type " + type + " is out of place");
        }
    }

    private void readDictionary(DictionaryBatch header, long bodyBytes) throws IOException {
        FieldVector piece = pieces.next(header.id(), header.isDelta());
        load(ArrowStream.rootOf(piece), header.data(), bodyBytes);
        pieces.loaded(header.id());
    }

    private void load(VectorSchemaRoot root, RecordBatch header, long bodyBytes) throws IOException {
        ArrowBuf body = whole.slice(position, bodyBytes);
        body.getReferenceManager().retain(); // the next call releases it
        try (ArrowRecordBatch batch = MessageSerializer.deserializeRecordBatch(header, body)) {
            long from = source.address() + position;
            if (ArrowCompression.isCompressed(batch)) {
                try (ArrowRecordBatch plain =
                        ArrowCompression.decompress(source, batch, from, from + bodyBytes, allocator)) {
                    ArrowCheck.checkOwn(source, root, plain);
                    new VectorLoader(root).load(plain);
                }
            } else {
                ArrowCheck.check(source, root, batch, from, from + bodyBytes);
                new VectorLoader(root).load(batch);
            }
        }
        root.getFieldVectors().forEach(pieces::move);
    }
}
