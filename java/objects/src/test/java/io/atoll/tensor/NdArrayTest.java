package io.atoll.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.internal.objects.Fixture;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.Test;
import org.tensorflow.ndarray.BooleanNdArray;
import org.tensorflow.ndarray.ByteNdArray;
import org.tensorflow.ndarray.DoubleNdArray;
import org.tensorflow.ndarray.FloatNdArray;
import org.tensorflow.ndarray.IntNdArray;
import org.tensorflow.ndarray.LongNdArray;
import org.tensorflow.ndarray.NdArray;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.ShortNdArray;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.ndarray.index.Indices;

/** Tensors as TensorFlow's NdArrays and back. */
class NdArrayTest {
    @Test
    void shouldShowATensorOfTheStoreWithoutACopy() {
        try (Fixture fixture = Fixture.shared()) {
            show(fixture);
            assertThat(fixture.copied()).isZero();
            Fixture.collectUntil(() -> fixture.pins() == 0);
        }
    }

    private static void show(Fixture fixture) {
        Tensor read = (Tensor) fixture.roundTrip(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
        FloatNdArray array = read.as(FloatNdArray.class);
        read.close();
        assertThat(array.shape()).isEqualTo(Shape.of(2, 3));
        assertThat(array.getFloat(1, 2)).isEqualTo(6);
        assertThat(array.slice(Indices.all(), Indices.at(1)).getFloat(1)).isEqualTo(5);
        assertThat(fixture.pins()).as("its share is the view's").isEqualTo(1);
        assertThatThrownBy(() -> array.setFloat(7, 0, 0)).isInstanceOf(ReadOnlyBufferException.class);
        assertThatThrownBy(() -> array.copyFrom(DataBuffers.of(1f, 2f, 3f, 4f, 5f, 6f)))
                .isInstanceOf(ReadOnlyBufferException.class);
    }

    @Test
    void shouldShowEveryType() {
        for (DType type : DType.values()) {
            byte[] bytes = new byte[64];
            bytes[0] = 1;
            NdArray<?> array =
                    Tensor.of(type, ByteBuffer.wrap(bytes), 64 / type.bytes()).as(NdArray.class);
            assertThat(array.shape().get(0)).isEqualTo(64 / type.bytes());
            assertThat(array.rank()).isEqualTo(type.isComplex() ? 2 : 1);
        }
        assertThat(Tensor.of(new boolean[] {false, true})
                        .as(BooleanNdArray.class)
                        .getBoolean(1))
                .isTrue();
        assertThat(Tensor.of(DType.FLOAT16, new short[] {0x3c00, (short) 0xc000})
                        .as(FloatNdArray.class)
                        .getFloat(1))
                .isEqualTo(-2);
        assertThat(Tensor.scalar(5).as(DoubleNdArray.class).getDouble()).isEqualTo(5);
        assertThatThrownBy(() -> Tensor.of(new int[] {1}).as(FloatNdArray.class))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("only as");
        assertThatThrownBy(() -> Tensor.of(new int[6], 2, 3).transpose().as(IntNdArray.class))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("contiguous");
    }

    @Test
    void shouldMakeATensorOfAnNdArray() {
        DoubleNdArray doubles = NdArrays.ofDoubles(Shape.of(2, 2));
        doubles.setDouble(5, 1, 0);
        Tensor tensor = Tensor.from(doubles);
        assertThat(tensor.shape()).containsExactly(2, 2);
        assertThat(tensor.getDouble(1, 0)).isEqualTo(5);
        assertThat(Tensor.from(doubles, 4).getDouble(2)).isEqualTo(5);
        assertThat(Tensor.from(doubles.slice(Indices.all(), Indices.at(0))).getDouble(1))
                .isEqualTo(5);
        assertThat(Tensor.from(NdArrays.scalarOf(7L)).rank()).isZero();
        FloatNdArray floats = NdArrays.vectorOf(1f, 2f);
        IntNdArray ints = NdArrays.vectorOf(1, 2);
        LongNdArray longs = NdArrays.vectorOf(1L, 2L);
        ShortNdArray shorts = NdArrays.vectorOf((short) 1, (short) 2);
        ByteNdArray bytes = NdArrays.vectorOf((byte) 1, (byte) 2);
        for (NdArray<?> each : new NdArray<?>[] {floats, ints, longs, shorts, bytes}) {
            assertThat(Tensor.from(each).getDouble(1)).isEqualTo(2);
        }
        assertThat(Tensor.from(NdArrays.vectorOf(false, true)).getBoolean(1)).isTrue();
        assertThatThrownBy(() -> Tensor.from(NdArrays.vectorOfObjects("a", "b")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no tensor can be made");
    }
}
