package io.atoll.scheduler;

import static io.atoll.scheduler.FakeNode.id;
import static io.atoll.scheduler.FakeNode.nested;
import static io.atoll.scheduler.FakeNode.nestedIn;
import static io.atoll.scheduler.FakeNode.task;
import static io.atoll.scheduler.FakeNode.waits;
import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Resources;
import io.atoll.concurrent.WorkerEnvironment;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Who runs what, when and where. What becomes of the CPU of who waits is in {@link BlockedTest}, what deaths and deadlocks
 * change in {@link LossTest}.
 */
class SchedulerTest extends OnAFakeNode {
    @Test
    void shouldRunDriversTasksInOrderAsFarAsCpusGo() {
        node(Resources.cpus(2), 2);
        for (int i = 10; i < 14; ++i) {
            scheduler.submit(task(i, ONE));
        }
        assertThat(fake.events()).containsExactly("10 to 1", "11 to 2");
        finish(11, 2);
        assertThat(fake.events()).containsExactly("12 to 2");
        finish(10, 1);
        assertThat(fake.events()).containsExactly("13 to 1");
        finish(12, 2);
        finish(13, 1);
    }

    @Test
    void shouldRunNestedTasksNewestFirstInTurnWithTheDrivers() {
        node(ONE, 1);
        scheduler.submit(task(10, ONE));
        scheduler.submit(task(11, ONE));
        scheduler.submit(nested(20, ONE));
        scheduler.submit(nested(21, ONE));
        scheduler.submit(task(12, ONE));
        for (int i : new int[] {10, 11, 21, 12, 20}) {
            finish(i, 1);
        }
        assertThat(fake.events()).containsExactly("10 to 1", "11 to 1", "21 to 1", "12 to 1", "20 to 1");
    }

    @Test
    void shouldLetParentsTakeTurns() {
        node(ONE, 1);
        scheduler.submit(task(10, ONE));
        for (int i = 20; i < 23; ++i) {
            scheduler.submit(nestedIn(1, i, ONE));
            scheduler.submit(nestedIn(2, i + 10, ONE));
        }
        scheduler.submit(task(11, Resources.cpus(0.5)));
        for (int i : new int[] {10, 22, 32, 11, 21, 31, 20, 30}) {
            finish(i, 1);
        }
        assertThat(fake.events())
                .containsExactly(
                        "10 to 1", "22 to 1", "32 to 1", "11 to 1", "21 to 1", "31 to 1", "20 to 1", "30 to 1");
    }

    @Test
    void shouldNotLetADriversTaskStarveBehindAParentThatAlwaysHasMore() {
        node(ONE, 1);
        scheduler.submit(nestedIn(1, 100, ONE));
        scheduler.submit(nestedIn(1, 101, ONE));
        scheduler.submit(task(10, ONE));
        int last = 100;
        for (int i = 102; !fake.log.contains("10 to 1") && i < 110; ++i) {
            scheduler.submit(nestedIn(1, i, ONE));
            finish(last, 1);
            last = i - 1;
        }
        assertThat(fake.log).contains("10 to 1").hasSizeLessThan(5);
        finish(10, 1);
        for (int i = 100; i < 110; ++i) {
            if (fake.claims.containsKey(id(i)) || scheduler.has(id(i))) {
                finish(i, 1);
            }
        }
    }

    @Test
    void shouldKeepTheOrderOfSubmissionAcrossDemands() {
        node(ONE, 1);
        Resources half = Resources.cpus(0.5).with(Resources.CPU, 0.9);
        scheduler.submit(task(9, ONE));
        scheduler.submit(task(10, half));
        scheduler.submit(task(11, ONE));
        scheduler.submit(nested(20, ONE));
        scheduler.submit(nested(21, half));
        scheduler.submit(nested(22, ONE));
        for (int i : new int[] {9, 10, 22, 11, 21, 20}) {
            finish(i, 1);
        }
        assertThat(fake.events()).containsExactly("9 to 1", "10 to 1", "22 to 1", "11 to 1", "21 to 1", "20 to 1");
    }

