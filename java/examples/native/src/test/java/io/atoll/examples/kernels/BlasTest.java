package io.atoll.examples.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atoll.Atoll;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.tensor.Tensor;
import java.util.Random;
import org.bytedeco.javacpp.DoublePointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class BlasTest extends Node {
    @Test
    void shouldMultiplyVectorsWhereTheyLie() {
        ObjectRef<Tensor> x = Atoll.put(Tensor.of(new double[] {1, 2, 3}));
        ObjectRef<Tensor> y = Atoll.put(Tensor.of(new double[] {4, 5, 6}));
        long before = copied();
        assertThat(Atoll.task(Blas::ddot, x.as(DoublePointer.class), y.as(DoublePointer.class))
                        .remote()
                        .get())
                .isEqualTo(32);
        assertThat(copied()).isEqualTo(before);
        ObjectRef<Tensor> shorter = Atoll.put(Tensor.of(new double[] {1}));
        assertThatThrownBy(() -> Atoll.task(Blas::ddot, x.as(DoublePointer.class), shorter.as(DoublePointer.class))
                        .remote()
                        .get())
                .isInstanceOf(TaskException.class)
                .hasMessageContaining("vectors of 3 and 1 elements");
    }

    @Test
    void shouldComputeAKernelMatrixInPlace() {
        int n = 5;
        int k = 3;
        int lda = 7; // columns of five, and two rows that are left out
        int start = 2;
        double[] a = new Random(3).doubles((long) lda * k + start).toArray();
        double[] c = new Random(4).doubles((long) n * n).toArray();
        ObjectRef<Tensor> c0 = Atoll.put(Tensor.of(c, n, n));
        ObjectRef<Tensor> result = Atoll.task(
                        (DoublePointer stored, DoublePointer first) ->
                                Blas.kernelMatrix('U', 'N', n, k, 2, stored, start, lda, 0.5, first, n),
                        Atoll.put(Tensor.of(a)).as(DoublePointer.class),
                        c0.as(DoublePointer.class))
                .remote();
        try (Tensor tensor = result.get();
                Tensor before = c0.get()) {
            assertThat(before.as(double[].class)).as("the given one stays").isEqualTo(c);
            for (int j = 0; j < n; ++j) {
                for (int i = 0; i < n; ++i) {
                    double expected = c[j * n + i];
                    if (i <= j) { // the upper triangle, column by column
                        expected *= 0.5;
                        for (int l = 0; l < k; ++l) {
                            expected += 2 * a[start + l * lda + i] * a[start + l * lda + j];
                        }
                    }
                    assertThat(tensor.getDouble(j, i)).isCloseTo(expected, within(1e-12));
                }
            }
        }
    }
}
