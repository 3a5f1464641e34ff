package io.atoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.spi.ResourceUnits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResourcesTest {
    @Test
    void shouldSpeakUnits() {
        Resources tenth = Resources.cpus(0.1).with("licence", 0.3);
        assertThat(tenth.quantity(Resources.CPU)).isEqualTo(0.1);
        assertThat(tenth.quantity("licence")).isEqualTo(0.3);
        assertThat(tenth.quantity(Resources.GPU)).isZero();
        assertThat(tenth.quantities()).containsExactly(Map.entry("CPU", 0.1), Map.entry("licence", 0.3));
        assertThat(tenth).hasToString("0.1 CPU, 0.3 licence");
        assertThatThrownBy(() -> tenth.quantities().put("CPU", 2.0)).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void shouldHoldExactFractions() {
        assertThat(Resources.cpus(1.0 / 3)).isEqualTo(Resources.cpus(0.3333)).hasToString("0.3333 CPU");
        for (long amount : new long[] {1, 3333, 9_999, 10_000, 123_456_789_012L}) {
            Resources resources = ResourceUnits.of(Map.of("CPU", amount));
            assertThat(ResourceUnits.amount(resources, "CPU")).isEqualTo(amount);
            assertThat(ResourceUnits.amounts(resources)).containsExactly(Map.entry("CPU", amount));
        }
    }

    @Test
    void shouldHoldNoZeros() {
        assertThat(Resources.cpus(1).with(Resources.CPU, 0))
                .isEqualTo(Resources.cpus(0))
                .isEqualTo(Resources.none());
        assertThat(Resources.none()).hasToString("nothing");
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
        AtollOptions.Builder options = AtollOptions.builder();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.storeBytes(-1))
                .withMessageContaining("storeBytes: -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.workers(-2))
                .withMessageContaining("-2");
        assertThatIllegalArgumentException().isThrownBy(() -> options.gpus(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> options.workerHeapBytes(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> options.maxObjects(0));
        assertThatIllegalArgumentException().isThrownBy(() -> options.maxObjects(1L << 25));
        assertThatIllegalArgumentException().isThrownBy(() -> options.putTimeout(Duration.ofMillis(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> options.workerEnvironment("A=B", "c"));
        assertThat(options.build().resources())
                .isEqualTo(AtollOptions.defaults().resources());
        assertThat(options.cpus(3).gpus(0.5).build().resources()).hasToString("3 CPU, 0.5 GPU");
    }

    @Test
    void shouldBuildOptionsThatStayAsTheyAre() {
        AtollOptions.Builder builder = AtollOptions.builder()
                .storeBytes(1 << 20)
                .workers(3)
                .workerHeapBytes(64 << 20)
                .workerJvmArguments("-XX:+UseZGC")
                .workerEnvironment("A", "1")
                .workerEnvironment("B", "2")
                .workerClassPath(Path.of("a.jar"))
                .workerClassPath(Path.of("b.jar"))
                .maxObjects(1000)
                .putTimeout(Duration.ofSeconds(3));
        AtollOptions options = builder.build();
        builder.storeBytes(0)
                .workers(0)
                .workerJvmArguments()
                .workerEnvironment("A", "0")
                .withoutSpilling();
        assertThat(options.storeBytes()).isEqualTo(1 << 20);
        assertThat(options.workers()).isEqualTo(3);
        assertThat(options.workerHeapBytes()).isEqualTo(64 << 20);
        assertThat(options.workerJvmArguments()).containsExactly("-XX:+UseZGC");
        assertThat(options.workerEnvironment()).containsOnly(Map.entry("A", "1"), Map.entry("B", "2"));
        assertThat(options.workerClassPath()).containsExactly(Path.of("a.jar"), Path.of("b.jar"));
        assertThat(options.maxObjects()).isEqualTo(1000);
        assertThat(options.putTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(options.spillDirectory()).contains(Path.of(System.getProperty("java.io.tmpdir")));
        AtollOptions one = AtollOptions.defaults()
                .withStoreBytes(5)
                .withWorkers(2)
                .withCpus(4)
                .withGpus(1)
                .withResource("licence", 2)
                .withSpillDirectory(Path.of("disk"));
        assertThat(one.storeBytes()).isEqualTo(5);
        assertThat(one.workers()).isEqualTo(2);
        assertThat(one.resources()).hasToString("4 CPU, 1 GPU, 2 licence");
        assertThat(one.spillDirectory()).contains(Path.of("disk"));
        assertThat(one.withoutSpilling().spillDirectory()).isEmpty();
        AtollOptions changed = options.toBuilder().withoutSpilling().build();
        assertThat(changed.workers()).isEqualTo(3);
        assertThat(changed.spillDirectory()).isEmpty();
    }
}
