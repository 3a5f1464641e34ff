package io.atoll.scheduler;

import static io.atoll.scheduler.FakeNode.add;
import static io.atoll.scheduler.FakeNode.id;
import static io.atoll.scheduler.FakeNode.nestedIn;
import static io.atoll.scheduler.FakeNode.task;
import static io.atoll.scheduler.FakeNode.waits;
import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.concurrent.WorkerEnvironment;
import io.atoll.scheduler.SchedulerActions.Failure;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who waits for each other and who does not, by what the threads of tasks say that they wait for. */
class DeadlockTest extends OnAFakeNode {
    private static final Resources LICENSED = ONE.with("licence", 1);

    private void node() {
        node(Resources.cpus(4).with("licence", 1), 2);
    }

    private void block(int task, int worker) {
        scheduler.blocked(id(task), worker);
        fake.events();
    }

    /** Nobody has submitted the other: both are the driver's. */
    @Test
    void shouldFailWhatWaitsForWhatItsWaiterKeeps() {
        node();
        scheduler.submit(task(10, LICENSED));
        scheduler.submit(task(11, LICENSED));
        scheduler.submit(task(12, LICENSED));
        block(10, 1);
        assertThat(scheduler.breakDeadlock(waits(10, 11), true)).isTrue();
        assertThat(fake.failed).containsOnlyKeys(id(11)).containsEntry(id(11), Failure.DEADLOCK);
        scheduler.resume(id(10), 1);
        finish(10, 1);
        finish(12, 1);
    }

    @Test
    void shouldFindItThroughOneThatWaitsForItsArgument() {
        node();
        scheduler.submit(task(10, LICENSED));
        scheduler.submit(task(11, LICENSED));
        scheduler.submit(task(12, ONE, 11));
        block(10, 1);
        assertThat(scheduler.breakDeadlock(waits(10, 12), true)).isTrue();
        assertThat(fake.failed).containsOnlyKeys(id(11));
        fake.ready.add(id(11));
        scheduler.resume(id(10), 1);
        finish(10, 1);
        finish(12, 2);
    }

    @Test
    void shouldFindItThroughAnArgumentThatIsOneOfSeveralResults() {
        node();
        scheduler.submit(task(10, LICENSED));
        scheduler.submit(severalResults(11, 20, 21));
        scheduler.submit(task(12, ONE, 21));
        block(10, 1);
        assertThat(scheduler.breakDeadlock(waits(10, 12), true)).isTrue();
        assertThat(fake.failed).containsOnlyKeys(id(11));
        scheduler.resume(id(10), 1);
        finish(10, 1);
        finish(12, 2);
    }

    @Test
    void shouldNotWaitForWhatIsThereOfSeveralResults() {
        node();
        scheduler.submit(task(10, LICENSED));
        scheduler.submit(severalResults(11, 20, 21));
        scheduler.submit(task(9, ONE));
        fake.ready.add(id(21));
        scheduler.submit(task(12, ONE, 21, 9));
        block(10, 1);
        assertThat(scheduler.breakDeadlock(waits(10, 12), true)).as("9 runs").isFalse();
        finish(9, 2);
        finish(12, 2);
        scheduler.resume(id(10), 1);
        finish(10, 1);
        finish(11, 1);
    }

    private static Task severalResults(int number, int... parts) {
        List<ObjectId> outputs = IntStream.of(parts).mapToObj(FakeNode::id).toList();
        return new Task(id(number), LICENSED, List.of(), outputs, null, null, 3, "several", WorkerEnvironment.none());
    }

    @Test
    void shouldBreakAWaitWhereAllHaveBegun() {
        node();
        scheduler.submit(task(10, ONE));
        scheduler.submit(task(11, ONE));
        scheduler.submit(task(12, ONE));
        block(10, 1);
        block(11, 2);
        Waits waits = waits(10, 11);
        add(waits, 11, 1, 10);
        assertThat(scheduler.breakDeadlock(waits, true)).as("whoever else runs").isTrue();
        assertThat(fake.events().toString()).containsAnyOf("break [10, 11, 10]", "break [11, 10, 11]");
        assertThat(fake.failed).isEmpty();
        finish(12, 1);
        scheduler.resume(id(10), 1);
        scheduler.resume(id(11), 2);
        finish(10, 1);
        finish(11, 2);
    }

    @Test
    void shouldCountOnABusyNodeWhatWasSaidTwiceWithoutAWordBetween() {
        node();
        scheduler.submit(task(10, LICENSED));
        scheduler.submit(task(11, LICENSED));
        scheduler.submit(task(12, ONE));
        block(10, 1);
        Waits waits = waits(10, 11);
        assertThat(scheduler.breakDeadlock(waits, false)).as("said once").isFalse();
        waits.drop(id(10));
        add(waits, 10, 1, 11);
        assertThat(scheduler.breakDeadlock(waits, false))
                .as("said once of this wait")
                .isFalse();
        add(waits, 10, 1, 11);
        waits.askAgain();
        assertThat(scheduler.breakDeadlock(waits, false)).as("not said now").isFalse();
        assertThat(scheduler.breakDeadlock(waits, true)).as("not said now").isFalse();
        add(waits, 10, 1, 11);
        assertThat(scheduler.breakDeadlock(waits, false)).isTrue();
        assertThat(fake.failed).containsOnlyKeys(id(11));
        finish(12, 2);
        scheduler.resume(id(10), 1);
        finish(10, 1);
    }

