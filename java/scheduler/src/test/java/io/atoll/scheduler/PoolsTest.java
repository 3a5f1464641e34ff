package io.atoll.scheduler;

import static io.atoll.scheduler.FakeNode.add;
import static io.atoll.scheduler.FakeNode.id;
import static io.atoll.scheduler.FakeNode.nestedIn;
import static io.atoll.scheduler.FakeNode.task;
import static io.atoll.scheduler.FakeNode.waits;
import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Resources;
import io.atoll.concurrent.WorkerEnvironment;
import io.atoll.scheduler.SchedulerActions.Failure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Workers of several kinds, by the GPUs that they see. */
class PoolsTest extends OnAFakeNode {
    private void gpuNode(int gpus, int workers) {
        node(Resources.cpus(8).with(Resources.GPU, gpus), workers);
    }

    private static Resources gpus(double count) {
        return ONE.with(Resources.GPU, count);
    }

    private void submit(Resources demand, int... numbers) {
        for (int number : numbers) {
            scheduler.submit(task(number, demand));
        }
    }

    private void join(int worker, Integer... gpus) {
        scheduler.workerJoined(worker, new WorkerKind(List.of(gpus), WorkerEnvironment.none()));
    }

    @Test
    void shouldStartAWorkerForDevicesInThePlaceOfAnIdleOne() {
        gpuNode(2, 2);
        submit(gpus(1), 1);
        assertThat(fake.events()).containsExactly("want 1 without GPU", "retire 1", "want 1 with GPU [0]");
        scheduler.workerLost(1);
        join(3, 0);
        assertThat(fake.events()).containsExactly("1 to 3");
        submit(ONE, 2);
        assertThat(fake.events()).containsExactly("2 to 2");
        finish(1, 3);
        finish(2, 2);
    }

    @Test
    void shouldGiveWholeDevicesToOneTaskAlone() {
        gpuNode(2, 3);
        submit(gpus(1), 1, 2, 3);
        join(11, 0);
        assertThat(fake.events())
                .containsExactly(
                        "want 2 without GPU",
                        "retire 1",
                        "want 1 with GPU [0]",
                        "1 to 11",
                        "want 1 without GPU",
                        "retire 2",
                        "want 1 with GPU [1]");
        join(12, 1);
        assertThat(fake.events()).containsExactly("2 to 12");
        finish(1, 11);
        assertThat(fake.events()).containsExactly("3 to 11");
        finish(2, 12);
        finish(3, 11);
    }

    @Test
    void shouldPutPartsWhereTheLeastIsFreeAndRunThemInOneWorker() {
        gpuNode(2, 2);
        submit(gpus(0.5), 1);
        submit(gpus(0.25), 2);
        submit(gpus(0.5), 3);
        join(11, 0);
        assertThat(fake.events().subList(3, 5)).containsExactly("1 to 11", "2 to 11");
        assertThat(scheduler.free()).isEqualTo(Resources.cpus(6).with(Resources.GPU, 1.25));
        join(12, 1);
        assertThat(fake.events()).containsExactly("3 to 12");
        finish(1, 11);
        finish(2, 11);
        finish(3, 12);
    }

    @Test
    void shouldWaitForAWholeDeviceWhenPartsOfAllAreTaken() {
        gpuNode(2, 3);
        submit(gpus(0.75), 1, 2);
        join(11, 0);
        join(12, 1);
        submit(gpus(1), 3);
        submit(gpus(2), 4);
        fake.events();
        finish(1, 11);
        assertThat(fake.events()).containsExactly("3 to 11");
        finish(2, 12);
        finish(3, 11);
        assertThat(fake.events()).containsExactly("want 0 with GPU [0]", "retire 11", "want 1 with GPU [0, 1]");
        join(13, 0, 1);
        assertThat(fake.events()).containsExactly("4 to 13");
        finish(4, 13);
    }

    @Test
    void shouldPassWhatWaitsForItsWorker() {
        gpuNode(1, 1);
        submit(gpus(1), 1);
        submit(ONE, 2);
        assertThat(fake.events()).containsExactly("want 0 without GPU", "retire 1", "want 1 with GPU [0]");
        scheduler.workerLost(1);
        join(2, 0);
        assertThat(fake.events()).containsExactly("1 to 2");
        finish(1, 2);
        assertThat(fake.events()).containsExactly("want 0 with GPU [0]", "retire 2", "want 1 without GPU");
        scheduler.workerJoined(3, WorkerKind.PLAIN);
        assertThat(fake.events()).containsExactly("2 to 3");
        finish(2, 3);
    }

