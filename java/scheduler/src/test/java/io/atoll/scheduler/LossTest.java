package io.atoll.scheduler;

import static io.atoll.scheduler.FakeNode.id;
import static io.atoll.scheduler.FakeNode.nested;
import static io.atoll.scheduler.FakeNode.nestedIn;
import static io.atoll.scheduler.FakeNode.task;
import static io.atoll.scheduler.FakeNode.waits;
import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Resources;
import io.atoll.scheduler.SchedulerActions.Failure;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Workers that die with tasks, and tasks that wait for each other. */
class LossTest extends OnAFakeNode {
    @Test
    void shouldRunTheTasksOfADeadWorkerAgain() {
        node(Resources.cpus(2).with(DISK, 1), 2);
        scheduler.submit(task(10, DISKED));
        scheduler.submit(nested(11, ONE));
        scheduler.submit(nested(12, ONE));
        scheduler.blocked(id(10), 1);
        fake.claims.put(id(13), 1);
        scheduler.submit(nested(13, ONE, 12)); // helped already, unknown to the scheduler
        scheduler.workerLost(1);
        assertThat(fake.events()).containsExactly("10 to 1", "11 to 2", "12 to 1", "10 to 2");
        assertThat(scheduler.free()).isEqualTo(Resources.cpus(0));
        scheduler.blocked(id(10), 1);
        scheduler.resume(id(10), 1);
        assertThat(fake.events()).isEmpty();
        finish(11, 2);
        scheduler.finished(id(12), 1);
        assertThat(fake.events()).containsExactly("12 to 2");
        finish(12, 2);
        assertThat(fake.events()).containsExactly("13 to 2");
        finish(13, 2);
        finish(10, 2);
    }

    @Test
    void shouldNotRunAgainWhatADeadWorkerHadSealed() {
        node(ONE, 1);
        scheduler.submit(task(10, ONE));
        scheduler.submit(task(11, ONE, 10));
        fake.ready.add(id(10));
        scheduler.workerLost(1);
        scheduler.workerJoined(2, WorkerKind.PLAIN);
        assertThat(fake.events()).containsExactly("10 to 1", "11 to 2");
        finish(11, 2);
    }

    @Test
    void shouldFailATaskWhoseRetriesAreUsedUp() {
        node(ONE, 1);
        Task task = task(10, ONE);
        scheduler.submit(task);
        scheduler.submit(task(11, ONE, 10));
        for (int worker = 1; worker <= 4; ++worker) {
            assertThat(fake.events()).containsExactly("10 to " + worker);
            assertThat(task.attempt()).isEqualTo(worker - 1);
            scheduler.workerLost(worker);
            scheduler.workerJoined(worker + 1, WorkerKind.PLAIN);
        }
        assertThat(fake.failed).containsEntry(id(10), Failure.WORKER_DIED);
        assertThat(fake.events()).containsExactly("10 WORKER_DIED: worker 4 died while it ran it", "11 to 5");
        finish(11, 5);
    }

    @Test
    void shouldNotBeginAgainWhatHasLostWhatItNeeds() {
        node(Resources.cpus(2), 1);
        Task dying = task(10, ONE);
        Task failing = task(11, ONE);
        scheduler.submit(dying);
        scheduler.submit(failing);
        dying.setSpent();
        failing.setSpent();
        assertThat(scheduler.retry(id(11), 1, 0, 0)).isFalse();
        finish(11, 1);
        scheduler.workerLost(1);
        assertThat(fake.failed).containsEntry(id(10), Failure.WORKER_DIED).hasSize(1);
        assertThat(fake.events())
                .containsExactly("10 to 1", "11 to 1", "10 WORKER_DIED: worker 1 died while it ran it");
    }

