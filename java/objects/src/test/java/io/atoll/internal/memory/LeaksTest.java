package io.atoll.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.internal.objects.Fixture;
import io.atoll.tensor.Tensor;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Views that nobody closes are reported with where they were made; the tests run with that switched on. */
class LeaksTest {
    private static boolean isReported(String method) {
        for (List<StackTraceElement> place : Leaks.reported()) {
            for (StackTraceElement each : place) {
                if (each.getMethodName().equals(method)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static void leakATensor(Fixture fixture, ObjectId id) {
        for (int i = 0; i < 3; i++) {
            fixture.codec.get(id, Duration.ZERO);
        }
    }

    private static void closeATensor(Fixture fixture, ObjectId id) {
        ((Tensor) fixture.codec.get(id, Duration.ZERO)).close();
    }

    private static void leaveABuffer(Fixture fixture, ObjectId id) {
        assertThat(((ByteBuffer) fixture.codec.get(id, Duration.ZERO)).remaining())
                .isEqualTo(8);
    }

    @Test
    void shouldReportWhereAViewWasMadeThatNobodyClosed() {
        try (Fixture fixture = new Fixture()) {
            ObjectId tensor = fixture.codec.put(Tensor.of(new double[] {1, 2, 3}));
            ObjectId buffer = fixture.codec.put(ByteBuffer.allocate(8));
            int before = Leaks.reported().size();
            leakATensor(fixture, tensor);
            closeATensor(fixture, tensor);
            leaveABuffer(fixture, buffer);
            assertThat(fixture.pins()).isPositive();
            Fixture.collectUntil(() -> fixture.pins() == 0);

            assertThat(isReported("leakATensor")).isTrue();
            assertThat(isReported("closeATensor")).isFalse();
            assertThat(isReported("leaveABuffer")).as("nobody can close one").isFalse();
            assertThat(Leaks.reported().stream()
                            .filter(place -> place.stream()
                                    .anyMatch(each -> each.getMethodName().equals("leakATensor")))
                            .count())
                    .as("once for each place, after " + before)
                    .isEqualTo(1);
            fixture.store.dereference(tensor);
            fixture.store.dereference(buffer);
        }
    }

    @Test
    void shouldSayWhoStillPinsAtTheEndOfATest() {
        Fixture fixture = new Fixture();
        ObjectId id = fixture.codec.put(Tensor.of(new double[] {1, 2, 3}));
        try (Tensor open = (Tensor) fixture.codec.get(id, Duration.ZERO)) {
            assertThatThrownBy(fixture::close)
                    .hasMessage("1 pins at the end")
                    .satisfies(e -> assertThat(e.getSuppressed())
                            .anySatisfy(made -> assertThat(made)
                                    .hasMessage("a io.atoll.tensor.Tensor was made here")
                                    .hasStackTraceContaining("shouldSayWhoStillPinsAtTheEndOfATest")));
            assertThat(open.getDouble(2)).isEqualTo(3);
        }
        fixture.store.dereference(id);
        fixture.close();
    }
}