    @Test
    void shouldNotPassWhatHasItsTurnForEver() {
        node(Resources.cpus(1).with(Resources.GPU, 1), 1);
        submit(ONE, 1);
        submit(gpus(1), 2);
        submit(ONE, 3);
        assertThat(fake.events()).containsExactly("1 to 1");
        finish(1, 1);
        assertThat(fake.events()).containsExactly("want 0 without GPU", "retire 1", "want 1 with GPU [0]");
        join(2, 0);
        assertThat(fake.events()).containsExactly("2 to 2");
        finish(2, 2);
        assertThat(fake.events()).containsExactly("want 0 with GPU [0]", "retire 2", "want 1 without GPU");
        scheduler.workerJoined(3, WorkerKind.PLAIN);
        finish(3, 3);
    }

    @Test
    void shouldDrainAWorkerForWhatHasBeenPassedTooOften() {
        node(Resources.cpus(2).with(Resources.GPU, 1), 1);
        int last = 4 + Scheduler.PATIENCE;
        submit(ONE, 1, 2);
        submit(gpus(1), 3);
        for (int number = 4; number <= last; ++number) {
            submit(ONE, number);
        }
        finish(1, 1);
        finish(2, 1);
        for (int number = 4; number < last - 2; ++number) {
            finish(number, 1);
        }
        assertThat(fake.events()).as("%s passed it", Scheduler.PATIENCE).endsWith(last - 1 + " to 1");
        finish(last - 2, 1);
        assertThat(fake.events()).as("it takes no more").isEmpty();
        finish(last - 1, 1);
        assertThat(fake.events()).containsExactly("want 0 without GPU", "retire 1", "want 1 with GPU [0]");
        join(2, 0);
        assertThat(fake.events()).containsExactly("3 to 2");
        finish(3, 2);
        assertThat(fake.events()).containsExactly("want 0 with GPU [0]", "retire 2", "want 1 without GPU");
        scheduler.workerJoined(3, WorkerKind.PLAIN);
        finish(last, 3);
    }

    @Test
    void shouldLetEachKindAdvanceWhereTasksOfAllAreQueuedWithoutEnd() {
        node(Resources.cpus(2).with(Resources.GPU, 2), 1);
        Resources[] demands = {ONE, gpus(0.5), gpus(2)};
        int number = 0;
        for (; number < 300; ++number) {
            submit(demands[number % demands.length], number);
        }
        Map<Resources, Integer> ended = new HashMap<>();
        int worker = 1;
        while (scheduler.unfinished() > 0) {
            List<Task> tasks = scheduler.tasksOf(worker);
            if (tasks.isEmpty()) {
                String want = fake.log.get(fake.log.size() - 1);
                scheduler.workerLost(worker);
                join(
                        ++worker,
                        want.endsWith("[0]")
                                ? new Integer[] {0}
                                : want.endsWith("[0, 1]") ? new Integer[] {0, 1} : new Integer[] {});
                assertThat(scheduler.tasksOf(worker))
                        .as("nobody comes for nothing")
                        .isNotEmpty();
                continue;
            }
            Task task = tasks.get(0);
            if (number < 6000) {
                ended.merge(task.demand(), 1, Integer::sum);
                submit(task.demand(), number++);
            }
            finish((int) task.id().place(), worker);
        }
        assertThat(ended.values())
                .as("%s, in %s workers", ended, worker)
                .hasSize(3)
                .allMatch(count -> count > 100);
        assertThat(worker).as("nor for a few: %s", ended).isLessThan(300);
    }

    @Test
    void shouldStartAWorkerBesideOneWhoseTasksAllWait() {
        gpuNode(1, 1);
        submit(ONE, 1);
        scheduler.submit(nestedIn(1, 2, gpus(1)));
        assertThat(fake.events()).containsExactly("1 to 1");
        scheduler.blocked(id(1), 1);
        assertThat(fake.events()).containsExactly("want 1 with GPU [0]");
        join(2, 0);
        finish(2, 2);
        scheduler.resume(id(1), 1);
        finish(1, 1);
    }

    @Test
    void shouldStartAWorkerBesideOneWhoseTasksWaitForItWhileOthersKeepThatBusy() {
        node(Resources.cpus(2).with(Resources.GPU, 1), 1);
        int last = 4 + Scheduler.PATIENCE;
        submit(ONE, 1);
        scheduler.submit(nestedIn(1, 2, gpus(1)));
        submit(ONE, 3);
        for (int number = 4; number <= last; ++number) {
            submit(ONE, number);
        }
        scheduler.blocked(id(1), 1);
        for (int number = 3; number < last - 3; ++number) {
            finish(number, 1);
        }
        assertThat(fake.events()).endsWith(last - 2 + " to 1");
        finish(last - 3, 1);
        assertThat(fake.events()).isEmpty();
        finish(last - 2, 1);
        assertThat(fake.events()).containsExactly("want 1 with GPU [0]", last - 1 + " to 1", last + " to 1");
        join(2, 0);
        finish(last - 1, 1);
        assertThat(fake.events()).containsExactly("2 to 2");
        finish(2, 2);
        finish(last, 1);
        scheduler.resume(id(1), 1);
        finish(1, 1);
    }

