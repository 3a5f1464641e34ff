package io.atoll.internal.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.DeadlockException;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Recursions of tasks that are deep, or have no end. */
@Timeout(240)
class RecursionTest {
    private static final Duration SOON = Duration.ofSeconds(200);

    static int endless(int depth) {
        return Atoll.task(RecursionTest::endless, depth + 1).remote().get();
    }

    static int failAt(int depth) {
        if (depth == 0) {
            throw new IllegalStateException("at the bottom");
        }
        return Atoll.task(RecursionTest::failAt, depth - 1).remote().get();
    }

    @Test
    void shouldEndARecursionWithoutEnd() {
        try (AtollSession session = Atoll.init(
                AtollOptions.builder().workers(1).cpus(1).storeBytes(64L << 20).build())) {
            ObjectRef<Integer> ref = Atoll.task(RecursionTest::endless, 0).remote();
            assertThatThrownBy(() -> ref.get(SOON))
                    .isInstanceOf(DeadlockException.class)
                    .hasMessageContaining("RecursionTest.endless")
                    .hasMessageContaining("perhaps a recursion has no end")
                    .satisfies(e -> assertThat(e.getStackTrace()).hasSizeBetween(20, 64));
            assertThat(Atoll.task(Endings::twice, 2).remote().get(SOON)).isEqualTo(4);
            assertThat(session.awaitTasks(SOON)).isTrue();
        }
    }

    /** Each of them stores what it lets through. */
    @Test
    void shouldPassOnWhatIsThrownDeepDown() {
        try (AtollSession session = Atoll.init(
                AtollOptions.builder().workers(1).cpus(1).storeBytes(64L << 20).build())) {
            assertThatThrownBy(() ->
                            Atoll.task(RecursionTest::failAt, 1000).remote().get(SOON))
                    .isInstanceOf(TaskException.class)
                    .hasRootCauseMessage("at the bottom");
        }
    }
}
