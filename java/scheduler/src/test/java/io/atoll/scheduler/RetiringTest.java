package io.atoll.scheduler;

import static io.atoll.scheduler.FakeNode.id;
import static io.atoll.scheduler.FakeNode.nestedIn;
import static io.atoll.scheduler.FakeNode.task;
import static io.atoll.scheduler.FakeNode.waits;
import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Resources;
import io.atoll.scheduler.SchedulerActions.Failure;
import org.junit.jupiter.api.Test;

/** Workers that are replaced once they have begun as many tasks as they may. */
class RetiringTest extends OnAFakeNode {
    private void submit(int... numbers) {
        for (int number : numbers) {
            scheduler.submit(task(number, ONE));
        }
    }

    /** The worker has begun the next task on the resources of the one that has ended. */
    private void follow(int ended, int worker, int next) {
        assertThat(fake.ahead.remove(id(next))).isTrue();
        fake.ready.add(id(ended));
        scheduler.noteFinished(id(ended), worker, id(next));
        scheduler.sendWhatCanGo();
    }

    @Test
    void shouldReplaceOneThatHasBegunAsManyAsItMayAndEndItOnceTheyHaveEnded() {
        node(Resources.cpus(2), 1, 2);
        submit(1, 2, 3);
        assertThat(fake.events()).containsExactly("1 to 1", "2 to 1", "replace 1");
        finish(1, 1);
        assertThat(fake.events()).isEmpty();
        scheduler.workerJoined(2, WorkerKind.PLAIN);
        assertThat(fake.events()).containsExactly("3 to 2");
        finish(2, 1);
        assertThat(fake.events()).containsExactly("retire 1");
        scheduler.workerLost(1);
        finish(3, 2);
        assertThat(fake.events()).isEmpty();
    }

    @Test
    void shouldSendNothingAheadBeyondTheLimit() {
        fake.takesAhead = true;
        node(Resources.cpus(1), 1, 3);
        submit(1, 2, 3, 4, 5);
        assertThat(fake.events()).containsExactly("1 to 1", "2 behind 1 at 1");
        follow(1, 1, 2);
        assertThat(fake.events()).containsExactly("3 behind 2 at 1");
        follow(2, 1, 3);
        assertThat(fake.events()).containsExactly("replace 1");
        finish(3, 1);
        assertThat(fake.events()).containsExactly("retire 1");
        scheduler.workerLost(1);
        scheduler.workerJoined(2, WorkerKind.PLAIN);
        assertThat(fake.events()).containsExactly("4 to 2", "5 behind 4 at 2");
        follow(4, 2, 5);
        finish(5, 2);
    }

    @Test
    void shouldRunNothingAheadWhereATaskThatWasHelpedHasTakenItsPlace() {
        fake.takesAhead = true;
        node(Resources.cpus(1), 1, 2);
        submit(1, 2);
        assertThat(fake.events()).containsExactly("1 to 1", "2 behind 1 at 1");
        scheduler.submit(nestedIn(1, 3, ONE));
        fake.claims.put(id(3), 1);
        finish(3, 1);
        assertThat(fake.events()).containsExactly("2 back", "replace 1");
        finish(1, 1);
        assertThat(fake.events()).containsExactly("retire 1");
        scheduler.workerJoined(2, WorkerKind.PLAIN);
        assertThat(fake.events()).containsExactly("2 to 2");
        finish(2, 2);
    }

    @Test
    void shouldCountTasksThatWereHelpedWith() {
        node(Resources.cpus(1), 1, 2);
        submit(1);
        scheduler.submit(nestedIn(1, 2, ONE));
        fake.claims.put(id(2), 1);
        assertThat(fake.events()).containsExactly("1 to 1");
        finish(2, 1);
        assertThat(fake.events()).containsExactly("replace 1");
        finish(1, 1);
        assertThat(fake.events()).containsExactly("retire 1");
    }

    @Test
    void shouldCountATaskThatWasOverBeforeItWasHeardOf() {
        node(Resources.cpus(2), 1, 2);
        submit(1);
        fake.claims.put(id(2), 1);
        fake.ready.add(id(2));
        scheduler.submit(nestedIn(1, 2, ONE));
        assertThat(fake.events()).containsExactly("1 to 1", "replace 1");
        finish(2, 1);
        finish(1, 1);
        assertThat(fake.events()).containsExactly("retire 1");
    }

