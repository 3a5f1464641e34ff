package io.atoll.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.UnserializableException;
import io.atoll.internal.objects.Fixture;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClosedVectorsTest {
    private static final ArrowType.Int INT = new ArrowType.Int(32, true);

    private final Fixture fixture = new Fixture();
    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void close() {
        fixture.close();
        allocator.close();
    }

    @Test
    void shouldRefuseAVectorWhoseBufferWasReleased() {
        IntVector vector = new IntVector("n", allocator);
        vector.setSafe(0, 1);
        vector.setValueCount(1);
        ArrowBuf shared = vector.getDataBuffer(); // validity and values lie in one allocation
        int uses = shared.refCnt();
        shared.getReferenceManager().release(uses);
        assertThatThrownBy(() -> fixture.codec.put(vector))
                .isInstanceOf(UnserializableException.class)
                .hasMessageContaining("column n cannot be stored: a buffer of");
    }

    /** Which Arrow tells where assertions are on, as here: then it counts no use of what the allocator has given. */
    @Test
    void shouldRefuseVectorsOfAClosedAllocator() {
        BufferAllocator early = new RootAllocator();
        IntVector vector = new IntVector("n", early);
        vector.setSafe(0, 1);
        vector.setValueCount(1);
        assertThatThrownBy(early::close).hasMessageContaining("leaked");
        VectorSchemaRoot root = VectorSchemaRoot.of(vector);
        for (Object each : List.of(vector, root, Table.of(root), List.of(vector))) {
            assertThatThrownBy(() -> fixture.codec.put(each))
                    .isInstanceOf(UnserializableException.class)
                    .hasMessageContaining("column n cannot be stored: its allocator \"ROOT\" is closed");
        }
    }

    @Test
    void shouldRefuseAStructWithAClosedChild() {
        try (StructVector struct = StructVector.empty("s", allocator)) {
            IntVector child = struct.addOrGet("n", FieldType.nullable(INT), IntVector.class);
            struct.setIndexDefined(0);
            child.setSafe(0, 7);
            struct.setValueCount(1);
            child.close();
            assertThatThrownBy(() -> fixture.codec.put(struct))
                    .isInstanceOf(UnserializableException.class)
                    .hasMessageContaining("column n in s has 0 rows, and 1 are referred to: was it closed");
        }
    }

    @Test
    void shouldRefuseListsWithClosedChildren() {
        try (ListVector list = ListVector.empty("l", allocator);
                LargeListVector large = LargeListVector.empty("g", allocator)) {
            list.addOrGetVector(FieldType.nullable(INT));
            list.startNewValue(0);
            ((IntVector) list.getDataVector()).setSafe(0, 1);
            list.endValue(0, 1);
            list.setValueCount(1);
            large.addOrGetVector(FieldType.nullable(INT));
            large.startNewValue(0);
            ((IntVector) large.getDataVector()).setSafe(0, 1);
            large.endValue(0, 1);
            large.setValueCount(1);
            for (FieldVector each : List.<FieldVector>of(list, large)) {
                each.getChildrenFromFields().get(0).close();
                assertThatThrownBy(() -> fixture.codec.put(each))
                        .isInstanceOf(UnserializableException.class)
                        .hasMessageContaining("has 0 rows, and 1 are referred to");
            }
        }
    }

    @Test
    void shouldRefuseATableWhoseDictionaryIsClosed() {
        VarCharVector words = new VarCharVector("words", allocator);
        words.setSafe(0, "red".getBytes(StandardCharsets.UTF_8));
        words.setValueCount(1);
        DictionaryEncoding encoding = new DictionaryEncoding(7, false, INT);
        IntVector index = new IntVector("colour", new FieldType(true, INT, encoding), allocator);
        index.setSafe(0, 0);
        index.setValueCount(1);
        DictionaryProvider provider = new DictionaryProvider.MapDictionaryProvider(new Dictionary(words, encoding));
        try (Table table = Table.of(provider, List.of(new VectorSchemaRoot(List.<FieldVector>of(index))))) {
            words.close();
            assertThatThrownBy(() -> fixture.codec.put(table))
                    .isInstanceOf(UnserializableException.class)
                    .hasMessageContaining("column colour is encoded with dictionary 7, which has no values");
        }
    }

    /** Arrow keeps no trace of the closing: such a vector is one that was never filled. */
    @Test
    void shouldStoreAClosedVectorByItselfAsAnEmptyOne() {
        IntVector vector = new IntVector("n", allocator);
        vector.setSafe(0, 1);
        vector.setValueCount(1);
        vector.close();
        try (IntVector read = (IntVector) fixture.roundTrip(vector)) {
            assertThat(read.getValueCount()).isZero();
        }
    }
}
