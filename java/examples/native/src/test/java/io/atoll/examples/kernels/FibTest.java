package io.atoll.examples.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class FibTest extends Node {
    @Test
    void shouldBeTheSameInAllThree() {
        for (int n : new int[] {0, 1, 2, 10, 92}) {
            BigInteger expected = Atoll.task(Fib::objects, n).remote().get();
            assertThat(Atoll.task(Fib::typed, n).remote().get()).isEqualTo(expected.longValueExact());
            assertThat(Atoll.task(Fib::inCpp, n).remote().get()).isEqualTo(expected.longValueExact());
        }
        assertThat(Atoll.task(Fib::typed, 92).remote().get()).isEqualTo(7540113804746346429L);
    }
}