    @Test
    void shouldWaitForEveryDependency() {
        node(Resources.cpus(4), 1);
        fake.ready.add(id(1));
        scheduler.submit(task(10, ONE));
        scheduler.submit(task(11, ONE, 1, 10, 12, 10));
        scheduler.submit(task(12, ONE));
        assertThat(fake.events()).containsExactly("10 to 1", "12 to 1");
        finish(10, 1);
        assertThat(fake.events()).isEmpty();
        finish(12, 1);
        assertThat(fake.events()).containsExactly("11 to 1");
        finish(11, 1);
    }

    @Test
    void shouldWakeWhoWaitsForAnObjectThatIsNoTask() {
        node(ONE, 1);
        scheduler.submit(task(10, ONE, 5));
        fake.ready.add(id(5));
        scheduler.objectReady(id(5));
        assertThat(fake.events()).containsExactly("10 to 1");
        finish(10, 1);
    }

    @Test
    void shouldRefuseWhatTheNodeDoesNotHave() {
        node(Resources.cpus(2), 1);
        scheduler.submit(task(10, Resources.cpus(2.5)));
        scheduler.submit(task(11, DISKED));
        scheduler.submit(task(12, ONE, 11));
        assertThat(fake.events())
                .containsExactly(
                        "10 INFEASIBLE: it demands 2.5 CPU; the node has 2 CPU (AtollOptions.Builder: cpus, gpus, resource)",
                        "11 INFEASIBLE: it demands 1 CPU, 1 disk; the node has 2 CPU (AtollOptions.Builder: cpus, gpus, resource)",
                        "12 to 1");
        assertThat(fake.done).contains(id(10), id(11));
        finish(12, 1);
    }

    @Test
    void shouldAddUpFractionsExactly() {
        node(ONE, 1);
        for (int i = 0; i < 11; ++i) {
            scheduler.submit(task(i, Resources.cpus(0.1)));
        }
        assertThat(fake.events()).hasSize(10);
        assertThat(scheduler.free()).isEqualTo(Resources.cpus(0));
        for (int i = 0; i < 11; ++i) {
            finish(i, 1);
        }
    }

    @Test
    void shouldLetATaskEndWhileBlockedOrResuming() {
        node(DISKED, 1);
        scheduler.submit(task(10, DISKED));
        scheduler.blocked(id(10), 1);
        scheduler.blocked(id(10), 1);
        finish(10, 1);
        assertThat(scheduler.free()).isEqualTo(DISKED);
        scheduler.submit(task(11, DISKED));
        scheduler.submit(task(12, ONE));
        scheduler.blocked(id(11), 1);
        scheduler.resume(id(11), 1);
        scheduler.resume(id(11), 1);
        finish(11, 1);
        assertThat(fake.events()).containsExactly("10 to 1", "11 to 1", "12 to 1");
        finish(12, 1);
        assertThat(fake.events()).isEmpty();
    }

    @Test
    void shouldPassByADemandThatDoesNotFitNow() {
        node(Resources.cpus(2).with(DISK, 1), 1);
        scheduler.submit(task(10, DISKED));
        scheduler.submit(task(11, DISKED));
        scheduler.submit(task(12, ONE));
        assertThat(fake.events()).containsExactly("10 to 1", "12 to 1");
        finish(10, 1);
        assertThat(fake.events()).containsExactly("11 to 1");
        finish(11, 1);
        finish(12, 1);
    }

    @Test
    void shouldNotStarveABigDemand() {
        node(Resources.cpus(2), 2);
        scheduler.submit(task(0, ONE));
        scheduler.submit(task(1000, Resources.cpus(2)));
        int oldest = 0;
        int newest = 0;
        // Two always run, and one ends whenever a new one is there.
        while (!fake.log.contains("1000 to 1") && newest < 1000) {
            scheduler.submit(task(++newest, ONE));
            while (oldest < newest - 1) {
                finish(oldest, fake.claims.get(id(oldest)));
                ++oldest;
            }
        }
        assertThat(newest).isBetween(Scheduler.PATIENCE, Scheduler.PATIENCE + 5);
        finish(1000, 1);
        for (int i = oldest; i <= newest; ++i) {
            finish(i, fake.claims.get(id(i)));
        }
    }

