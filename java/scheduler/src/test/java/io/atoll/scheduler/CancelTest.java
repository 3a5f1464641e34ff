package io.atoll.scheduler;

import static io.atoll.scheduler.FakeNode.id;
import static io.atoll.scheduler.FakeNode.nestedIn;
import static io.atoll.scheduler.FakeNode.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Resources;
import io.atoll.scheduler.SchedulerActions.Failure;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tasks that are to end before their time, and those that are tried again. */
class CancelTest extends OnAFakeNode {
    private static final long SECOND = 1_000_000_000L;

    // ---- cancelled

    @Test
    void shouldChargeNobodyForAWorkerThatIsStuck() {
        node(Resources.cpus(2), 1);
        scheduler.submit(task(10, ONE));
        scheduler.submit(task(11, ONE));
        fake.ready.add(id(10)); // as one of those that were stuck
        scheduler.stuck(1);
        scheduler.stuck(1);
        scheduler.stuck(7);
        scheduler.workerLost(1);
        scheduler.workerJoined(2, WorkerKind.PLAIN);
        assertThat(fake.events()).containsExactly("10 to 1", "11 to 1", "kill 1", "11 to 2");
        assertThat(fake.done).contains(id(10));
        finish(11, 2);
    }

    @Test
    void shouldNeverSendWhatWasCancelledInTheQueue() {
        node(ONE, 1);
        scheduler.submit(task(10, ONE));
        scheduler.submit(task(11, ONE));
        scheduler.submit(task(12, ONE, 11));
        fake.events();
        scheduler.cancel(id(11), false);
        assertThat(fake.events()).containsExactly("11 CANCELLED: it was cancelled before it had begun");
        finish(10, 1);
        assertThat(fake.events()).containsExactly("12 to 1"); // which finds what its argument is
        finish(12, 1);
    }

    @Test
    void shouldInterruptWhatRunsAndWait() {
        node(ONE, 1);
        scheduler.submit(task(10, ONE));
        scheduler.submit(task(11, ONE));
        fake.events();
        scheduler.cancel(id(10), false);
        scheduler.cancel(id(99), false);
        assertThat(fake.events()).containsExactly("interrupt 10 at 1");
        finish(10, 1);
        assertThat(fake.events()).containsExactly("11 to 1");
        scheduler.cancel(id(10), true);
        assertThat(fake.events()).isEmpty();
        finish(11, 1);
    }

    @Test
    void shouldCancelAllThatATaskHasSubmitted() {
        node(Resources.cpus(3), 2);
        scheduler.submit(task(10, ONE));
        scheduler.submit(nestedIn(10, 11, ONE));
        scheduler.submit(nestedIn(11, 12, ONE));
        scheduler.submit(nestedIn(10, 13, ONE)); // queued
        scheduler.submit(task(14, ONE));
        scheduler.submit(nestedIn(10, 15, ONE));
        fake.events();
        finish(15, 7); // helped by somebody, and done
        scheduler.cancel(id(10), false);
        assertThat(fake.events())
                .containsExactly(
                        "interrupt 10 at 1",
                        "13 CANCELLED: it was cancelled before it had begun",
                        "interrupt 11 at 2",
                        "interrupt 12 at 1");
        scheduler.submit(nestedIn(12, 16, ONE)); // it had not seen that yet
        assertThat(fake.events()).containsExactly("16 CANCELLED: it was cancelled before it had begun");
        finish(12, 1);
        finish(11, 2);
        finish(10, 1);
        finish(14, 1);
    }

    @Test
    void shouldChargeNobodyForAWorkerThatIsKilledByForce() {
        node(Resources.cpus(3), 1);
        Task beside = task(11, ONE);
        Task once = new Task(id(12), ONE, List.of(), null, 0, "");
        scheduler.submit(task(10, ONE));
        scheduler.submit(beside);
        scheduler.submit(once);
        fake.events();
        scheduler.cancel(id(10), true);
        scheduler.cancel(id(10), true);
        assertThat(fake.events()).containsExactly("kill 1");
        scheduler.submit(task(13, Resources.cpus(0)));
        assertThat(fake.events()).as("nobody is sent to who is killed").isEmpty();
        scheduler.workerLost(1);
        scheduler.workerJoined(2, WorkerKind.PLAIN);
        assertThat(fake.failed)
                .containsOnly(
                        java.util.Map.entry(id(10), Failure.CANCELLED),
                        java.util.Map.entry(id(12), Failure.WORKER_DIED));
        assertThat(beside.retriesLeft()).isEqualTo(3);
        assertThat(beside.isReserved()).isFalse();
        finish(11, 2);
        finish(13, 2);
    }