    @Test
    void shouldChargeNobodyForACrashBesideOthers() {
        node(Resources.cpus(4), 1);
        Task good = task(10, ONE);
        Task bad = task(11, ONE);
        Task blocked = task(12, ONE);
        Task once = new Task(id(13), ONE, List.of(), null, 0, "");
        for (Task each : List.of(good, bad, blocked, once)) {
            scheduler.submit(each);
        }
        scheduler.blocked(id(12), 1);
        fake.events();
        scheduler.workerLost(1);
        assertThat(fake.failed).containsOnlyKeys(id(13)); // begun, and not to be begun again
        assertThat(good.isReserved() && bad.isReserved() && !blocked.isReserved())
                .isTrue();
        fake.events();
        scheduler.submit(task(14, ONE));
        scheduler.workerJoined(2, WorkerKind.PLAIN);
        assertThat(fake.events()).containsExactly("10 to 2"); // alone, whatever is free
        finish(10, 2);
        assertThat(fake.events()).containsExactly("11 to 2");
        scheduler.workerLost(2);
        assertThat(bad.retriesLeft()).isEqualTo(2); // it was alone
        assertThat(good.retriesLeft()).isEqualTo(3);
        assertThat(blocked.retriesLeft()).isEqualTo(3);
        scheduler.workerJoined(3, WorkerKind.PLAIN);
        assertThat(fake.events()).containsExactlyInAnyOrder("11 to 3", "12 to 3", "14 to 3");
        for (int i : new int[] {11, 12, 14}) {
            finish(i, 3);
        }
    }

    @Test
    void shouldChargeWhatHasReturnedAfterItWasBlocked() {
        node(ONE, 1);
        Task task = task(10, ONE);
        scheduler.submit(task);
        scheduler.blocked(id(10), 1);
        scheduler.detached(id(10), 1);
        scheduler.workerLost(1);
        assertThat(task.retriesLeft()).isEqualTo(2);
        scheduler.workerJoined(2, WorkerKind.PLAIN);
        finish(10, 2);
    }

    @Test
    void shouldKeepAWorkerFreeForASuspect() {
        node(Resources.cpus(4), 1);
        scheduler.submit(task(10, ONE));
        scheduler.submit(task(11, ONE));
        scheduler.workerLost(1);
        scheduler.workerJoined(2, WorkerKind.PLAIN);
        scheduler.workerJoined(3, WorkerKind.PLAIN);
        assertThat(fake.events()).containsExactly("10 to 1", "11 to 1", "10 to 2", "11 to 3");
        scheduler.submit(task(12, ONE));
        assertThat(fake.events()).isEmpty();
        finish(10, 2);
        assertThat(fake.events()).containsExactly("12 to 2");
        finish(11, 3);
        finish(12, 2);
    }

    @Test
    void shouldBreakACycleOfWhatIsHeldWhileBlocked() {
        Resources a = ONE.with("A", 1);
        node(Resources.cpus(2).with("A", 1), 1);
        scheduler.submit(task(10, a));
        scheduler.submit(nestedIn(10, 11, a));
        assertThat(scheduler.breakDeadlock(new Waits(), true)).isFalse(); // 10 runs
        scheduler.blocked(id(10), 1);
        assertThat(scheduler.breakDeadlock(waits(10, 11), true)).isTrue();
        assertThat(fake.failed).containsEntry(id(11), Failure.DEADLOCK);
        assertThat(fake.events())
                .containsExactly("10 to 1", "11 DEADLOCK: it demands 1 A, 1 CPU, and only 2 CPU is free");
        scheduler.resume(id(10), 1);
        assertThat(scheduler.breakDeadlock(new Waits(), true)).isFalse();
        finish(10, 1);
    }

    @Test
    void shouldBreakARecursionThatHasFilledAllWorkers() {
        node(ONE, 1);
        scheduler.submit(task(10, ONE));
        scheduler.blocked(id(10), 1);
        scheduler.submit(nestedIn(10, 11, ONE));
        scheduler.returned(id(11), 1);
        assertThat(scheduler.breakDeadlock(waits(10, 11), true)).isTrue();
        assertThat(fake.failed).containsEntry(id(11), Failure.DEADLOCK);
        scheduler.resume(id(10), 1);
        finish(10, 1);
    }
}