    @Test
    void shouldLetOneAtATimePassADemandThatMayNeverBeMet() {
        node(Resources.cpus(4), 1);
        scheduler.submit(task(0, ONE)); // never ends
        scheduler.submit(task(1000, Resources.cpus(4)));
        for (int i = 1; i <= Scheduler.PATIENCE; ++i) {
            scheduler.submit(task(i, ONE));
            finish(i, 1);
        }
        fake.events();
        scheduler.submit(task(101, ONE));
        scheduler.submit(task(102, ONE));
        scheduler.submit(task(103, Resources.cpus(0).with(Resources.CPU, 0)));
        assertThat(fake.events()).containsExactly("101 to 1", "103 to 1");
        scheduler.blocked(id(101), 1);
        assertThat(fake.events()).containsExactly("102 to 1");
        finish(102, 1);
        scheduler.resume(id(101), 1);
        assertThat(fake.events()).containsExactly("grant 101 at 1");
        finish(101, 1);
        finish(103, 1);
        assertThat(fake.events()).isEmpty();
        finish(0, 1);
        assertThat(fake.events()).containsExactly("1000 to 1");
        finish(1000, 1);
    }

    @Test
    void shouldChooseTheLeastLoadedWorker() {
        node(Resources.cpus(4), 3);
        for (int i = 10; i < 14; ++i) {
            scheduler.submit(task(i, ONE));
        }
        assertThat(fake.events()).containsExactly("10 to 1", "11 to 2", "12 to 3", "13 to 1");
        finish(12, 3);
        scheduler.blocked(id(10), 1);
        scheduler.submit(task(14, ONE)); // 3 has none
        scheduler.submit(task(15, ONE)); // 1 has one and a blocked one, 2 and 3 have one
        assertThat(fake.events()).containsExactly("14 to 3", "15 to 2");
        finish(10, 1);
        finish(11, 2);
        finish(13, 1);
        finish(14, 3);
        finish(15, 2);
    }

    @Test
    void shouldSendNothingToAFullWorkerUntilItHasFinishedSomething() {
        node(Resources.cpus(4), 2);
        scheduler.submit(task(10, ONE));
        scheduler.workerFull(1);
        fake.full.add(2);
        scheduler.submit(task(11, ONE));
        assertThat(fake.events()).containsExactly("10 to 1");
        finish(10, 1);
        assertThat(fake.events()).containsExactly("11 to 1");
        finish(11, 1);
    }

    @Test
    void shouldAskOthersWhenAWorkerWithoutTasksIsFull() {
        node(Resources.cpus(1), 2);
        fake.full.add(1);
        scheduler.submit(task(10, ONE));
        assertThat(fake.events()).containsExactly("10 to 2");
        finish(10, 2);
        fake.full.add(2);
        scheduler.submit(task(11, ONE));
        assertThat(fake.events()).isEmpty();
        fake.full.clear();
        scheduler.objectReady(id(1));
        scheduler.submit(task(12, ONE));
        assertThat(fake.events()).containsExactly("11 to 1");
        finish(11, 1);
        finish(12, 1);
    }

    @Test
    void shouldSendATaskElsewhereThatAWorkerGaveBack() {
        node(Resources.cpus(2), 2);
        scheduler.submit(task(10, ONE));
        Task returned = task(11, ONE);
        scheduler.submit(returned);
        scheduler.returned(id(11), 2);
        assertThat(fake.events()).containsExactly("10 to 1", "11 to 2", "11 to 1");
        assertThat(returned.attempt()).isEqualTo(1);
        assertThat(returned.retriesLeft()).isEqualTo(3);
        finish(11, 2); // of the first attempt: it has it no longer
        assertThat(fake.done).doesNotContain(id(11));
        finish(11, 1);
        finish(10, 1);
    }

    @Test
    void shouldTakeNothingForAHelpedTask() {
        node(ONE, 2);
        scheduler.submit(task(10, ONE));
        scheduler.submit(nested(11, ONE));
        scheduler.submit(nested(12, ONE));
        fake.claims.put(id(12), 1); // the thread of 10 runs it
        scheduler.blocked(id(10), 1); // and waits in it
        assertThat(fake.events()).containsExactly("10 to 1", "11 to 2");
        finish(11, 2);
        assertThat(scheduler.free()).isEqualTo(ONE);
        scheduler.resume(id(10), 1);
        finish(12, 1);
        finish(10, 1);
        assertThat(scheduler.free()).isEqualTo(ONE);
    }

