package io.atoll.internal.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.internal.store.ObjectStore;
import io.atoll.internal.store.testkit.InMemoryStore;
import io.atoll.table.Table;
import io.atoll.tensor.DType;
import io.atoll.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.time.Duration;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Stored values seen in another form: the stored bytes themselves. */
class FormsTest {
    private InMemoryStore store;
    private ObjectCodec codec;

    @BeforeEach
    void open() {
        store = InMemoryStore.create(1 << 20);
        codec = new ObjectCodec(store, id -> null);
    }

    /** Raw views cannot be closed: they let go when they are unreachable. */
    @AfterEach
    void close() throws InterruptedException {
        for (int i = 0; i < 1000 && store.pins() != 0; ++i) {
            System.gc();
            Thread.sleep(10);
        }
        store.close();
    }

    private <T> T seen(Object value, Class<T> form) {
        return form.cast(codec.getOrFailure(codec.put(value), Duration.ZERO, form));
    }

    @Test
    void shouldSeeNumbersWhereTheyLie() {
        ObjectId id = codec.put(Tensor.of(new double[] {1, 2, 3, 4}, 2, 2));
        DoublePointer pointer = (DoublePointer) codec.getOrFailure(id, Duration.ZERO, DoublePointer.class);
        assertThat(pointer.limit()).isEqualTo(4);
        assertThat(pointer.get(3)).isEqualTo(4);
        try (ObjectStore.Pin pin = store.get(id, Duration.ZERO)) {
            assertThat(pointer.address()).isBetween(pin.address(), pin.address() + pin.size());
        }
    }

    @Test
    void shouldSeeArraysInTheirElementType() {
        assertThat(seen(new int[] {5, 6}, IntPointer.class).get(1)).isEqualTo(6);
        assertThat(seen(new long[] {7}, LongPointer.class).get(0)).isEqualTo(7);
        assertThat(seen(new byte[] {8}, BytePointer.class).get(0)).isEqualTo((byte) 8);
        assertThat(seen(new boolean[] {true}, BoolPointer.class).get(0)).isTrue();
        assertThat(seen(new float[] {9}, FloatIndexer.class).get(0)).isEqualTo(9);
        assertThat(seen(new double[] {1, 2}, DoubleBuffer.class).get(1)).isEqualTo(2);
        assertThat(seen(new char[] {'x'}, CharBuffer.class).get(0)).isEqualTo('x');
        try (Tensor tensor = seen(new short[] {3}, Tensor.class)) {
            assertThat(tensor.type()).isEqualTo(DType.INT16);
        }
        assertThat(seen(DoubleBuffer.wrap(new double[] {4}), DoublePointer.class)
                        .get(0))
                .isEqualTo(4);
        assertThat(seen(ByteBuffer.wrap(new byte[] {6}), Pointer.class).limit()).isEqualTo(1);
        assertThat(seen(new int[0], IntPointer.class).limit()).isZero();
    }

    @Test
    void shouldSeeATableAsItsArrowStream() {
        try (BufferAllocator allocator = new RootAllocator();
                IntVector column = new IntVector("n", allocator)) {
            column.allocateNew(3);
            column.setValueCount(3);
            try (VectorSchemaRoot root = VectorSchemaRoot.of(column)) {
                ObjectId id = codec.put(root);
                ByteBuffer bytes = (ByteBuffer) codec.getOrFailure(id, Duration.ZERO, ByteBuffer.class);
                assertThat(bytes).isEqualTo(codec.bytes(id, Duration.ZERO, 0, Long.MAX_VALUE));
                assertThat(codec.getOrFailure(id, Duration.ZERO, VectorSchemaRoot.class))
                        .isInstanceOfSatisfying(VectorSchemaRoot.class, VectorSchemaRoot::close);
            }
        }
    }

    @Test
    void shouldGiveAValueThatHasTheFormAlready() {
        assertThat(seen("text", String.class)).isEqualTo("text");
        assertThat(seen(List.of(1), List.class)).isEqualTo(List.of(1));
        assertThat(seen(3, Number.class)).isEqualTo(3);
    }

    @Test
    void shouldSayWhatCannotBeSeenAsWhat() {
        assertThatThrownBy(() -> seen(new int[] {1}, DoublePointer.class))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContainingAll("INT32", "DoublePointer", "IntPointer");
        assertThatThrownBy(() -> seen("text", DoublePointer.class))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContainingAll("String", "DoublePointer");
        assertThatThrownBy(() -> seen(List.of(1), Table.class))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContainingAll("List", "Table");
    }
}
