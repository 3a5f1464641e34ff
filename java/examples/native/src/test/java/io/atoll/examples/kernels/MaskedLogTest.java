package io.atoll.examples.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class MaskedLogTest extends Node {
    @Test
    void shouldFillItsResultWhereItStays() {
        Tensor numbers = Tensor.of(new double[] {1, Math.E, 0, -1, Double.NaN, Double.POSITIVE_INFINITY}, 2, 3);
        try (Tensor logs =
                Atoll.task(MaskedLog::of, Atoll.put(numbers), -99.0).remote().get()) {
            assertThat(logs.shape()).containsExactly(2, 3);
            assertThat(logs.as(double[].class)).containsExactly(0, 1, -99, -99, -99, Double.POSITIVE_INFINITY);
        }
        assertThat(copied()).isZero();
    }
}
