package io.atoll.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.internal.objects.Fixture;
import io.atoll.internal.store.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Who has a share of a lease, and what is so when nobody has: its end ran once, and no share is to be had any more. */
class LeasePropertyTest {
    private enum Step {
        SHARE,
        CLOSE_FIRST,
        CLOSE_LAST,
        RELEASE,
        LEND_FIRST
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Arbitraries.of(Step.class).list().ofMaxSize(30);
    }

    /** One view, and whether a buffer refers to it: that one cannot be closed. */
    private static final class View {
        private final Lease.Share share;
        private boolean lent;

        View(Lease lease) {
            share = lease.shareOf(View.class);
        }
    }

    @Property
    void shouldEndOnceWithTheLastShare(@ForAll("steps") List<Step> steps) {
        AtomicInteger ends = new AtomicInteger();
        Lease lease = new Lease(ends::incrementAndGet);
        boolean isTheMakers = true;
        List<View> open = new ArrayList<>();
        List<View> lent = new ArrayList<>(); // and closed
        for (Step step : steps) {
            boolean isHeld = isTheMakers || !open.isEmpty() || !lent.isEmpty();
            if (step == Step.SHARE && !isHeld) {
                for (int i = 0; i < 3; i++) { // each time, not only the first
                    assertThatThrownBy(() -> new View(lease)).isInstanceOf(IllegalStateException.class);
                    assertThatThrownBy(lease::retain).isInstanceOf(IllegalStateException.class);
                }
            } else if (step == Step.SHARE) {
                open.add(new View(lease));
            } else if (step == Step.RELEASE && isTheMakers) {
                isTheMakers = false;
                lease.release();
            } else if (step == Step.LEND_FIRST && !open.isEmpty()) {
                open.get(0).share.lend();
                open.get(0).lent = true;
            } else if (!open.isEmpty() && (step == Step.CLOSE_FIRST || step == Step.CLOSE_LAST)) {
                View view = open.remove(step == Step.CLOSE_FIRST ? 0 : open.size() - 1);
                view.share.close();
                view.share.close();
                assertThat(view.share.isOpen()).isFalse();
                assertThatThrownBy(view.share::lend).isInstanceOf(IllegalStateException.class);
                if (view.lent) {
                    lent.add(view);
                }
            }
            isHeld = isTheMakers || !open.isEmpty() || !lent.isEmpty();
            assertThat(lease.isHeld()).isEqualTo(isHeld);
            assertThat(ends.get()).isEqualTo(isHeld ? 0 : 1);
            assertThat(open).allMatch(each -> each.share.isOpen());
        }
        for (View each : lent) {
            assertThat(each.share).isNotNull(); // reachable until here
        }
    }

    @Test
    void shouldEndWhenWhatWasLentIsUnreachable() {
        AtomicInteger ends = new AtomicInteger();
        Lease lease = new Lease(ends::incrementAndGet);
        View view = new View(lease);
        view.share.lend();
        lease.release();
        view.share.close();
        assertThat(ends.get()).isZero();
        assertThat(view.share).isNotNull();
        view = null;
        Fixture.collectUntil(() -> ends.get() == 1);
        assertThat(lease.isHeld()).isFalse();
    }

    /** Whoever wins, a share of freed memory is never given. */
    @Test
    void shouldNeverShareWhatIsFreedMeanwhile() throws Exception {
        for (int i = 0; i < 2000; i++) {
            AtomicInteger ends = new AtomicInteger();
            Lease lease = new Lease(ends::incrementAndGet);
            CyclicBarrier both = new CyclicBarrier(2);
            AtomicInteger shared = new AtomicInteger();
            Thread other = new Thread(() -> {
                try {
                    both.await();
                    lease.retain();
                    shared.incrementAndGet();
                } catch (IllegalStateException e) {
                    // it was given back before
                } catch (Exception e) {
                    shared.addAndGet(100);
                }
            });
            other.start();
            both.await();
            lease.release();
            other.join();
            assertThat(ends.get() + shared.get()).isEqualTo(1);
            assertThat(lease.isHeld()).isEqualTo(shared.get() == 1);
        }
    }

    @Test
    void shouldNotUseABufferAfterItsLastRelease() {
        long block = Memory.allocate(64);
        Lease lease = new Lease(() -> Memory.free(block));
        var buffer = LeasedBuffers.buffer(block, 64, lease, ArrowMemory.allocator());
        lease.release();
        buffer.close();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> buffer.getReferenceManager().retain()).isInstanceOf(IllegalStateException.class);
        }
        assertThat(lease.isHeld()).isFalse();
    }
}
