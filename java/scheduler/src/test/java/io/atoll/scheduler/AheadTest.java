package io.atoll.scheduler;

import static io.atoll.scheduler.FakeNode.id;
import static io.atoll.scheduler.FakeNode.nestedIn;
import static io.atoll.scheduler.FakeNode.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Resources;
import io.atoll.scheduler.SchedulerActions.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AheadTest extends OnAFakeNode {
    private static final Resources HALF = Resources.cpus(0.5);

    @BeforeEach
    void takeTasksAhead() {
        fake.takesAhead = true;
    }

    /** The worker has begun the next task on the resources of the one that has ended. */
    private void follow(int ended, int worker, int next) {
        assertThat(fake.ahead.remove(id(next))).isTrue();
        fake.ready.add(id(ended));
        scheduler.noteFinished(id(ended), worker, id(next));
        scheduler.sendWhatCanGo();
    }

    /** Tasks from this number on end one after the other, as many as make up for one that has waited. */
    private void runCalmly(int from) {
        runCalmly(ONE, from);
    }

    private void runCalmly(Resources demand, int from) {
        for (int number = from; number < from + Ahead.CALM; ++number) {
            submit(demand, number);
            finish(number, 1);
        }
        fake.events();
    }

    private void submit(Resources demand, int... numbers) {
        for (int number : numbers) {
            scheduler.submit(task(number, demand));
        }
    }

    @Test
    void shouldBeginOnTheResourcesOfTheOneThatHasEnded() {
        node(Resources.cpus(1), 1);
        submit(ONE, 1, 2, 3, 4);
        assertThat(fake.events()).containsExactly("1 to 1", "2 behind 1 at 1");
        assertThat(scheduler.running()).isEqualTo(1);
        assertThat(scheduler.queued()).isEqualTo(3);

        follow(1, 1, 2);
        assertThat(fake.events()).containsExactly("3 behind 2 at 1", "4 behind 3 at 1");
        assertThat(scheduler.running()).isEqualTo(1);
        assertThat(scheduler.free()).isEqualTo(Resources.cpus(0));

        follow(2, 1, 3);
        follow(3, 1, 4);
        finish(4, 1);
        assertThat(fake.done).contains(id(1), id(2), id(3), id(4));
    }

    /** Of 1.5 CPUs, 1 holds one, 2 a half, and 3, which 1 has submitted, is behind 2. Some thread there begins 3, and 1 waits. */
    private void waitBeside() {
        node(Resources.cpus(1.5), 1);
        submit(ONE, 1);
        submit(HALF, 2);
        scheduler.submit(nestedIn(1, 3, HALF));
        assertThat(fake.events()).containsExactly("1 to 1", "2 to 1", "3 behind 2 at 1");
        assertThat(fake.ahead.remove(id(3))).isTrue();
        scheduler.blocked(id(1), 1);
    }

    @Test
    void shouldTakeNoCpuForOneThatIsHelpedWhereItIs() {
        waitBeside();
        scheduler.submit(nestedIn(3, 4, Resources.cpus(1.5)));
        assertThat(scheduler.free()).isEqualTo(ONE);
        finish(2, 1);
        assertThat(fake.events()).as("what 3 waits for").containsExactly("4 to 1");
        finish(4, 1);
        scheduler.resume(id(1), 1);
        finish(3, 1);
        finish(1, 1);
    }

    @Test
    void shouldTakeTheCpuOfTheOneThatHasEndedWhenThatIsHeardLate() {
        waitBeside();
        assertThat(scheduler.free()).isEqualTo(ONE);
        fake.ready.add(id(2));
        scheduler.noteFinished(id(2), 1, id(3));
        scheduler.sendWhatCanGo();
        assertThat(scheduler.free()).isEqualTo(ONE);
        scheduler.blocked(id(3), 1);
        assertThat(scheduler.free()).isEqualTo(Resources.cpus(1.5));
        scheduler.resume(id(3), 1);
        finish(3, 1);
        scheduler.resume(id(1), 1);
        finish(1, 1);
    }

    @Test
    void shouldTakeBackNestedOnesToWhereTheyWere() {
        node(Resources.cpus(1.5), 1);
        submit(HALF, 2);
        runCalmly(HALF, 100);
        submit(ONE, 1);
        assertThat(fake.events()).containsExactly("1 to 1");
        fake.takesAhead = false;
        for (int number = 3; number <= 5; ++number) {
            scheduler.submit(nestedIn(1, number, HALF));
        }
        fake.takesAhead = true;
        scheduler.submit(nestedIn(1, 6, HALF));
        assertThat(fake.events())
                .containsExactly("6 behind 2 at 1", "5 behind 6 at 1", "4 behind 5 at 1", "3 behind 4 at 1");
        scheduler.blocked(id(2), 1);
        assertThat(fake.events())
                .as("the newest begins")
                .containsSubsequence("6 back", "5 back", "4 back", "3 back", "6 to 1");
        for (int number : new int[] {6, 5, 4, 3, 2, 1}) {
            finish(number, 1);
        }
    }

    @Test
    void shouldGoBehindOthersWhereOneWorkerHasNoRoom() {
        node(Resources.cpus(2), 2);
        submit(ONE, 1, 2);
        fake.full.add(1);
        submit(ONE, 3, 4);
        assertThat(fake.events()).containsExactly("1 to 1", "2 to 2", "3 behind 2 at 2");
        fake.full.clear();
        submit(ONE, 5);
        assertThat(fake.events()).containsExactly("4 behind 1 at 1");
        finish(1, 1);
        finish(2, 2);
        for (int number = 3; number <= 5; ++number) {
            finish(number, fake.claims.get(id(number)));
        }
    }

    @Test
    void shouldKeepToTheOrderOfAllDemands() {
        node(Resources.cpus(1).with(DISK, 1), 1);
        submit(ONE, 1);
        submit(DISKED, 2);
        submit(ONE, 3);
        assertThat(fake.events()).containsExactly("1 to 1");

        finish(1, 1);
        assertThat(fake.events()).containsExactly("2 to 1");
        finish(2, 1);
        finish(3, 1);
    }

    @Test
    void shouldTakeBackWhatIsBehindOneThatIsBlocked() {
        node(Resources.cpus(1), 1);
        submit(ONE, 1, 2);
        scheduler.blocked(id(1), 1);
        assertThat(fake.events()).containsExactly("1 to 1", "2 behind 1 at 1", "2 back", "2 to 1");

        finish(2, 1);
        scheduler.resume(id(1), 1);
        finish(1, 1);
    }

    @Test
    void shouldSendNothingAheadWhileOneWaitsForItsCpu() {
        node(Resources.cpus(1), 1);
        submit(ONE, 1);
        scheduler.blocked(id(1), 1);
        runCalmly(100);
        submit(ONE, 2, 3);
        assertThat(fake.events()).containsExactly("2 to 1", "3 behind 2 at 1");

        scheduler.resume(id(1), 1);
        assertThat(fake.events()).containsExactly("3 back");
        finish(2, 1);
        assertThat(fake.events()).containsExactly("grant 1 at 1", "3 behind 1 at 1");
        follow(1, 1, 3);
        finish(3, 1);
    }

    @Test
    void shouldSendNothingAheadUntilSoManyHaveEndedSinceOneWaited() {
        node(Resources.cpus(1), 1);
        submit(ONE, 1, 2);
        scheduler.blocked(id(1), 1);
        assertThat(fake.events()).containsExactly("1 to 1", "2 behind 1 at 1", "2 back", "2 to 1");
        int running = 2;
        for (; running < 2 + Ahead.CALM; ++running) {
            submit(ONE, running + 1);
            assertThat(fake.events()).isEmpty();
            finish(running, 1);
            assertThat(fake.events()).containsExactly(running + 1 + " to 1");
        }
        submit(ONE, running + 1);
        assertThat(fake.events()).containsExactly(running + 1 + " behind " + running + " at 1");
        follow(running, 1, running + 1);
        finish(running + 1, 1);
        finish(1, 1);
    }

    @Test
    void shouldSendNothingAheadWhereTasksSubmitOthers() {
        node(Resources.cpus(2), 2);
        submit(ONE, 1, 2);
        scheduler.submit(nestedIn(1, 3, ONE));
        assertThat(fake.events()).as("not behind 2 either").containsExactly("1 to 1", "2 to 2");
        finish(1, 1);
        finish(2, 2);
        finish(3, 1);
    }

    @Test
    void shouldTakeBackWhatAnotherWorkerCanBegin() {
        node(Resources.cpus(2), 2);
        submit(ONE, 1, 2, 3);
        assertThat(fake.events()).containsExactly("1 to 1", "2 to 2", "3 behind 1 at 1");

        finish(2, 2);
        assertThat(fake.events()).containsExactly("3 back", "3 to 2");
        finish(3, 2);
        finish(1, 1);
    }

    @Test
    void shouldTakeBackWhatIsBehindOneThatHasRunForLong() {
        node(Resources.cpus(2), 2);
        scheduler.advance(1);
        submit(ONE, 1, 2, 3, 4);
        assertThat(fake.events()).containsExactly("1 to 1", "2 to 2", "3 behind 1 at 1", "4 behind 2 at 2");
        scheduler.advance(1 + Ahead.LONG_NANOS);
        scheduler.allIsTold();
        assertThat(fake.events()).isEmpty();
        scheduler.advance(2 + Ahead.LONG_NANOS + Ahead.LONG_NANOS / 4);
        assertThat(fake.events())
                .as("it may have ended, which has not been heard")
                .isEmpty();
        scheduler.allIsTold();
        assertThat(fake.events()).containsExactly("3 back", "4 back");

        finish(2, 2);
        assertThat(fake.events()).containsExactly("3 to 2", "4 behind 3 at 2");
        follow(3, 2, 4);
        finish(4, 2);
        finish(1, 1);
    }

    @Test
    void shouldHaveAMillisecondsWorkAhead() {
        node(Resources.cpus(1), 1);
        scheduler.advance(0);
        submit(ONE, IntStream.rangeClosed(1, 1000).toArray());
        Task running = known(1);
        int ended = 0;
        for (; ended < 200; ++ended) { // each 5 us
            scheduler.advance(5000 * (ended + 1));
            running = followed(running);
        }
        assertThat(behind(running)).isEqualTo((int) (Ahead.WORK_NANOS / 5000));

        for (int i = 1; i <= 2; ++i) { // Two take longer: what was sent ahead for short ones is taken back.
            scheduler.advance(5000 * ended + i * Ahead.LONG_NANOS * 9 / 10);
            running = followed(running);
        }
        assertThat(behind(running)).isEqualTo(Ahead.FEW);
        while (running.follower != null) {
            running = followed(running);
        }
        finish((int) running.id().place(), 1);
    }

    private Task known(int number) {
        return Objects.requireNonNull(scheduler.taskAt(id(number), 1));
    }

    private Task followed(Task running) {
        Task next = Objects.requireNonNull(running.follower);
        follow((int) running.id().place(), 1, (int) next.id().place());
        return next;
    }

    private static int behind(Task running) {
        int count = 0;
        for (Task each = running.follower; each != null; each = each.follower) {
            ++count;
        }
        return count;
    }

    @Test
    void shouldNotLetOneWaitForLongBehindALongOne() {
        node(Resources.cpus(2), 2);
        List<Task> all = new ArrayList<>();
        for (int number = 1; number < 30; ++number) {
            all.add(task(number, ONE));
            scheduler.submit(all.get(number - 1));
        }
        Task waiting = all.get(2);
        assertThat(fake.events()).contains("1 to 1", "3 behind 1 at 1");

        Task running = all.get(1);
        int begun = 0;
        while (waiting.worker() == 1) {
            Task next = running.follower;
            follow((int) running.id().place(), 2, (int) next.id().place());
            running = next;
            ++begun;
        }
        assertThat(begun).isEqualTo(Ahead.FEW + 1);
        assertThat(fake.events()).contains("3 back").anyMatch(each -> each.matches("3 behind .* at 2"));
        endAll();
    }

    @Test
    void shouldNotChargeWhatIsAheadWithADeath() {
        node(Resources.cpus(1), 2);
        scheduler.submit(new Task(id(1), ONE, List.of(), null, 0, null));
        scheduler.submit(new Task(id(2), ONE, List.of(), null, 0, null));
        assertThat(fake.events()).containsExactly("1 to 1", "2 behind 1 at 1");

        fake.claims.remove(id(1));
        scheduler.workerLost(1);
        assertThat(fake.failed).containsEntry(id(1), Failure.WORKER_DIED).doesNotContainKey(id(2));
        assertThat(fake.events()).contains("2 back", "2 to 2");
        finish(2, 2);
    }

    @Test
    void shouldChargeWhatTheDeadHadBegunAndNotSaid() {
        node(Resources.cpus(1), 2);
        scheduler.submit(new Task(id(1), ONE, List.of(), null, 0, null));
        scheduler.submit(new Task(id(2), ONE, List.of(), null, 0, null));
        fake.ready.add(id(1));
        fake.ahead.remove(id(2));

        scheduler.workerLost(1);
        assertThat(fake.failed).containsOnlyKeys(id(2)).containsValue(Failure.WORKER_DIED);
    }

    @Test
    void shouldNotBelieveThatOneWasBegunThatWasNot() {
        node(Resources.cpus(1), 1);
        submit(ONE, 1, 2);
        fake.ready.add(id(1));
        scheduler.noteFinished(id(1), 1, id(2));
        scheduler.sendWhatCanGo();
        assertThat(fake.events()).containsExactly("1 to 1", "2 behind 1 at 1", "2 back", "2 to 1");
        finish(2, 1);
    }

    @Test
    void shouldHearOfOneThatWasHelpedInsteadOfBegun() {
        node(Resources.cpus(1.5), 2);
        submit(Resources.cpus(0.5), 1); // Of another demand, where none has submitted any.
        submit(ONE, 2);
        scheduler.submit(nestedIn(1, 3, ONE));
        assertThat(fake.events()).contains("3 behind 2 at 2");

        fake.ahead.remove(id(3));
        fake.claims.put(id(3), 1); // by the thread of 1
        finish(2, 2);
        assertThat(fake.events()).isEmpty();
        finish(3, 1);
        finish(1, 1);
    }

    @Test
    void shouldSendNothingBehindOneThatHasSubmittedOthers() {
        Resources gpuAlone = Resources.none().with(DISK, 1);
        node(Resources.cpus(2).with(DISK, 1), 1);
        submit(ONE, 1);
        submit(gpuAlone, 2);
        scheduler.submit(nestedIn(1, 3, gpuAlone));
        runCalmly(100);
        submit(ONE, 4, 5);
        assertThat(fake.events()).containsExactly("4 to 1", "5 behind 4 at 1");
        follow(2, 1, 3);
        follow(4, 1, 5);
        for (int number : new int[] {3, 5, 1}) {
            finish(number, 1);
        }
    }

    @Test
    void shouldEndACancelledOneThatNobodyHasBegun() {
        node(Resources.cpus(1), 1);
        submit(ONE, 1, 2, 3);
        scheduler.cancel(id(2), false);
        assertThat(fake.failed).containsEntry(id(2), Failure.CANCELLED);
        assertThat(fake.events())
                .containsExactly(
                        "1 to 1",
                        "2 behind 1 at 1",
                        "2 back",
                        "2 CANCELLED: it was cancelled before it had begun",
                        "3 behind 1 at 1");
        follow(1, 1, 3);
        finish(3, 1);
    }

    @Test
    void shouldSayHowSoonAnEndHasToBeHeardOf() {
        node(Resources.cpus(1), 1);
        assertThat(scheduler.hunger()).isEqualTo(Hunger.NEVER);
        submit(ONE, 1);
        assertThat(scheduler.hunger()).isEqualTo(Hunger.NEVER);
        submit(ONE, 2);
        assertThat(scheduler.hunger()).isEqualTo(Hunger.WHEN_LOW);
        scheduler.submit(task(3, ONE, 1));
        assertThat(scheduler.hunger()).isEqualTo(Hunger.ALWAYS);
        follow(1, 1, 2);
        follow(2, 1, 3);
        finish(3, 1);
    }

    private void endAll() {
        fake.takesAhead = false;
        for (int round = 0; round < 100 && scheduler.unfinished() > 0; ++round) {
            for (var claim : List.copyOf(fake.claims.entrySet())) {
                if (!fake.done.contains(claim.getKey()) && !fake.ahead.contains(claim.getKey())) {
                    fake.ready.add(claim.getKey());
                    scheduler.finished(claim.getKey(), claim.getValue());
                }
            }
        }
    }
}
