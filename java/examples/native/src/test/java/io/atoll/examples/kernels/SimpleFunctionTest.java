package io.atoll.examples.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SimpleFunctionTest extends Node {
    @Test
    void shouldBeATask() {
        assertThat(Atoll.task(SimpleFunction::sumOfThree, 1L, 2L, 3L).remote().get())
                .isEqualTo(6);
        assertThat(Atoll.task(SimpleFunction::sumOfThree, Atoll.put(1L << 62), 2L, -3L)
                        .remote()
                        .get())
                .isEqualTo((1L << 62) - 1);
    }
}
