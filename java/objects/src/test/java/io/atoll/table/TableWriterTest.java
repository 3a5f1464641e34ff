package io.atoll.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.ObjectStoreFullException;
import io.atoll.UnserializableException;
import io.atoll.internal.objects.Fixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables that are written batch by batch, as a reader has them. */
class TableWriterTest {
    private static final int MIB = 1 << 20;

    private final Fixture fixture = Fixture.shared();
    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void close() {
        fixture.close();
        allocator.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 7, 100})
    void shouldStoreAllBatches(int batches) throws Exception {
        try (ArrowReader reader = new Numbers(allocator, batches, 1000);
                Table table = stored(reader)) {
            assertThat(table.schema()).isEqualTo(Numbers.SCHEMA);
            assertThat(table.batches()).hasSize(batches);
            for (int batch = 0; batch < batches; batch++) {
                BigIntVector numbers = (BigIntVector) table.batches().get(batch).getVector("number");
                assertThat(numbers.getValueCount()).isEqualTo(1000);
                assertThat(numbers.get(0)).isEqualTo(Numbers.at(batch, 0));
                assertThat(numbers.get(999)).isEqualTo(Numbers.at(batch, 999));
            }
        }
        assertThat(fixture.copied()).isZero();
    }

    @Test
    void shouldTakeWhatIsThereAndNoMore() throws Exception {
        try (ArrowReader reader = new Numbers(allocator, 5, 30_000);
                ArrowReader second = new Numbers(allocator, 5, 30_000);
                Table all = Table.readAll(second)) {
            ObjectId id = fixture.codec.put(new Table.Batches(reader));
            ObjectId atOnce = fixture.codec.put(all);
            assertThat(fixture.codec.bytes(id, Duration.ZERO, 0, Long.MAX_VALUE))
                    .isEqualTo(fixture.codec.bytes(atOnce, Duration.ZERO, 0, Long.MAX_VALUE));
            fixture.store.dereference(id);
            fixture.store.dereference(atOnce);
        }
        Fixture.collectUntil(() -> fixture.pins() == 0);
    }

    /** 48 MiB into a store of 64, of which neither the reader's memory nor the store could hold two. */
    @Test
    void shouldHoldOneBatchAndEachByteOnce() throws Exception {
        try (BufferAllocator little = allocator.newChildAllocator("little", 0, 3 * MIB);
                ArrowReader reader = new Numbers(little, 48, MIB / Long.BYTES);
                Table table = stored(reader)) {
            assertThat(table.rowCount()).isEqualTo(48L * MIB / Long.BYTES);
            BigIntVector last = (BigIntVector) table.batches().get(47).getVector("number");
            assertThat(last.get(12345)).isEqualTo(Numbers.at(47, 12345));
        }
    }

    @Test
    void shouldExtendADictionaryThatGrows() throws Exception {
        try (ArrowReader reader = new Words(allocator, 6, batch -> words(0, 3 + 2 * batch));
                Table table = stored(reader)) {
            VarCharVector words = (VarCharVector) table.dictionaries().lookup(7).getVector();
            assertThat(words.getValueCount()).isEqualTo(13);
            assertThat(words.getObject(12)).hasToString("word 12");
            for (int batch = 0; batch < 6; batch++) {
                TinyIntVector index = (TinyIntVector) table.batches().get(batch).getVector("word");
                assertThat(index.get(0)).as("not moved").isEqualTo((byte) (2 + 2 * batch));
            }
        }
    }

    @Test
    void shouldKeepTheWordsOfAReplacedDictionary() throws Exception {
        try (ArrowReader reader = new Words(allocator, 4, batch -> words(10 * batch, 10 * batch + 5));
                Table table = stored(reader)) {
            VarCharVector words = (VarCharVector) table.dictionaries().lookup(7).getVector();
            for (int batch = 0; batch < 4; batch++) {
                TinyIntVector index = (TinyIntVector) table.batches().get(batch).getVector("word");
                assertThat(words.getObject(index.get(0))).hasToString("word " + (10 * batch + 4));
            }
        }
    }

    @Test
    void shouldRefuseMoreWordsThanTheIndicesCanTellApart() throws Exception {
        try (ArrowReader reader = new Words(allocator, 4, batch -> words(100 * batch, 100 * batch + 100))) {
            assertThatThrownBy(() -> fixture.codec.put(new Table.Batches(reader)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("dictionary 7")
                    .hasMessageContaining("200 values")
                    .hasMessageContaining("indices of 8 bits");
        }
    }

    @Test
    void shouldLeaveNothingWhenTheReaderFails() throws Exception {
        try (ArrowReader reader = new Numbers(allocator, 10, MIB / Long.BYTES, 6)) {
            assertThatThrownBy(() -> fixture.codec.put(new Table.Batches(reader)))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasRootCauseMessage("the line is dead");
        }
    }

    @Test
    void shouldLeaveNothingWithoutRoom() throws Exception {
        try (ArrowReader reader = new Numbers(allocator, 100, MIB / Long.BYTES)) {
            assertThatThrownBy(() -> fixture.codec.put(new Table.Batches(reader)))
                    .isInstanceOf(ObjectStoreFullException.class);
        }
    }

    @Test
    void shouldSayHowAReaderIsStored() throws Exception {
        try (ArrowReader reader = new Numbers(allocator, 1, 1)) {
            assertThatThrownBy(() -> fixture.codec.put(List.of(reader)))
                    .isInstanceOf(UnserializableException.class)
                    .hasMessageContaining("Table.put(reader)");
        }
    }

    @Test
    void shouldStoreAStreamOfNativeCode() throws Exception {
        CData.load();
        try (ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator)) {
            Data.exportArrayStream(allocator, new Numbers(allocator, 20, 10_000), stream);
            try (ArrowReader reader = Data.importArrayStream(allocator, stream);
                    Table table = stored(reader)) {
                assertThat(table.batches()).hasSize(20);
                assertThat(((BigIntVector) table.batches().get(19).getVector("number")).get(9_999))
                        .isEqualTo(Numbers.at(19, 9_999));
            }
        }
    }

    private Table stored(ArrowReader reader) {
        return (Table) fixture.roundTrip(new Table.Batches(reader));
    }

    private static List<String> words(int from, int to) {
        List<String> words = new ArrayList<>();
        for (int i = from; i < to; i++) {
            words.add("word " + i);
        }
        return words;
    }

    /** Makes batch after batch of numbers, and fails at one if asked. */
    private static final class Numbers extends ArrowReader {
        static final Schema SCHEMA =
                new Schema(List.of(Field.notNullable("number", new ArrowType.Int(64, true))), Map.of("made", "here"));

        private final int batches;
        private final int rows;
        private final int failing;
        private int next;

        Numbers(BufferAllocator allocator, int batches, int rows) {
            this(allocator, batches, rows, -1);
        }

        Numbers(BufferAllocator allocator, int batches, int rows, int failing) {
            super(allocator);
            this.batches = batches;
            this.rows = rows;
            this.failing = failing;
        }

        static long at(int batch, int row) {
            return batch * 1_000_003L + row;
        }

        @Override
        public boolean loadNextBatch() throws IOException {
            if (next == failing) {
                throw new IOException("the line is dead");
            }
            if (next == batches) {
                return false;
            }
            VectorSchemaRoot root = getVectorSchemaRoot();
            root.clear();
            BigIntVector numbers = (BigIntVector) root.getVector("number");
            numbers.allocateNew(rows);
            for (int i = 0; i < rows; i++) {
                numbers.set(i, at(next, i));
            }
            root.setRowCount(rows);
            next++;
            return true;
        }

        @Override
        protected Schema readSchema() {
            return SCHEMA;
        }

        @Override
        public long bytesRead() {
            return 0;
        }

        @Override
        protected void closeReadSource() {}
    }

    /** Batches of one row each, the last word of their dictionary. */
    private static final class Words extends ArrowReader {
        private static final DictionaryEncoding ENCODING = new DictionaryEncoding(7, false, new ArrowType.Int(8, true));

        private final IntFunction<List<String>> wordsOf;
        private final int batches;
        private final VarCharVector words;
        private int next;

        Words(BufferAllocator allocator, int batches, IntFunction<List<String>> wordsOf) {
            super(allocator);
            this.batches = batches;
            this.wordsOf = wordsOf;
            words = new VarCharVector("words", allocator);
        }

        @Override
        public boolean loadNextBatch() throws IOException {
            if (next == batches) {
                return false;
            }
            List<String> now = wordsOf.apply(next++);
            words.clear();
            words.allocateNew();
            for (int i = 0; i < now.size(); i++) {
                words.setSafe(i, now.get(i).getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
            words.setValueCount(now.size());
            VectorSchemaRoot root = getVectorSchemaRoot();
            root.clear();
            TinyIntVector index = (TinyIntVector) root.getVector("word");
            index.allocateNew(1);
            index.set(0, now.size() - 1);
            root.setRowCount(1);
            return true;
        }

        @Override
        protected Schema readSchema() {
            return new Schema(
                    List.of(new Field("word", new FieldType(true, new ArrowType.Int(8, true), ENCODING), null)));
        }

        @Override
        public VectorSchemaRoot getVectorSchemaRoot() throws IOException {
            if (root == null) {
                root = VectorSchemaRoot.create(readSchema(), allocator);
            }
            return root;
        }

        private VectorSchemaRoot root;

        @Override
        public Map<Long, Dictionary> getDictionaryVectors() {
            return Map.of(7L, dictionary());
        }

        @Override
        public Dictionary lookup(long id) {
            return id == 7 ? dictionary() : null;
        }

        private Dictionary dictionary() {
            return new Dictionary((FieldVector) words, ENCODING);
        }

        @Override
        public void close() {
            words.close();
            if (root != null) {
                root.close();
            }
        }

        @Override
        public long bytesRead() {
            return 0;
        }

        @Override
        protected void closeReadSource() {}
    }
}
