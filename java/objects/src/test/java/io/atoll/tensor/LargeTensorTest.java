package io.atoll.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.internal.objects.Fixture;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.indexer.ByteIndexer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** More elements than an int counts, in a store: 2.2 GiB of shared memory for some seconds. */
class LargeTensorTest {
    private static final long ROWS = 2_253;
    private static final long COLUMNS = 1 << 20;
    private static final long SIZE = ROWS * COLUMNS;

    @Test
    @Tag("once")
    void shouldHoldMoreThanTwoGibibytes() {
        try (Fixture fixture = Fixture.shared(3L << 30)) {
            ObjectId id = create(fixture);
            look(fixture, id);
            Fixture.collectUntil(() -> fixture.pins() == 0);
            fixture.store.dereference(id);
        }
    }

    static ObjectId create(Fixture fixture) {
        try (WritableTensor tensor =
                TensorWriter.begin(DType.INT8, new long[] {ROWS, COLUMNS}, fixture.place(Duration.ofSeconds(30)))) {
            tensor.setLong(1, 0, 0);
            tensor.as(ByteIndexer.class).put(ROWS - 1, COLUMNS - 1, (byte) 2);
            assertThatThrownBy(() -> tensor.as(ByteBuffer.class)).hasMessageContaining("2362441728 bytes");
            return tensor.seal().id();
        }
    }

    private static void look(Fixture fixture, ObjectId id) {
        try (Tensor tensor = (Tensor) fixture.codec.get(id, Duration.ZERO)) {
            assertThat(tensor.size()).isEqualTo(SIZE).isGreaterThan(1L << 31);
            assertThat(tensor.getInt(0, 0)).isEqualTo(1);
            assertThat(tensor.getInt(ROWS - 1, COLUMNS - 1)).isEqualTo(2);
            try (Tensor flat = tensor.reshape(SIZE);
                    Tensor end = flat.slice(0, (1L << 31) + 5, SIZE);
                    Tensor column = tensor.select(1, COLUMNS - 1);
                    Tensor backwards = flat.reverse(0)) {
                assertThat(end.size()).isEqualTo(SIZE - (1L << 31) - 5);
                assertThat(end.getInt(end.size() - 1)).isEqualTo(2);
                ByteBuffer bytes = end.asByteBuffer();
                assertThat(bytes.get(bytes.limit() - 1)).isEqualTo((byte) 2);
                assertThat(column.getInt(ROWS - 1)).isEqualTo(2);
                assertThat(backwards.getInt(0)).isEqualTo(2);
                assertThat(backwards.getInt(SIZE - 1)).isEqualTo(1);
            }
            BytePointer pointer = tensor.as(BytePointer.class);
            assertThat(pointer.limit()).isEqualTo(SIZE);
            assertThat(ByteIndexer.create(pointer).get(SIZE - 1)).isEqualTo((byte) 2);
            assertThat(tensor.as(ByteIndexer.class).get(ROWS - 1, COLUMNS - 1)).isEqualTo((byte) 2);

            assertThatThrownBy(tensor::asByteBuffer)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("2362441728 bytes do not fit a ByteBuffer");
            assertThatThrownBy(() -> tensor.as(byte[].class))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("2362441728 elements do not fit an array");
            assertThatThrownBy(() -> fixture.codec.bytes(id, Duration.ZERO, 0, Long.MAX_VALUE))
                    .hasMessageContaining("do not fit one buffer");
            ByteBuffer last = fixture.codec.bytes(id, Duration.ZERO, 1L << 31, Long.MAX_VALUE);
            assertThat(last.get(last.limit() - 1)).isEqualTo((byte) 2);
        }
        assertThat(fixture.copied()).isZero();
    }
}