    @Test
    void shouldKeepOneMoreFreeWhenTheFirstTakesLong() {
        node(Resources.cpus(6).with(Resources.GPU, 1), 2);
        submit(ONE, 1, 2, 3, 4, 5);
        submit(gpus(1), 6);
        int last = 6 + 2 * Scheduler.PATIENCE + 1;
        for (int number = 7; number <= last; ++number) {
            submit(ONE, number);
        }
        assertThat(fake.claims).as("it takes long").containsEntry(id(1), 1);
        finish(2, 2);
        finish(3, 1);
        finish(4, 2);
        finish(5, 1);
        for (int number = 7; fake.claims.containsKey(id(number)); ++number) {
            finish(number, fake.claims.get(id(number)));
        }
        assertThat(fake.events().subList(last - 2, last + 1))
                .containsExactly("want 1 without GPU", "retire 2", "want 1 with GPU [0]");
        join(3, 0);
        finish(6, 3);
        finish(last, 1);
        finish(1, 1);
    }

    @Test
    void shouldStartTwiceAsManyAtMostAndThenBreakADeadlock() {
        gpuNode(2, 1);
        submit(ONE, 1);
        scheduler.submit(nestedIn(1, 2, gpus(0.5)));
        scheduler.blocked(id(1), 1);
        join(2, 0);
        scheduler.submit(nestedIn(2, 3, gpus(1)));
        scheduler.blocked(id(2), 2);
        assertThat(fake.events()).containsExactly("1 to 1", "want 1 with GPU [0]", "2 to 2");
        Waits waits = waits(1, 2);
        add(waits, 2, 1, 3);
        assertThat(scheduler.breakDeadlock(waits, true)).isTrue();
        assertThat(fake.failed).containsEntry(id(3), Failure.DEADLOCK);
        assertThat(fake.events())
                .containsExactly("3 DEADLOCK: no worker for 1 CPU, 1 GPU is there, nor could one be started");
        scheduler.resume(id(2), 2);
        finish(2, 2);
        scheduler.resume(id(1), 1);
        finish(1, 1);
    }

    @Test
    void shouldBeginAheadOnTheDevicesOfTheOneThatHasEnded() {
        fake.takesAhead = true;
        gpuNode(1, 1);
        submit(gpus(1), 1, 2);
        join(2, 0);
        assertThat(fake.events().subList(3, 5)).containsExactly("1 to 2", "2 behind 1 at 2");
        fake.ahead.remove(id(2));
        fake.ready.add(id(1));
        scheduler.noteFinished(id(1), 2, id(2));
        scheduler.sendWhatCanGo();
        assertThat(scheduler.free()).isEqualTo(Resources.cpus(7));
        finish(2, 2);
    }

    @Test
    void shouldStartAWorkerForWhatIsAheadWhileAnotherDeviceIsFree() {
        fake.takesAhead = true;
        gpuNode(2, 2);
        submit(gpus(1), 1, 2);
        scheduler.workerLost(1);
        join(3, 0);
        assertThat(fake.events().subList(3, 8))
                .containsExactly("1 to 3", "2 behind 1 at 3", "want 0 without GPU", "retire 2", "want 1 with GPU [1]");
        join(4, 1);
        assertThat(fake.events()).containsExactly("2 back", "2 to 4");
        finish(1, 3);
        finish(2, 4);
    }

    @Test
    void shouldKeepTheDevicesOfATaskThatWaits() {
        gpuNode(1, 2);
        submit(gpus(1), 1);
        join(3, 0);
        scheduler.blocked(id(1), 3);
        submit(gpus(0.5), 2);
        assertThat(fake.events()).doesNotContain("2 to 3");
        scheduler.resume(id(1), 3);
        finish(1, 3);
        assertThat(fake.events()).contains("2 to 3");
        finish(2, 3);
    }

    @Test
    void shouldGiveBackTheDevicesOfWorkersThatDie() {
        gpuNode(1, 2);
        submit(gpus(1), 1);
        join(3, 0);
        scheduler.workerLost(3);
        join(4, 0);
        assertThat(fake.events()).endsWith("1 to 3", "1 to 4");
        finish(1, 4);
    }

    @Test
    void shouldRefuseWhatNoTaskCanHave() {
        gpuNode(2, 1);
        submit(gpus(1.5), 1);
        submit(gpus(3), 2);
        assertThat(fake.events())
                .containsExactly(
                        "1 INFEASIBLE: it demands 1 CPU, 1.5 GPU; a task has whole GPUs, or a part of one",
                        "2 INFEASIBLE: it demands 1 CPU, 3 GPU; the node has 8 CPU, 2 GPU (AtollOptions.Builder: cpus,"
                                + " gpus, resource)");
    }
}
