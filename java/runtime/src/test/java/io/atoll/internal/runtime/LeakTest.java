package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When nobody has a ref any more, the store is empty. */
@Timeout(240)
class LeakTest {
    @Test
    void shouldLeaveNoObjectBehind() throws Exception {
        try (AtollSession session = Atoll.init(
                AtollOptions.builder().workers(2).cpus(2).storeBytes(128L << 20).build())) {
            useAndForget();
            while (Atoll.stats().objects() > 0) {
                // Refs in workers are given back when their garbage is collected, too.
                Atoll.get(List.of(
                        Atoll.run(Tasks::collect).remote(),
                        Atoll.run(Tasks::collect).remote()));
                System.gc();
                Thread.sleep(100);
            }
            assertThat(Atoll.stats().usedBytes()).isZero();
        }
    }

    /** Every way in which a ref comes into being. */
    private static void useAndForget() {
        byte[] large = new byte[300_000];
        ObjectRef<Integer> one = Atoll.put(1);
        List<ObjectRef<Integer>> refs = new ArrayList<>();
        for (int i = 0; i < 200; ++i) {
            refs.add(Atoll.task(Tasks::add, one, i).remote());
        }
        assertThat(Atoll.task(Tasks::sum, refs).remote().get()).isEqualTo(200 + 199 * 200 / 2);
        assertThat(Atoll.get(Atoll.get(Atoll.task(Tasks::manyLater, 20).remote())))
                .hasSize(20);
        assertThat(Atoll.get(Atoll.get(Atoll.task(Tasks::addLater, 1, 2).remote())))
                .isEqualTo(3);
        assertThat(Atoll.task(Tasks::fib, 8).remote().get()).isEqualTo(21L);
        for (int i = 0; i < 20; ++i) {
            assertThat(Atoll.task(Tasks::identity, (Object) large).remote().get())
                    .isEqualTo(large);
        }
        Atoll.task(Tasks::failUnchecked, "nobody asks").remote();
        Atoll.task(Tasks::putBytes, 100_000).remote();
        Atoll.task(Tasks::manyLater, 5).remote();
        ObjectRef<Integer> captured = Atoll.put(5);
        assertThat(Atoll.task(() -> captured.get() + large.length).remote().get())
                .isEqualTo(300_005);
    }

    @Test
    void shouldTakeAHundredThousandTasks() {
        try (AtollSession session = Atoll.init(
                AtollOptions.builder().workers(2).cpus(2).storeBytes(256L << 20).build())) {
            List<ObjectRef<Void>> refs = new ArrayList<>();
            for (int i = 0; i < 100_000; ++i) {
                refs.add(Atoll.run(Tasks::noop).remote());
            }
            assertThat(Atoll.get(refs)).hasSize(100_000).containsOnlyNulls();
        }
    }
}