    @Test
    void shouldForgetWhoWasHelpedWithTheWaitOfTheHelper() {
        node();
        scheduler.submit(task(10, LICENSED));
        scheduler.submit(nestedIn(10, 11, LICENSED));
        scheduler.submit(task(12, LICENSED));
        fake.claims.put(id(11), 1);
        block(10, 1);
        Waits waits = new Waits();
        for (int i = 0; i < 2; ++i) {
            waits.add(id(10), List.of(id(11)), List.of(id(12)), 1);
        }
        waits.drop(id(10));
        assertThat(scheduler.breakDeadlock(waits, false)).isFalse();
        for (int i = 0; i < 2; ++i) {
            waits.add(id(10), List.of(id(11)), List.of(id(12)), 1);
        }
        assertThat(scheduler.breakDeadlock(waits, false)).isTrue();
        assertThat(fake.failed).containsOnlyKeys(id(12));
        scheduler.resume(id(10), 1);
        finish(11, 1);
        finish(10, 1);
    }

    @Test
    void shouldSayOnceToAWaitThatItIsBroken() {
        node();
        scheduler.submit(task(10, ONE));
        block(10, 1);
        Waits waits = waits(10, 10);
        assertThat(scheduler.breakDeadlock(waits, true)).isTrue();
        assertThat(scheduler.breakDeadlock(waits, true))
                .as("until it says that it waits on")
                .isFalse();
        add(waits, 10, 1, 10);
        assertThat(scheduler.breakDeadlock(waits, true)).isTrue();
        scheduler.resume(id(10), 1);
        finish(10, 1);
    }

    /** It waits for a worker that has a thread: where anything happens, one may. */
    @Test
    void shouldTakeWhatHasAllThatItDemandsForOneThatGoesSoonerOrLaterOnABusyNode() {
        node();
        scheduler.submit(task(10, ONE));
        fake.full.add(2);
        fake.full.add(1);
        scheduler.submit(task(11, ONE));
        block(10, 1);
        Waits waits = waits(10, 11);
        add(waits, 10, 1, 11);
        assertThat(scheduler.breakDeadlock(waits, false)).isFalse();
        assertThat(scheduler.breakDeadlock(waits, true)).isTrue();
        assertThat(fake.failed).containsOnlyKeys(id(11));
        scheduler.resume(id(10), 1);
        finish(10, 1);
    }

    @Test
    void shouldBreakTheWaitForOneself() {
        node();
        scheduler.submit(task(10, ONE));
        block(10, 1);
        assertThat(scheduler.breakDeadlock(waits(10, 10), true)).isTrue();
        assertThat(fake.events()).containsExactly("break [10, 10]");
        scheduler.resume(id(10), 1);
        finish(10, 1);
    }

    @Test
    void shouldLeaveThoseAloneThatWaitForSomethingElse() {
        node();
        scheduler.submit(task(10, LICENSED));
        scheduler.submit(task(11, ONE));
        scheduler.submit(nestedIn(11, 12, LICENSED));
        block(10, 1);
        block(11, 2);
        assertThat(scheduler.breakDeadlock(waits(11, 12), true))
                .as("10 goes on when its reader does, or its time is over")
                .isFalse();
        assertThat(scheduler.breakDeadlock(waits(11, 13), true))
                .as("13 is nobody's task")
                .isFalse();
        scheduler.resume(id(10), 1);
        finish(10, 1);
        finish(12, 1);
        scheduler.resume(id(11), 2);
        finish(11, 2);
    }

    @Test
    void shouldCountHowManyAreNeeded() {
        node();
        scheduler.submit(task(10, LICENSED));
        scheduler.submit(nestedIn(10, 11, LICENSED));
        scheduler.submit(nestedIn(10, 12, ONE));
        block(10, 1);
        Waits any = new Waits();
        add(any, 10, 1, 11, 12);
        assertThat(scheduler.breakDeadlock(any, true)).as("12 runs").isFalse();
        Waits all = new Waits();
        add(all, 10, 2, 11, 12);
        assertThat(scheduler.breakDeadlock(all, true)).isTrue();
        assertThat(fake.failed).containsOnlyKeys(id(11));
        finish(12, 2);
        scheduler.resume(id(10), 1);
        finish(10, 1);
    }

    @Test
    void shouldWaitForWhatOthersWillGiveBack() {
        node();
        scheduler.submit(task(9, LICENSED));
        scheduler.submit(task(10, ONE));
        scheduler.submit(nestedIn(10, 11, LICENSED));
        block(10, 2);
        assertThat(scheduler.breakDeadlock(waits(10, 11), true))
                .as("9 runs and has it")
                .isFalse();
        finish(9, 1);
        finish(11, 1);
        scheduler.resume(id(10), 2);
        finish(10, 2);
    }

    @Test
    void shouldSeeWhoIsHelpedAsItsHelper() {
        node();
        scheduler.submit(task(10, LICENSED));
        scheduler.submit(nestedIn(10, 11, LICENSED));
        scheduler.submit(task(12, LICENSED));
        fake.claims.put(id(11), 1); // 10 runs it on what it has itself, and 11 waits for 12
        block(10, 1);
        Waits waits = new Waits();
        waits.add(id(10), List.of(id(11)), List.of(id(12)), 1);
        assertThat(scheduler.breakDeadlock(waits, true)).isTrue();
        assertThat(fake.failed).containsOnlyKeys(id(12));
        scheduler.resume(id(10), 1);
        finish(11, 1);
        finish(10, 1);
    }
}
