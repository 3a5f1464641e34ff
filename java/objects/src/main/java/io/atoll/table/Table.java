package io.atoll.table;

import io.atoll.Atoll;
import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.internal.arrow.ArrowSchemas;
import io.atoll.internal.memory.Room;
import io.atoll.internal.memory.Streamed;
import io.atoll.internal.store.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Rows in batches of one schema, with the dictionaries that its encoded columns refer to. A table read from a store lies
 * in shared memory, which stays pinned until the table and every vector taken from it by transfer is closed, or until
 * none of its buffers is reachable. Its vectors must not be written: that would end the process. Reading is free to any
 * number of threads while nobody closes it.
 *
 * <p>What lies in the store is not copied when it is read. Only two things that other writers of Arrow streams make are:
 * compressed batches (LZ4 and ZSTD, with {@code org.apache.arrow:arrow-compression} on the class path), and a dictionary
 * that was extended or replaced between batches, which becomes one for all of them.
 *
 * <p>When a stored table is read, lengths and buffers of every column are checked against each other, and the first and
 * last of its offsets. The rows are not looked at: an offset or index in a damaged object that leads nowhere throws when
 * the row is read. Where Arrow is told not to check ({@code -Darrow.enable_unsafe_memory_access=true}), or with
 * {@code -Datoll.arrow.check.rows=true}, every row is checked when the table is read.
 *
 * <p>Who has a table closes it; so does the worker with one that a task returns, once that is stored. One that is put stays
 * the caller's.
 *
 * <p>A {@code ByteBuffer} made by {@code ArrowBuf.nioBuffer()} keeps nothing pinned: keep the table beside it.
 *
 * @since 0.1
 */
public final class Table implements AutoCloseable {
    private final Schema schema;
    private final List<VectorSchemaRoot> batches;
    private final Map<Long, Dictionary> dictionaries;
    private volatile boolean closed;

    Table(Schema schema, List<VectorSchemaRoot> batches, Map<Long, Dictionary> dictionaries) {
        this.schema = schema;
        this.batches = List.copyOf(batches);
        this.dictionaries = Map.copyOf(dictionaries);
    }

    /** Of one or more batches of equal schemas without encoded columns. It then owns them. */
    public static Table of(VectorSchemaRoot... batches) {
        return of(new DictionaryProvider.MapDictionaryProvider(), Arrays.asList(batches));
    }

    /** Of one or more batches of equal schemas. The table then owns them and the dictionaries they use. */
    public static Table of(DictionaryProvider provider, List<VectorSchemaRoot> batches) {
        if (batches.isEmpty()) {
            throw new IllegalArgumentException("a table needs a batch to have a schema from");
        }
        Schema schema = batches.get(0).getSchema();
        for (VectorSchemaRoot batch : batches) {
            if (!batch.getSchema().equals(schema)) {
                throw new IllegalArgumentException(
                        "batches of one table have different schemas: " + schema + " and " + batch.getSchema());
            }
        }
        Map<Long, Dictionary> used = new HashMap<>();
        ArrowSchemas.collectDictionaries(schema.getFields(), provider, used);
        return new Table(schema, batches, used);
    }

    /**
     * All batches that a reader still has. The columns share the reader's buffers, which are not copied; the reader stays
     * the caller's, and may be closed before the table. A dictionary may grow between batches.
     *
     * @throws IOException when the reader cannot go on, or has what Arrow Java would read wrongly (a stream or file
     *     of the other byte order). Of a stream whose reader has given its schema before that can no longer be told
     * @throws IllegalArgumentException when a dictionary is replaced by one that does not begin with the same values: one
     *     table has one dictionary for all its batches
     */
    public static Table readAll(ArrowReader reader) throws IOException {
        StreamReaders.watch(reader);
        VectorSchemaRoot current = StreamReaders.root(reader);
        List<VectorSchemaRoot> batches = new ArrayList<>();
        GrowingDictionaries dictionaries = new GrowingDictionaries();
        try {
            while (StreamReaders.next(reader)) {
                dictionaries.update(current.getSchema(), reader);
                batches.add(StreamReaders.share(current));
            }
            if (batches.isEmpty()) {
                dictionaries.update(current.getSchema(), reader);
            }
            return new Table(current.getSchema(), batches, dictionaries.shared());
        } catch (IOException | RuntimeException | Error e) {
            batches.forEach(VectorSchemaRoot::close);
            dictionaries.close();
            throw e;
        }
    }

    /**
     * Stores all batches that a reader still has as one table, batch by batch: of the reader's memory no more is held at
     * any time than one batch, and nothing is copied but into the store. The reader stays the caller's. A dictionary may
     * grow between batches; behind one that was replaced the table's indices are copied when it is read.
     *
     * @return a ref to the table, as {@code Atoll.put} gives it
     * @throws IOException when the reader cannot go on, or has what Arrow Java would read wrongly (a stream or file
     *     of the other byte order). Of a stream whose reader has given its schema before that can no longer be told.
     *     Nothing stays in the store then
     * @throws IllegalArgumentException when replaced dictionaries together have more values than the indices can tell
     *     apart
     * @throws io.atoll.ObjectStoreFullException when there is no room
     */
    @SuppressWarnings("unchecked")
    public static ObjectRef<Table> put(ArrowReader reader) throws IOException {
        try {
            return (ObjectRef<Table>) (ObjectRef<?>) Atoll.put(new Batches(reader));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** What a reader has, on its way into the store. */
    record Batches(ArrowReader reader) implements Streamed {
        Batches {
            Objects.requireNonNull(reader, "reader");
        }

        @Override
        public ObjectId write(ObjectStore store, Room room) throws IOException {
            return TableWriter.write(reader, store, room);
        }
    }

    /** The columns that all batches have; also of a closed table. */
    public Schema schema() {
        return schema;
    }

    /** The batches in order. They are this table's: closing the table closes them. */
    public List<VectorSchemaRoot> batches() {
        checkOpen();
        return batches;
    }

    /** The dictionaries of the encoded columns; empty when there are none. */
    public DictionaryProvider dictionaries() {
        checkOpen();
        DictionaryProvider.MapDictionaryProvider provider = new DictionaryProvider.MapDictionaryProvider();
        dictionaries.values().forEach(provider::put);
        return provider;
    }

    /** Rows of all batches. */
    public long rowCount() {
        checkOpen();
        long rows = 0;
        for (VectorSchemaRoot batch : batches) {
            rows += batch.getRowCount();
        }
        return rows;
    }

    Map<Long, Dictionary> ownDictionaries() {
        checkOpen();
        return dictionaries;
    }

    boolean isClosed() {
        return closed;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the table of " + schema + " is closed");
        }
    }

    /** Closes batches and dictionaries. Twice is fine. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            batches.forEach(VectorSchemaRoot::close);
            dictionaries.values().forEach(dictionary -> dictionary.getVector().close());
        }
    }

    @Override
    public String toString() {
        return "Table(" + schema + (closed ? ", closed)" : ", " + rowCount() + " rows)");
    }
}