    @Test
    void shouldLetOneThatIsReplacedGoOnWithTasksThatWaitForOthers() {
        node(Resources.cpus(1), 1, 1);
        submit(1);
        scheduler.submit(nestedIn(1, 2, ONE));
        scheduler.blocked(id(1), 1);
        assertThat(fake.events()).containsExactly("1 to 1", "replace 1");
        scheduler.workerJoined(2, WorkerKind.PLAIN);
        assertThat(fake.events()).containsExactly("2 to 2", "replace 2");
        finish(2, 2);
        scheduler.resume(id(1), 1);
        assertThat(fake.events()).containsExactly("retire 2", "grant 1 at 1");
        finish(1, 1);
        assertThat(fake.events()).containsExactly("retire 1");
    }

    @Test
    void shouldUseOneThatIsReplacedWhenNobodyElseCanRunWhatItWaitsFor() {
        node(Resources.cpus(1), 1, 1);
        submit(1);
        scheduler.submit(nestedIn(1, 2, ONE));
        scheduler.blocked(id(1), 1);
        fake.events();
        assertThat(scheduler.breakDeadlock(waits(1, 2), true)).isTrue();
        assertThat(fake.events()).containsExactly("2 to 1");
        finish(2, 1);
        scheduler.resume(id(1), 1);
        finish(1, 1);
        assertThat(fake.events()).containsExactly("grant 1 at 1", "retire 1");
        assertThat(fake.failed).isEmpty();
    }

    @Test
    void shouldEndOneThatWasUsedOnceMoreWhenItHasNothingAndNotKeepItForMore() {
        node(Resources.cpus(1), 1, 2);
        submit(1);
        scheduler.submit(nestedIn(1, 2, ONE));
        scheduler.submit(nestedIn(1, 3, ONE));
        scheduler.blocked(id(1), 1);
        finish(3, 1);
        assertThat(fake.events()).containsExactly("1 to 1", "3 to 1", "replace 1");
        assertThat(scheduler.breakDeadlock(waits(1, 2), true)).isTrue();
        finish(2, 1);
        scheduler.resume(id(1), 1);
        finish(1, 1);
        assertThat(fake.events()).containsExactly("2 to 1", "grant 1 at 1", "retire 1");
        submit(4);
        assertThat(fake.events()).isEmpty();
        scheduler.workerJoined(2, WorkerKind.PLAIN);
        finish(4, 2);
    }

    @Test
    void shouldBreakADeadlockThatNoOtherWorkerWouldEnd() {
        node(Resources.cpus(1).with(DISK, 1), 1, 1);
        scheduler.submit(task(1, DISKED));
        scheduler.submit(nestedIn(1, 2, DISKED));
        scheduler.blocked(id(1), 1);
        assertThat(scheduler.breakDeadlock(waits(1, 2), true)).isTrue();
        assertThat(fake.failed).containsEntry(id(2), Failure.DEADLOCK);
        scheduler.resume(id(1), 1);
        finish(1, 1);
    }

    @Test
    void shouldChargeNobodyForTheEndOfOneThatIsReplaced() {
        node(Resources.cpus(2), 2, 1);
        submit(1, 2);
        finish(1, 1);
        scheduler.workerLost(1);
        assertThat(fake.events()).containsExactly("1 to 1", "replace 1", "2 to 2", "replace 2", "retire 1");
        finish(2, 2);
        assertThat(fake.failed).isEmpty();
    }

    @Test
    void shouldChargeATaskWithTheDeathOfOneThatIsReplacedAsWithAnyOther() {
        node(Resources.cpus(1), 1, 1);
        submit(1);
        scheduler.workerLost(1);
        scheduler.workerJoined(2, WorkerKind.PLAIN);
        assertThat(fake.events()).containsExactly("1 to 1", "replace 1", "1 to 2", "replace 2");
        finish(1, 2);
    }

    @Test
    void shouldReplaceNobodyWithoutALimit() {
        node(Resources.cpus(1), 1, 0);
        for (int number = 1; number < 100; ++number) {
            submit(number);
            finish(number, 1);
        }
        assertThat(fake.events()).noneMatch(event -> event.startsWith("re"));
    }
}