    @Test
    void shouldNotRunAgainWhatWasMarkedWhenItsWorkerDied() {
        node(ONE, 1);
        scheduler.submit(task(10, ONE));
        fake.cancelled.add(id(10)); // and the message is on its way
        scheduler.workerLost(1);
        assertThat(fake.failed).containsEntry(id(10), Failure.CANCELLED);
        scheduler.cancel(id(10), false);
    }

    // ---- tried again

    @Test
    void shouldRunAgainAfterTheDelayWhatHasFailed() {
        node(ONE, 1);
        Task task = task(10, ONE);
        scheduler.submit(task);
        scheduler.submit(task(11, ONE));
        assertThat(scheduler.retry(id(10), 1, SECOND, 5)).isTrue();
        assertThat(fake.events()).containsExactly("10 to 1", "11 to 1");
        assertThat(task.attempt()).isEqualTo(1);
        assertThat(task.retriesLeft()).isEqualTo(2);
        assertThat(task.isReserved()).isTrue();
        finish(11, 1);
        scheduler.advance(SECOND + 4);
        assertThat(scheduler.untilNext(SECOND + 4, SECOND)).isEqualTo(1);
        assertThat(fake.events()).isEmpty();
        scheduler.advance(SECOND + 5);
        assertThat(scheduler.untilNext(SECOND + 5, 77)).isEqualTo(77);
        assertThat(fake.events()).containsExactly("10 to 1");
        for (int i = 0; i < 2; ++i) {
            assertThat(scheduler.retry(id(10), 1, 0, 0)).isTrue();
            assertThat(fake.events()).containsExactly("10 to 1");
        }
        assertThat(scheduler.retry(id(10), 1, 0, 0)).as("no more").isFalse();
        assertThat(scheduler.retry(id(10), 2, 0, 0)).as("not its worker").isFalse();
        finish(10, 1);
    }

    @Test
    void shouldGiveUpWhatIsCancelledWhileItIsDelayed() {
        node(ONE, 1);
        scheduler.submit(task(10, ONE));
        scheduler.retry(id(10), 1, SECOND, 0);
        fake.events();
        scheduler.cancel(id(10), false);
        assertThat(fake.events()).containsExactly("10 CANCELLED: it was cancelled before it had begun");
        assertThat(scheduler.untilNext(0, 7 * SECOND)).isEqualTo(7 * SECOND);
    }

    @Test
    void shouldNotTryAgainWhatIsMarked() {
        node(ONE, 1);
        scheduler.submit(task(10, ONE));
        fake.cancelled.add(id(10));
        assertThat(scheduler.retry(id(10), 1, 0, 0)).isTrue();
        assertThat(fake.failed).containsEntry(id(10), Failure.CANCELLED);
    }

    @Test
    void shouldKeepTheOrderOfDelaysOverTheEndOfTheClock() {
        node(Resources.cpus(2), 1);
        scheduler.submit(task(10, ONE));
        scheduler.submit(task(11, ONE));
        long now = Long.MAX_VALUE - 10;
        scheduler.retry(id(10), 1, 30, now);
        scheduler.retry(id(11), 1, 5, now);
        fake.events();
        scheduler.advance(now + 5);
        assertThat(fake.events()).containsExactly("11 to 1");
        scheduler.advance(now + 30);
        assertThat(fake.events()).containsExactly("10 to 1");
        finish(10, 1);
        finish(11, 1);
    }

    @Test
    void shouldChargeTheTaskThatWouldNotEndAndNobodyBesideIt() {
        node(Resources.cpus(2), 1);
        Task late = task(10, ONE);
        Task beside = task(11, ONE);
        scheduler.submit(late);
        scheduler.submit(beside);
        fake.events();
        scheduler.overdue(id(10), 2);
        scheduler.overdue(id(10), 1);
        assertThat(fake.events()).containsExactly("kill 1");
        scheduler.workerLost(1);
        scheduler.workerJoined(2, WorkerKind.PLAIN);
        assertThat(late.retriesLeft()).isEqualTo(2);
        assertThat(beside.retriesLeft()).isEqualTo(3);
        finish(11, 2);
        for (int worker = 2; worker <= 4; ++worker) {
            scheduler.overdue(id(10), worker);
            scheduler.workerLost(worker);
            scheduler.workerJoined(worker + 1, WorkerKind.PLAIN);
        }
        assertThat(fake.failed).containsOnlyKeys(id(10)).containsEntry(id(10), Failure.OVERDUE);
    }
}
