package io.atoll.table;

import io.atoll.ObjectId;
import io.atoll.ObjectStoreFullException;
import io.atoll.internal.arrow.ArrowMessage;
import io.atoll.internal.memory.Room;
import io.atoll.internal.store.ObjectStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Writes what a reader has into an object that grows as the batches come: of the reader's memory no more is held than
 * one batch and its dictionaries, and the store holds each byte once as long as the object can grow where it lies.
 */
final class TableWriter {
    private final ObjectStore.Creation creation;
    private final Room room;
    private long written;
    private boolean roomIsShort;

    private TableWriter(ObjectStore.Creation creation, Room room) {
        this.creation = creation;
        this.room = room;
    }

    /** The object, to which the caller then holds one reference. The reader is at its end, and stays the caller's. */
    static ObjectId write(ArrowReader reader, ObjectStore store, Room room) throws IOException {
        StreamReaders.watch(reader);
        try (WrittenDictionaries dictionaries = new WrittenDictionaries()) {
            boolean more = StreamReaders.next(reader);
            VectorSchemaRoot root = StreamReaders.root(reader);
            Schema schema = root.getSchema();
            List<ArrowMessage> first = new ArrayList<>();
            List<ArrowMessage> words = dictionaries.update(root.getSchema(), reader);
            first.add(ArrowMessage.schema(root.getSchema(), dictionaries.last()));
            first.addAll(words);
            if (more) {
                dictionaries.check(root.getFieldVectors());
                first.add(StreamReaders.message(root, schema));
            }
            long bytes = ArrowMessage.END_BYTES
                    + first.stream().mapToLong(ArrowMessage::bytes).sum();
            ObjectStore.Creation creation = room.create(bytes, ArrowKind.tableTag());
            boolean sealed = false;
            try {
                TableWriter writer = new TableWriter(creation, room);
                first.forEach(writer::append);
                while (more && StreamReaders.next(reader)) {
                    root = StreamReaders.root(reader);
                    dictionaries.update(root.getSchema(), reader).forEach(writer::append);
                    dictionaries.check(root.getFieldVectors());
                    writer.append(StreamReaders.message(root, schema));
                }
                writer.end();
                sealed = true;
                return creation.id();
            } finally {
                creation.close();
                if (!sealed) {
                    store.dereference(creation.id());
                }
            }
        }
    }

    private void append(ArrowMessage message) {
        reserve(written + message.bytes() + ArrowMessage.END_BYTES);
        written = message.writeTo(creation.address() + written) - creation.address();
    }

    /** Half as much again as there is, so that a moved object is not moved often; as much as it takes when room is short. */
    private void reserve(long bytes) {
        if (bytes <= creation.size()) {
            return;
        }
        long ample = creation.size() + creation.size() / 2;
        if (bytes < ample && !roomIsShort) {
            try {
                creation.resize(ample, Duration.ZERO);
                return;
            } catch (ObjectStoreFullException e) {
                roomIsShort = true; // the least that will do, then, and with patience
            }
        }
        room.resize(creation, bytes);
    }

    private void end() {
        ArrowMessage.writeEnd(creation.address() + written);
        written += ArrowMessage.END_BYTES;
        if (written < creation.size()) {
            room.resize(creation, written);
        }
        creation.seal();
    }
}
