package io.atoll.internal.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HeldTest {
    private static final long MIB = 1 << 20;

    private final AtomicInteger asked = new AtomicInteger();
    private long processes = 2;
    private final Held held = new Held(1024 * MIB, 1 << 20, () -> processes, asked::incrementAndGet);

    @Test
    void shouldAskOnceWhenAShareOfTheStoreIsHeld() {
        for (int i = 0; i < 127; ++i) { // a quarter of the store, divided by two processes, is 128 MiB
            held.add(MIB);
        }
        assertThat(asked).hasValue(0);
        held.add(MIB);
        held.add(MIB);
        assertThat(asked).hasValue(1);
    }

    @Test
    void shouldTakeForNeededWhatACollectionHasLeft() {
        held.add(500 * MIB);
        held.allowMore();
        held.add(100 * MIB);
        assertThat(asked).hasValue(1);
        held.add(100 * MIB);
        assertThat(asked).hasValue(2);
    }

    @Test
    void shouldNotAskForWhatIsGivenBack() {
        for (int i = 0; i < 10_000; ++i) {
            held.add(100 * MIB);
            held.remove(100 * MIB);
        }
        assertThat(asked).hasValue(0);
        assertThat(held.weight()).isZero();
    }

    @Test
    void shouldCountObjectsToo() {
        int count = 0;
        while (asked.get() == 0) {
            held.add(0);
            ++count;
        }
        assertThat(count).isEqualTo((128 << 20) / 1024 + 1);
    }

    @Test
    void shouldDivideByTheProcessesOfNow() {
        processes = 8;
        held.allowMore();
        held.add(63 * MIB); // a quarter divided by eight is 32 MiB; but 64 are nothing to a collector
        assertThat(asked).hasValue(0);
        held.add(MIB);
        assertThat(asked).hasValue(1);
    }
}
