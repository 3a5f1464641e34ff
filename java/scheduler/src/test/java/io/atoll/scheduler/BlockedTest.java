package io.atoll.scheduler;

import static io.atoll.scheduler.FakeNode.id;
import static io.atoll.scheduler.FakeNode.nested;
import static io.atoll.scheduler.FakeNode.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Resources;
import org.junit.jupiter.api.Test;

/** What becomes of the CPU of a task that waits. */
class BlockedTest extends OnAFakeNode {
    @Test
    void shouldGiveCpuButNotGpuOfABlockedTaskToOthers() {
        node(DISKED, 1);
        scheduler.submit(task(10, DISKED)); // g
        scheduler.submit(nested(11, ONE)); // f, which g waits for
        scheduler.submit(task(12, DISKED));
        scheduler.blocked(id(10), 1);
        assertThat(fake.events()).containsExactly("10 to 1", "11 to 1");
        finish(11, 1);
        assertThat(fake.events()).isEmpty(); // 12 would need the disk that 10 keeps
        scheduler.resume(id(10), 1);
        assertThat(fake.events()).containsExactly("grant 10 at 1");
        finish(10, 1);
        assertThat(fake.events()).containsExactly("12 to 1");
        finish(12, 1);
    }

    @Test
    void shouldResumeBeforeStartingNewTasks() {
        node(ONE, 1);
        scheduler.submit(task(10, ONE));
        scheduler.submit(nested(11, ONE));
        scheduler.submit(nested(12, ONE));
        scheduler.blocked(id(10), 1);
        scheduler.resume(id(10), 1);
        assertThat(fake.events()).containsExactly("10 to 1", "12 to 1");
        finish(12, 1);
        assertThat(fake.events()).containsExactly("grant 10 at 1");
        finish(10, 1);
        finish(11, 1);
    }

    @Test
    void shouldBeginNothingUntilACpuThatWasTakenAtOnceIsMadeUp() {
        node(ONE, 2);
        Resources none = Resources.cpus(0);
        scheduler.submit(task(10, ONE));
        scheduler.submit(nested(11, ONE));
        scheduler.submit(nested(12, ONE));
        scheduler.blocked(id(10), 1);
        scheduler.resumedAtOnce(id(10), 1);
        assertThat(fake.events()).containsExactly("10 to 1", "12 to 2");
        assertThat(scheduler.free()).isEqualTo(none);
        scheduler.submit(task(13, none));
        assertThat(fake.events()).as("what needs no CPU").containsExactly("13 to 1");
        finish(12, 2);
        assertThat(fake.events()).isEmpty();
        finish(10, 1);
        assertThat(fake.events()).containsExactly("11 to 2");
        finish(11, 2);
        finish(13, 1);
    }

    @Test
    void shouldForgetWhoAskedForACpuAndHasGoneOn() {
        node(ONE, 1);
        scheduler.submit(task(10, ONE));
        scheduler.submit(nested(11, ONE));
        scheduler.blocked(id(10), 1);
        scheduler.resume(id(10), 1);
        scheduler.resumedAtOnce(id(10), 1);
        scheduler.resumedAtOnce(id(10), 1);
        finish(11, 1);
        assertThat(fake.events()).containsExactly("10 to 1", "11 to 1");
        scheduler.submit(task(12, ONE));
        scheduler.blocked(id(10), 1);
        scheduler.resume(id(10), 1);
        scheduler.blocked(id(10), 1); // it has taken an answer to what it asked before for one to this
        finish(12, 1);
        assertThat(fake.events()).containsExactly("12 to 1");
        finish(10, 1);
    }

    @Test
    void shouldGrantAtOnceWhatWasNeverGivenBack() {
        node(ONE, 1);
        scheduler.submit(task(10, ONE));
        scheduler.resume(id(10), 1);
        assertThat(fake.events()).containsExactly("10 to 1", "grant 10 at 1");
        finish(10, 1);
    }
}
