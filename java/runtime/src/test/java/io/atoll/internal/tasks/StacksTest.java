package io.atoll.internal.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.DeadlockException;
import io.atoll.ObjectRef;
import io.atoll.internal.process.Workers;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That a task runs on the stack of one that waits for it is not noticed. One worker with one CPU. */
@Timeout(120)
class StacksTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private static AtollSession session;

    @BeforeAll
    static void start() {
        session = Atoll.init(
                AtollOptions.builder().workers(1).cpus(1).storeBytes(32L << 20).build());
    }

    @AfterAll
    static void stop() {
        session.close();
    }

    private static void assertDeadlock(ObjectRef<?> ref, Class<?> lock, String child) {
        assertThatThrownBy(() -> ref.get(SOON))
                .isInstanceOf(DeadlockException.class)
                .hasMessageContaining("task " + child + " runs on the thread of task ")
                .hasMessageContaining(lock.getName())
                .hasMessageContaining("isolated()")
                .hasMessageContaining(" in " + Stacks.class.getName() + ".");
        assertThat(Atoll.task(Endings::twice, 1).remote().get(SOON)).isEqualTo(2);
        assertThat(session.awaitTasks(SOON)).isTrue();
    }

    @Test
    void shouldShowATaskNothingOfTheOneBelow() {
        for (int i = 0; i < 3; ++i) { // The second time it is on what the first has left.
            String all =
                    Atoll.task(Stacks::lookAndChange, 3).name("first").remote().get(SOON);
            String[] each = all.split(" \\| ");
            String thread = each[0].split(" ")[7];
            String same = "initial null null true false false ";
            assertThat(each)
                    .containsExactly(
                            same + "first " + thread + " true",
                            same + "below 3 " + thread + " true",
                            same + "below 2 " + thread + " true",
                            same + "below 1 " + thread + " true");
        }
    }

    @Test
    void shouldNameTheLockThatATaskCanNeverHave() {
        assertDeadlock(Atoll.task(Stacks::semaphore, 1).remote(), Semaphore.class, "Stacks.semaphore");
        assertDeadlock(Atoll.task(Stacks::stamped, 1).remote(), StampedLock.class, "Stacks.stamped");
        assertDeadlock(
                Atoll.task(Stacks::readThenWrite, false).remote(),
                ReentrantReadWriteLock.class,
                "Stacks.readThenWrite");
        assertThat(Atoll.task(Stacks::semaphore, 0).remote().get(SOON)).isEqualTo(1);
    }

    @Test
    void shouldReplaceAWorkerWhoseTaskHeedsNoInterruptThatEndsItsWait() throws Exception {
        long worker = Workers.await(1).get(0);
        ObjectRef<Integer> beside =
                Atoll.task(Stacks::sleep, 1).numCpus(0).retries(0).remote();
        assertThat(beside.get(SOON)).isEqualTo(1);
        assertDeadlock(
                Atoll.task(Stacks::semaphoreUninterruptibly, 1).remote(),
                Semaphore.class,
                "Stacks.semaphoreUninterruptibly");
        while (Workers.pids().contains(worker)) {
            Thread.sleep(2);
        }
        assertThat(Atoll.task(Stacks::semaphore, 0).remote().get(SOON)).isEqualTo(1);
    }

    @Test
    void shouldNotTakeOtherWaitsForALock() {
        assertThat(Atoll.task(Stacks::waitOtherwise, 1500).remote().get(SOON)).isEqualTo(1501);
    }

    @Test
    void shouldRunAnIsolatedTaskOnAThreadOfItsOwn() {
        assertThat(Atoll.task(Stacks::isolated).remote().get(SOON)).isEqualTo(1);
    }

    @Test
    void shouldKeepAnInterruptForTheTaskWhoseThreadHasSentIt() {
        assertThat(Atoll.task(Stacks::interruptedByItsOwnThread).remote().get(SOON))
                .isEqualTo("true 800");
        assertThat(Atoll.task(Stacks::childInterruptsItself).remote().get(SOON)).isEqualTo("child: interrupted false");
    }
}
