package io.atoll.internal.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.DeadlockException;
import io.atoll.ObjectRef;
import io.atoll.concurrent.RefStream;
import io.atoll.concurrent.TaskTimeoutException;
import io.atoll.internal.process.Workers;
import io.atoll.internal.runtime.Tasks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tasks that wait for each other are told so, whoever submitted them and whatever else runs; and nobody else is. */
@Timeout(120)
class CyclesTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    /** By then a deadlock has been told. */
    private static final long QUIET_MILLIS = 4000;
    /** The same where something happens all the time. */
    private static final long BUSY_MILLIS = 9000;

    @TempDir
    Path directory;

    private AtollSession session;

    @BeforeEach
    void init() throws InterruptedException {
        session = Atoll.init(AtollOptions.builder()
                .workers(2)
                .cpus(2)
                .resource("licence", 1)
                .storeBytes(64L << 20)
                .build());
        Workers.await(2);
    }

    @AfterEach
    void close() {
        assertThat(session.awaitTasks(SOON)).isTrue();
        session.close();
    }

    private static void assertDeadlock(ThrowingCallable get, String... text) {
        assertThatThrownBy(get)
                .hasStackTraceContaining(DeadlockException.class.getName())
                .satisfies(thrown -> {
                    for (String each : text) {
                        assertThat(thrown).hasStackTraceContaining(each);
                    }
                });
    }

    @Test
    void shouldTellTheDriversTasksThatWaitForEachOther() {
        ObjectRef<Integer> slow = Atoll.task(Tasks::sleep, 300).remote();
        ObjectRef<Integer> wanted =
                Atoll.task(Cycles::plusOne, slow).resource("licence", 1).remote();
        ObjectRef<Integer> waiter = Atoll.task(Cycles::waitFor, List.of(wanted))
                .resource("licence", 1)
                .remote();
        assertDeadlock(
                () -> waiter.get(SOON),
                "task Cycles.plusOne can never be run: it demands 1 CPU, 1 licence",
                "Cycles.waitFor (1 CPU, 1 licence)");
    }

    @Test
    void shouldTellTasksThatHaveBegunAndWaitForEachOther() throws Exception {
        String here = directory.toString();
        ObjectRef<Integer> one = Atoll.task(Cycles::waitForNamed, here, "two").remote();
        ObjectRef<Integer> two = Atoll.task(Cycles::waitForNamed, here, "one").remote();
        Atoll.publish("one", one);
        Atoll.publish("two", two);
        Files.createFile(directory.resolve("two"));
        Files.createFile(directory.resolve("one"));
        assertDeadlock(
                () -> one.get(SOON), "these tasks wait for each other: Cycles.waitForNamed (1 CPU), which waits for");
        assertDeadlock(() -> two.get(SOON), "these tasks wait for each other");
    }

    @Test
    void shouldTellThemWhateverTheyAreCalled() throws Exception {
        List<Long> workers = Workers.pids();
        String here = directory.toString();
        String name = "ü".repeat(7_000);
        ObjectRef<Integer> one =
                Atoll.task(Cycles::waitForNamed, here, "two").name(name).remote();
        ObjectRef<Integer> two =
                Atoll.task(Cycles::waitForNamed, here, "one").name(name).remote();
        Atoll.publish("one", one);
        Atoll.publish("two", two);
        Files.createFile(directory.resolve("two"));
        Files.createFile(directory.resolve("one"));
        assertDeadlock(() -> one.get(SOON), "these tasks wait for each other: üüü");
        assertDeadlock(() -> two.get(SOON), "these tasks wait for each other: üüü");
        assertThat(Workers.pids()).containsExactlyInAnyOrderElementsOf(workers);
    }

    @Test
    void shouldTellATaskThatWaitsForItselfWhileOthersRun() throws Exception {
        ObjectRef<Integer> other =
                Atoll.task(Tasks::sleep, (int) QUIET_MILLIS * 2).remote();
        ObjectRef<String> self =
                Atoll.task(Cycles::waitAndSay, directory.toString(), "self").remote();
        Atoll.publish("self", self);
        Files.createFile(directory.resolve("self"));
        assertDeadlock(() -> self.get(SOON), "Cycles.waitAndSay (1 CPU), which waits for Cycles.waitAndSay");
        assertThat(directory.resolve("self is over")).exists();
        assertThat(other.isReady())
                .as("what ran meanwhile has ended before this was told")
                .isFalse();
        other.get(SOON);
    }

    @Test
    void shouldTellThemBesideATaskThatTellsHowFarItIs() throws Exception {
        assertToldBeside(Atoll.task(Cycles::tellProgress, directory.toString()).remote());
    }

    @Test
    void shouldTellThemBesideTasksThatComeAndGo() throws Exception {
        assertToldBeside(Atoll.task(Cycles::makeTraffic, directory.toString()).remote());
    }

    private void assertToldBeside(ObjectRef<Integer> other) throws Exception {
        ObjectRef<Integer> wanted =
                Atoll.task(Cycles::plusOne, 1).resource("licence", 1).remote();
        try {
            ObjectRef<String> self =
                    Atoll.task(Cycles::waitAndSay, directory.toString(), "self").remote();
            Atoll.publish("self", self);
            Files.createFile(directory.resolve("self"));
            assertDeadlock(() -> self.get(SOON), "Cycles.waitAndSay (1 CPU), which waits for Cycles.waitAndSay");
            assertThat(wanted.get(SOON)).isEqualTo(2);
        } finally {
            Files.createFile(directory.resolve("end"));
        }
        assertThat(other.get(SOON)).isPositive();
    }

    @Test
    void shouldLeaveAloneWhoHasToWaitBesideTasksThatComeAndGo() throws Exception {
        ObjectRef<Integer> traffic =
                Atoll.task(Cycles::makeTraffic, directory.toString()).remote();
        ObjectRef<Integer> slow = Atoll.task(Tasks::sleep, (int) BUSY_MILLIS).remote();
        ObjectRef<Integer> later =
                Atoll.task(Cycles::plusOne, slow).resource("licence", 1).remote();
        ObjectRef<Integer> all =
                Atoll.task(Cycles::waitFor, List.of(later, slow)).remote();
        ObjectRef<Integer> any = Atoll.task(Cycles::waitForAny, List.of(later, slow))
                .resource("licence", 1)
                .remote();
        assertThat(any.get(SOON)).isEqualTo(slow.get(SOON));
        Files.createFile(directory.resolve("end"));
        assertThat(all.get(SOON)).isEqualTo(2 * slow.get(SOON) + 1);
        assertThat(traffic.get(SOON)).isPositive();
    }

    /** What a task throws that has gone on is its own. */
    @Test
    void shouldTellWhatATaskThrowsAfterItsWaitWasBroken() throws Exception {
        ObjectRef<Integer> self =
                Atoll.task(Cycles::waitAndThrow, directory.toString(), "self").remote();
        Atoll.publish("self", self);
        Files.createFile(directory.resolve("self"));
        assertDeadlock(() -> self.get(SOON), "threw java.lang.IllegalArgumentException: mine");
    }

    @Test
    void shouldLeaveAloneWhoseTimeIsOverSoon() {
        ObjectRef<Integer> slow = Atoll.task(Tasks::sleep, 300).remote();
        ObjectRef<Integer> wanted =
                Atoll.task(Cycles::plusOne, slow).resource("licence", 1).remote();
        ObjectRef<Integer> waiter = Atoll.task(Cycles::waitFor, List.of(wanted))
                .resource("licence", 1)
                .timeout(Duration.ofMillis(QUIET_MILLIS))
                .remote();
        assertThat(wanted.get(SOON)).isEqualTo(slow.get(SOON) + 1);
        assertThatThrownBy(() -> waiter.get(SOON)).isInstanceOf(TaskTimeoutException.class);
    }

    /** The get of a list ends with the first that fails. */
    @Test
    void shouldLeaveAloneWhoWaitsForOneThatMayFail() {
        ObjectRef<Integer> slow = Atoll.task(Tasks::sleep, 300).remote();
        ObjectRef<Integer> wanted =
                Atoll.task(Cycles::plusOne, slow).resource("licence", 1).remote();
        ObjectRef<Integer> fails = Atoll.task(Cycles::failAfter, QUIET_MILLIS).remote();
        ObjectRef<Integer> waiter = Atoll.task(Cycles::waitFor, List.of(wanted, fails))
                .resource("licence", 1)
                .remote();
        assertThat(wanted.get(SOON)).isEqualTo(slow.get(SOON) + 1);
        assertThatThrownBy(() -> waiter.get(SOON)).hasStackTraceContaining("at last");
    }

    @Test
    void shouldLeaveAStreamAloneWhoseReaderTakesItsTime() throws Exception {
        try (RefStream<Integer> items = Atoll.<Integer, Integer>stream(Cycles::emit, 20)
                .resource("licence", 1)
                .window(4)
                .remote()) {
            items.next(SOON).close();
            ObjectRef<Integer> wanted =
                    Atoll.task(Tasks::add, 1, 1).resource("licence", 1).remote();
            ObjectRef<Integer> waiter =
                    Atoll.task(Cycles::waitFor, List.of(wanted)).remote();
            Thread.sleep(QUIET_MILLIS);
            for (int i = 1; i < 20; ++i) {
                assertThat(items.next(SOON).get()).isEqualTo(i);
            }
            assertThat(waiter.get(SOON)).isEqualTo(2);
        }
    }

    @Test
    void shouldLeaveAloneWhoNeedsOneOfTwo() throws Exception {
        ObjectRef<Integer> never =
                Atoll.task(Tasks::add, 1, 1).resource("licence", 1).remote();
        never.get(SOON);
        ObjectRef<Integer> slow = Atoll.task(Tasks::sleep, (int) QUIET_MILLIS).remote();
        ObjectRef<Integer> later =
                Atoll.task(Cycles::plusOne, slow).resource("licence", 1).remote();
        ObjectRef<Integer> waiter = Atoll.task(Cycles::waitForAny, List.of(later, slow))
                .resource("licence", 1)
                .remote();
        assertThat(waiter.get(SOON)).isEqualTo(slow.get(SOON));
        assertThat(later.get(SOON)).isEqualTo(slow.get(SOON) + 1);
    }
}
