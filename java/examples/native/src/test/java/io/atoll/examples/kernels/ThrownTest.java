package io.atoll.examples.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.TaskException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ThrownTest extends Node {
    @Test
    void shouldArriveWithItsText() {
        assertThat(Atoll.task(Thrown::squareRoot, 9.0).remote().get()).isEqualTo(3);
        assertThatThrownBy(() -> Atoll.task(Thrown::squareRoot, -4.0).remote().get())
                .isInstanceOf(TaskException.class)
                .hasMessageContaining("Thrown.squareRoot")
                .cause()
                .isInstanceOf(RuntimeException.class)
                .hasMessage("no square root of -4.000000 among the reals");
    }
}
