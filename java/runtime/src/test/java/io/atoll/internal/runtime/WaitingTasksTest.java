package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.DeadlockException;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who waits for what, and who is let run meanwhile. */
@Timeout(240)
class WaitingTasksTest {
    private static final Duration SOON = Duration.ofSeconds(100);

    @TempDir
    Path directory;

    private static AtollOptions.Builder options(int workers) {
        return AtollOptions.builder().workers(workers).cpus(workers).storeBytes(32L << 20);
    }

    @Test
    void shouldLetThreadsThatATaskHasStartedWait() throws Exception {
        try (AtollSession session = Atoll.init(options(1).build())) {
            assertThat(Atoll.task(WaitingTasks::getOnOwnPool).remote().get(SOON))
                    .isEqualTo(15);
            assertThat(Atoll.task(WaitingTasks::getListOnOwnThread).remote().get(SOON))
                    .isEqualTo(10);
            assertThat(Atoll.task(WaitingTasks::getInParallel, 20).remote().get(SOON))
                    .isEqualTo(210);
            assertThat(Atoll.task(WaitingTasks::getOnOwnThreadAndSpin).remote().get(SOON))
                    .isEqualTo(3);
            // What was lent is back: one at a time.
            assertThat(Atoll.task(Tasks::add, 1, 1).remote().get(SOON)).isEqualTo(2);
            while (Atoll.stats().runningTasks() > 0) { // the scheduler reads of an end when it has a reason to
                Thread.sleep(5);
            }
        }
    }

    @Test
    void shouldNotTakeTasksThatSleepForADeadlock() {
        try (AtollSession session = Atoll.init(options(1).build())) {
            List<ObjectRef<Integer>> sleepers = new ArrayList<>();
            for (int i = 0; i < 200; ++i) {
                sleepers.add(Atoll.task(Tasks::sleep, 2500).numCpus(0).remote());
            }
            sleepers.add(Atoll.task(Tasks::sleep, 2500).remote());
            sleepers.add(Atoll.task(Tasks::sleep, 1).remote()); // queued for longer than a deadlock needs
            assertThat(Atoll.get(sleepers, SOON)).hasSize(202);
        }
    }

    @Test
    void shouldNotRunTheSlowOneOfSomeThatAreWaitedFor() throws Exception {
        try (AtollSession session = Atoll.init(options(2).build())) {
            ObjectRef<Integer> quick = Atoll.task(WaitingTasks::waitForTheQuickOne, directory.toString())
                    .remote();
            assertThat(quick.get(SOON)).isEqualTo(2);
            Marks.mark(directory.toString(), "over");
        }
    }

    @Test
    void shouldEndAWaitInTimeWhoeverHasTheCpuThen() throws Exception {
        String here = directory.toString();
        try (AtollSession session = Atoll.init(options(1).build())) {
            for (String how : List.of("get", "list", "wait")) {
                assertThat(Atoll.task(WaitingTasks::waitInTime, here, how)
                                .remote()
                                .get(SOON))
                        .as(how)
                        .isEqualTo("in time");
                Marks.mark(here, how);
                assertThat(session.awaitTasks(SOON)).isTrue();
            }
            assertThat(Atoll.stats().runningTasks()).isZero();
            assertThat(Atoll.task(Tasks::add, 1, 1).remote().get(SOON)).isEqualTo(2);
        }
    }

    @Test
    void shouldRunWhatNeedsWhatAWaitingTaskHoldsInATimedWaitToo() {
        try (AtollSession session = Atoll.init(options(1).resource("licence", 1).build())) {
            for (String how : List.of("get", "list", "wait")) {
                assertThat(Atoll.task(WaitingTasks::waitForWhoNeedsWhatItHolds, how)
                                .resource("licence", 1)
                                .remote()
                                .get(SOON))
                        .as(how)
                        .isEqualTo(100 * 101 / 2);
            }
            assertThat(session.awaitTasks(SOON)).isTrue();
        }
    }

    @Test
    void shouldSayWhoWaitsForWhatInACycle() {
        try (AtollSession session =
                Atoll.init(options(1).resource("licence", 1).resource("seat", 1).build())) {
            ObjectRef<Integer> never = Atoll.task(WaitingTasks::holdAndWait, "licence")
                    .resource("licence", 1)
                    .remote();
            assertThatThrownBy(() -> never.get(SOON))
                    .isInstanceOf(TaskException.class)
                    .hasStackTraceContaining(DeadlockException.class.getName())
                    .hasStackTraceContaining("task Tasks.add can never be run: it demands 1 CPU, 1 licence, 1 seat")
                    .hasStackTraceContaining("WaitingTasks.holdAndWait (1 CPU, 1 licence)");
            assertThat(Atoll.task(Tasks::add, 1, 1)
                            .resource("licence", 1)
                            .remote()
                            .get(SOON))
                    .isEqualTo(2);
        }
    }

    @Test
    void shouldLetADriversTaskInBetweenThoseOfATask() throws Exception {
        try (AtollSession session = Atoll.init(options(1).build())) {
            ObjectRef<Integer> submitter = Atoll.task(WaitingTasks::submitAllTheTime, directory.toString())
                    .numCpus(0)
                    .remote();
            for (int i = 0; i < 5; ++i) {
                assertThat(Atoll.task(Tasks::add, i, 1).remote().get(SOON)).isEqualTo(i + 1);
            }
            Marks.mark(directory.toString(), "over");
            assertThat(submitter.get(SOON)).isNotNegative();
        }
    }
}