    @Test
    void shouldForgetATaskHelpedBeforeItWasLookedAt() {
        node(ONE, 1);
        scheduler.submit(task(10, ONE));
        scheduler.submit(nested(11, ONE));
        scheduler.submit(nested(12, ONE, 11));
        scheduler.submit(nested(13, ONE, 12));
        fake.claims.put(id(12), 1);
        finish(12, 1);
        assertThat(scheduler.queued()).isEqualTo(2);
        finish(10, 1);
        assertThat(fake.events()).containsExactly("10 to 1", "13 to 1");
        finish(13, 1);
        finish(11, 1);
    }

    @Test
    void shouldTakeNoHarmFromMessagesAboutUnknownOrForeignTasks() {
        node(ONE, 2);
        scheduler.submit(task(10, ONE));
        scheduler.submit(task(10, ONE));
        scheduler.finished(id(10), 2);
        scheduler.finished(id(99), 1);
        scheduler.blocked(id(99), 1);
        scheduler.blocked(id(10), 2);
        scheduler.resume(id(99), 1);
        scheduler.resume(id(10), 2);
        scheduler.returned(id(99), 7);
        scheduler.workerFull(7);
        scheduler.workerLost(7);
        scheduler.workerJoined(1, WorkerKind.PLAIN);
        scheduler.objectReady(id(99));
        assertThat(fake.events()).containsExactly("10 to 1");
        assertThat(scheduler.free()).isEqualTo(Resources.cpus(0));
        finish(10, 1);
        finish(10, 1);
        assertThat(fake.events()).isEmpty();
        assertThat(List.copyOf(fake.done)).containsExactly(id(10));
    }

    /** By a client that has the ref from somebody else: it is heard of first. */
    @Test
    void shouldEndATaskThatWasCancelledBeforeItWasSubmitted() {
        node(ONE, 1);
        for (int i = 10; i < 12; ++i) {
            fake.claims.put(id(i), 9);
            finish(i, 9);
        }
        scheduler.submit(task(10, ONE));
        scheduler.submit(task(11, ONE, 50));
        assertThat(fake.events()).isEmpty();
        assertThat(fake.done).containsExactly(id(10));
        fake.ready.add(id(50));
        scheduler.objectReady(id(50));
        assertThat(fake.done).containsExactlyInAnyOrder(id(10), id(11));
    }

    @Test
    void shouldEndAQueuedTaskThatWasCancelled() {
        node(ONE, 1);
        for (int i = 10; i < 13; ++i) {
            scheduler.submit(task(i, ONE));
        }
        assertThat(fake.events()).containsExactly("10 to 1");
        fake.claims.put(id(11), 9);
        finish(11, 9);
        assertThat(scheduler.queued()).isEqualTo(1);
        finish(10, 1);
        assertThat(fake.events()).containsExactly("12 to 1");
        finish(12, 1);
    }

    @Test
    void shouldWakeWhoWaitsForOneOfSeveralResults() {
        node(ONE, 1);
        Task several =
                new Task(id(10), ONE, List.of(), List.of(id(20), id(21)), null, null, 3, "", WorkerEnvironment.none());
        scheduler.submit(several);
        scheduler.submit(task(11, ONE, 21));
        fake.ready.add(id(20));
        fake.ready.add(id(21));
        finish(10, 1);
        assertThat(fake.events()).containsExactly("10 to 1", "11 to 1");
        finish(11, 1);
    }

    @Test
    void shouldGiveTheCpuOfATaskToOthersWhoseFunctionHasReturned() {
        node(ONE, 1);
        scheduler.submit(task(10, ONE));
        scheduler.submit(task(12, ONE));
        fake.events();
        scheduler.detached(id(10), 1);
        assertThat(fake.events()).containsExactly("12 to 1");
        finish(12, 1);
        scheduler.submit(nestedIn(10, 13, ONE));
        scheduler.submit(nestedIn(10, 14, ONE));
        assertThat(scheduler.breakDeadlock(waits(10, 13, 14), true))
                .as("what it waits for comes from elsewhere")
                .isFalse();
        finish(13, 1);
        finish(14, 1);
        scheduler.workerLost(1);
        scheduler.workerJoined(2, WorkerKind.PLAIN);
        assertThat(fake.done).doesNotContain(id(10));
        finish(10, 2);
    }
}
