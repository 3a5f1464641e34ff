package io.atoll.examples.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RunningMeanTest {
    @Test
    void shouldKeepItsStateInTheWorker() {
        try (AtollSession session = Atoll.init(
                AtollOptions.builder().workers(1).storeBytes(64L << 20).build())) {
            assertThat(Atoll.task(RunningMean::add, 1.0).remote().get()).isEqualTo(1);
            assertThat(Atoll.task(RunningMean::add, 2.0).remote().get()).isEqualTo(1.5);
            assertThat(Atoll.task(RunningMean::add, 6.0).remote().get()).isEqualTo(3);
            assertThat(Atoll.task(RunningMean::count).remote().get()).isEqualTo(3);
        }
        assertThat(RunningMean.count()).as("this process has one of its own").isZero();
    }
}
