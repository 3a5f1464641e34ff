package io.atoll.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.internal.objects.Fixture;
import io.atoll.tensor.Tensor;
import java.nio.DoubleBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is lent of the same memory again and again. */
class LentTest {
    private final Lent lent = new Lent();
    private final AtomicInteger ends = new AtomicInteger();

    private Lease.Share shareAt(long address) {
        Lease lease = new Lease(ends::incrementAndGet, lent, address);
        Lease.Share share = lease.shareOf(LentTest.class);
        lease.release();
        return share;
    }

    @Test
    void shouldBeLentByOneShareAsLongAsThatIsReachable() {
        Lease.Share first = shareAt(4096);
        Lease.Share second = shareAt(4096);
        Lease.Share elsewhere = shareAt(8192);
        assertThat(first.lend()).isSameAs(first);
        first.close();
        assertThat(second.lend()).isSameAs(first);
        assertThat(elsewhere.lend()).isSameAs(elsewhere);
        second.close();
        assertThat(ends).as("only the second needs nobody to be unreachable").hasValue(1);
        assertThatThrownBy(second::lend).isInstanceOf(IllegalStateException.class);
        assertThat(List.of(first, elsewhere)).isNotEmpty(); // reachable until here
    }

    @Test
    void shouldBeLentAnewOnceNothingLentIsReachable() {
        shareAt(4096).lend();
        Fixture.collectUntil(() -> ends.get() == 1);
        Lease.Share next = shareAt(4096);
        assertThat(next.lend()).isSameAs(next);
        assertThat(shareAt(4096).lend()).isSameAs(next);
        assertThat(ends).hasValue(1);
    }

    @Test
    void shouldKeepAnObjectPinnedOnceHoweverOftenItIsLookedAt() {
        try (Fixture fixture = new Fixture()) {
            var id = fixture.codec.put(
                    Tensor.of(IntStream.range(0, 1000).asDoubleStream().toArray()));
            List<DoubleBuffer> buffers = new ArrayList<>();
            for (int i = 0; i < 100; ++i) {
                try (Tensor view = (Tensor) fixture.codec.get(id, Duration.ZERO)) {
                    buffers.add(view.asDoubleBuffer());
                }
                assertThat(fixture.pins()).isEqualTo(1);
            }
            assertThat(buffers).allMatch(buffer -> buffer.get(999) == 999);
            buffers.clear();
            Fixture.collectUntil(() -> fixture.pins() == 0);
            fixture.store.dereference(id);
        }
    }
}
