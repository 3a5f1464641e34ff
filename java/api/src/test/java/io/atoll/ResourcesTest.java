package io.atoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ResourcesTest {
    @Test
    void shouldHoldExactFractions() {
        Resources tenth = Resources.cpus(0.1).with("licence", 0.3);
        assertThat(tenth.amount(Resources.CPU)).isEqualTo(1000);
        assertThat(tenth.amount("licence")).isEqualTo(3000);
        assertThat(tenth.amount(Resources.GPU)).isZero();
        assertThat(tenth).hasToString("0.1 CPU, 0.3 licence");
    }

    @Test
    void shouldHoldNoZeros() {
        assertThat(Resources.cpus(1).with(Resources.CPU, 0)).isEqualTo(Resources.cpus(0));
        assertThat(Resources.cpus(0)).hasToString("nothing");
        assertThatIllegalArgumentException().isThrownBy(() -> new Resources(Map.of("CPU", 0L)));
        assertThatIllegalArgumentException().isThrownBy(() -> new Resources(Map.of("CPU", -1L)));
    }

    @Test
    void shouldRefuseWhatCannotBeCounted() {
        for (double bad : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY, 0.00004}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Resources.cpus(bad))
                    .withMessageContaining("CPU")
                    .withMessageContaining(Double.toString(bad));
        }
    }

    @Test
    void shouldRefuseOptionsThatCannotBe() {
        AtollOptions options = AtollOptions.defaults();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withStoreBytes(-1))
                .withMessageContaining("-1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withWorkers(-2))
                .withMessageContaining("-2");
        assertThatIllegalArgumentException().isThrownBy(() -> options.withGpus(-1));
        assertThat(options.withCpus(3).withGpus(0.5).resources()).hasToString("3 CPU, 0.5 GPU");
    }
}
