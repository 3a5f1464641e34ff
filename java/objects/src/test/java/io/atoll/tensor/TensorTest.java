package io.atoll.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.LongBuffer;
import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.Test;

class TensorTest {
    private final Tensor counted = Tensor.of(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 3, 4);

    @Test
    void shouldTakeOneAxisWhenNoShapeIsGiven() {
        assertThat(Tensor.of(new float[5]).shape()).containsExactly(5);
    }

    @Test
    void shouldRefuseAShapeThatDoesNotFitTheData() {
        assertThatThrownBy(() -> Tensor.of(new double[6], 4, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[4, 2] has 8 elements of 8 bytes, the data 48 bytes");
        assertThatThrownBy(() -> Tensor.of(new double[6], -2, -3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tensor.of(new double[6], Long.MAX_VALUE, 4))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldReadByIndex() {
        assertThat(counted.getInt(1, 2)).isEqualTo(6);
        assertThat(counted.getDouble(2, 3)).isEqualTo(11.0);
        assertThat(counted.getLong(new long[] {0, 1})).isEqualTo(1);
        assertThatThrownBy(() -> counted.getInt(3, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> counted.getInt(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldViewSlicesTransposesAndReshapes() {
        assertThat(counted.select(0, 1).getInt(3)).isEqualTo(7);
        assertThat(counted.select(1, 3).getInt(1)).isEqualTo(7);
        assertThat(counted.slice(1, 1, 3).shape()).containsExactly(3, 2);
        assertThat(counted.slice(1, 1, 3).getInt(2, 1)).isEqualTo(10);
        assertThat(counted.slice(1, 0, 4, 3).getInt(1, 1)).isEqualTo(7);
        assertThat(counted.transpose().getInt(2, 1)).isEqualTo(6);
        assertThat(counted.reverse(0).getInt(0, 0)).isEqualTo(8);
        assertThat(counted.reshape(2, 6).getInt(1, 0)).isEqualTo(6);
        assertThatThrownBy(() -> counted.transpose().reshape(12)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> counted.transpose(0, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldReadEveryType() {
        assertThat(Tensor.of(DType.UINT8, new byte[] {-1}).getLong(0)).isEqualTo(255);
        assertThat(Tensor.of(DType.UINT16, new short[] {-1}).getInt(0)).isEqualTo(65535);
        assertThat(Tensor.of(DType.UINT32, new int[] {-1}).getLong(0)).isEqualTo(4294967295L);
        assertThat(Tensor.of(DType.UINT64, new long[] {-1}).getDouble(0)).isEqualTo(0x1p64);
        assertThat(Tensor.of(new boolean[] {false, true}).getBoolean(1)).isTrue();
        assertThatThrownBy(() -> Tensor.of(new double[1]).getLong(0)).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void shouldReadHalfPrecision() {
        short[] halves = {0x3c00, (short) 0xc000, 0x7bff, 0x0001, (short) 0x8000, 0x7c00, 0x0400};
        double[] values = {1, -2, 65504, 0x1p-24, -0.0, Double.POSITIVE_INFINITY, 0x1p-14};
        Tensor tensor = Tensor.of(DType.FLOAT16, halves);
        for (int i = 0; i < values.length; i++) {
            assertThat(tensor.getDouble(i)).isEqualTo(values[i]);
        }
        assertThat(Tensor.of(DType.FLOAT16, new short[] {0x7e00}).getFloat(0)).isNaN();
    }

    @Test
    void shouldHandOutReadOnlyBuffers() {
        DoubleBuffer view =
                Tensor.of(new double[] {1, 2, 3, 4}, 2, 2).select(0, 1).asDoubleBuffer();

        assertThat(view.get(0)).isEqualTo(3);
        assertThat(view.remaining()).isEqualTo(2);
        assertThatThrownBy(() -> view.put(0, 5)).isInstanceOf(ReadOnlyBufferException.class);
        assertThatThrownBy(() -> counted.asDoubleBuffer()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> counted.transpose().asIntBuffer()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldViewADirectBuffer() {
        ByteBuffer direct = ByteBuffer.allocateDirect(20).order(ByteOrder.nativeOrder());
        direct.putInt(4, 7).putInt(16, 9).position(4);
        Tensor tensor = Tensor.of(DType.INT32, direct, 4);

        assertThat(tensor.getInt(0)).isEqualTo(7);
        assertThat(tensor.getInt(3)).isEqualTo(9);
        assertThat(tensor.slice(0, 3, 4).asIntBuffer().get(0)).isEqualTo(9);
    }

    @Test
    void shouldThrowAfterClose() {
        Tensor tensor = Tensor.of(new int[4]);
        Tensor slice = tensor.slice(0, 1, 2);
        tensor.close();
        tensor.close();

        assertThatThrownBy(() -> tensor.getInt(0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(tensor::asIntBuffer).isInstanceOf(IllegalStateException.class);
        assertThat(slice.getInt(0)).isZero();
    }

    @Test
    void shouldHoldComplexNumbers() {
        Tensor complex = Tensor.of(DType.COMPLEX64, new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 2);

        assertThat(complex.getReal(1, 0)).isEqualTo(5);
        assertThat(complex.getImaginary(1, 0)).isEqualTo(6);
        assertThat(complex.transpose().imaginary().as(float[].class)).containsExactly(2, 6, 4, 8);
        assertThat(complex.real().getFloat(1, 1)).isEqualTo(7);
        assertThat(complex.asFloatBuffer().get(7)).isEqualTo(8);
        assertThatThrownBy(() -> complex.getDouble(0, 0))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("getReal and getImaginary");
    }

    @Test
    void shouldViewTheElementsThatABufferStandsAt() {
        DoubleBuffer tail = DoubleBuffer.wrap(new double[] {0, 1, 2, 3}).position(2);

        assertThat(Tensor.of(tail).asDoubleBuffer().get(0)).isEqualTo(2);
    }

    @Test
    void shouldCopyIntoArrays() {
        assertThat(counted.transpose().as(int[].class)).containsExactly(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11);
        assertThat(Tensor.of(DType.UINT16, new short[] {65}).as(char[].class)).containsExactly('A');
        assertThatThrownBy(() -> counted.as(double[].class))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage(
                        "a tensor of INT32 cannot be seen as double[], only as int[], or what else Tensor.as has for its type");
        assertThatThrownBy(() -> counted.as(String.class)).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void shouldBeMadeFromArraysAndBuffers() {
        assertThat(Tensor.from(new char[] {'A'}).type()).isEqualTo(DType.UINT16);
        assertThat(Tensor.from(new double[] {1, 2, 3, 4}, 2, 2).getDouble(1, 0)).isEqualTo(3);
        assertThat(Tensor.from(LongBuffer.wrap(new long[] {7})).getLong(0)).isEqualTo(7);
        assertThat(Tensor.from(DType.FLOAT32, ByteBuffer.allocateDirect(8)).size())
                .isEqualTo(2);
        assertThat(Tensor.from(counted)).isSameAs(counted);
        assertThatThrownBy(() -> Tensor.from("text"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("no tensor can be made from a java.lang.String, only from arrays and buffers");
    }
}
