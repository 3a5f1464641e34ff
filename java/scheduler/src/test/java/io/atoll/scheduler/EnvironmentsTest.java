package io.atoll.scheduler;

import static io.atoll.scheduler.FakeNode.id;
import static io.atoll.scheduler.FakeNode.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.concurrent.WorkerEnvironment;
import io.atoll.scheduler.SchedulerActions.Failure;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Workers that differ in what they have beside what all have. */
class EnvironmentsTest extends OnAFakeNode {
    private static final WorkerEnvironment FAST = new WorkerEnvironment(List.of(), List.of("-Dfast"), Map.of());
    private static final WorkerEnvironment SLOW = new WorkerEnvironment(List.of(), List.of("-Dslow"), Map.of());
    private static final WorkerKind IN_FAST = new WorkerKind(List.of(), FAST);

    private void submit(int number, Resources demand, WorkerEnvironment environment, ObjectId... dependencies) {
        scheduler.submit(
                new Task(id(number), demand, List.of(dependencies), List.of(), null, null, 3, "", environment));
    }

    @Test
    void shouldStartAWorkerForAnEnvironmentInThePlaceOfAnIdleOneAndKeepIt() {
        node(Resources.cpus(4), 2);
        submit(1, ONE, FAST);
        assertThat(fake.events()).containsExactly("want 1 without GPU", "retire 1", "want 1 " + IN_FAST);
        scheduler.workerJoined(3, IN_FAST);
        submit(2, ONE, FAST);
        scheduler.submit(task(3, ONE));
        assertThat(fake.events()).containsExactly("1 to 3", "2 to 3", "3 to 2");
        finish(1, 3);
        finish(2, 3);
        finish(3, 2);
        submit(4, ONE, FAST);
        assertThat(fake.events()).containsExactly("4 to 3");
        finish(4, 3);
    }

    @Test
    void shouldSendNothingAheadIntoAnotherEnvironment() {
        fake.takesAhead = true;
        node(Resources.cpus(1), 2);
        scheduler.submit(task(1, ONE));
        submit(2, ONE, FAST);
        submit(3, ONE, FAST);
        assertThat(fake.events()).containsExactly("1 to 1");
        finish(1, 1);
        assertThat(fake.events()).containsExactly("want 1 without GPU", "retire 1", "want 1 " + IN_FAST);
        scheduler.workerJoined(3, IN_FAST);
        assertThat(fake.events()).containsExactly("2 to 3", "3 behind 2 at 3");
        finish(2, 3);
        finish(3, 3);
    }

    @Test
    void shouldFailWhatIsQueuedForAnEnvironmentThatCannotBeHadAndNothingElse() {
        node(Resources.cpus(4), 2);
        submit(1, ONE, FAST);
        submit(2, ONE, SLOW);
        submit(3, ONE, FAST, id(9));
        fake.events();
        scheduler.giveUp(IN_FAST, "no such flag");
        assertThat(fake.failed).containsOnly(Map.entry(id(1), Failure.NO_WORKER));
        assertThat(fake.events()).containsExactly("want 0 " + IN_FAST, "1 NO_WORKER: no such flag");
        scheduler.workerJoined(3, new WorkerKind(List.of(), SLOW));
        assertThat(fake.events()).containsExactly("2 to 3");
        finish(2, 3);
        // It is tried again for the next one.
        fake.ready.add(id(9));
        scheduler.objectReady(id(9));
        assertThat(fake.events()).containsExactly("want 1 " + IN_FAST);
        scheduler.workerJoined(4, IN_FAST);
        assertThat(fake.events()).containsExactly("3 to 4");
        finish(3, 4);
    }

    @Test
    void shouldLeaveATaskAloneThatSomebodyHasTakenWhenItsEnvironmentCannotBeHad() {
        node(Resources.cpus(4), 1);
        submit(1, ONE, FAST);
        fake.claims.put(id(1), 1);
        scheduler.giveUp(IN_FAST, "no such flag");
        assertThat(fake.failed).isEmpty();
        finish(1, 1);
    }

    @Test
    void shouldHaveWorkersForEachSetOfDevicesInEachEnvironment() {
        node(Resources.cpus(4).with(Resources.GPU, 1), 2);
        Resources half = ONE.with(Resources.GPU, 0.5);
        scheduler.submit(task(1, half));
        scheduler.workerJoined(3, new WorkerKind(List.of(0), WorkerEnvironment.none()));
        submit(2, half, FAST);
        scheduler.workerJoined(4, new WorkerKind(List.of(0), FAST));
        assertThat(fake.events()).contains("1 to 3", "2 to 4");
        finish(1, 3);
        finish(2, 4);
    }
}
