package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollException;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.GetTimeoutException;
import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker writes over what it shares with the scheduler: the worker ends for it, or the node, but nobody waits. */
@Timeout(240)
class ScribbleTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private static AtollSession node(int workers) {
        return Atoll.init(AtollOptions.builder()
                .workers(workers)
                .cpus(workers)
                .storeBytes(32L << 20)
                .build());
    }

    private static void scribble(String what) {
        ObjectRef<Integer> scribbler = Atoll.task(
                        Scribbles::scribble, what, Scribbles.store().clientIndex())
                .retries(0)
                .remote();
        try {
            scribbler.get(SOON);
        } catch (GetTimeoutException e) {
            throw new AssertionError(what, e);
        } catch (AtollException e) {
            // Its worker may end before it does.
        }
    }

    @Test
    void shouldGoOnWithoutTheWorkerThatScribbles() {
        try (AtollSession session = node(2)) {
            for (String what : new String[] {
                "a wild length",
                "a length without its message",
                "a type of nobody",
                "the reader's position",
                "all of the ring up",
                "all of the ring down",
                "one bit of the mask",
                "all bits of the mask",
                "no bit of the mask"
            }) {
                scribble(what);
                for (int i = 0; i < 6; ++i) {
                    assertThat(Atoll.task(Tasks::add, i, 1).retries(20).remote().get(SOON))
                            .as(what)
                            .isEqualTo(i + 1);
                }
            }
        }
    }

    @Test
    void shouldEndAWorkerWhoseRingStandsStill() throws Exception {
        try (AtollSession session = node(1)) {
            long before = Atoll.task(Tasks::pid).remote().get();
            scribble("a claimed place");
            // Nothing that this worker says is read any more.
            while (Atoll.task(Tasks::pid).retries(20).remote().get(SOON) == before) {
                Thread.sleep(100);
            }
        }
    }

    @Test
    void shouldEndTheNodeWithAReasonWhenTheDriversOwnRingIsGarbage() {
        try (AtollSession session = node(1)) {
            ObjectRef<Integer> never =
                    Atoll.task(Tasks::sleep, 1_000_000).numCpus(0).remote();
            ObjectRef<Integer> queued = Atoll.task(Tasks::add, never, 1).remote();
            scribble("the driver's ring");
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1000; ++i) {
                            Atoll.task(Tasks::add, i, 1).remote().get(SOON);
                        }
                    })
                    .isNotInstanceOf(GetTimeoutException.class)
                    .hasMessageContaining("scheduler has failed");
            for (ObjectRef<Integer> each : List.of(never, queued)) {
                assertThatThrownBy(() -> each.get(SOON)).isNotInstanceOf(GetTimeoutException.class);
            }
            assertThatThrownBy(() -> Atoll.task(Tasks::add, 1, 1).remote())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("this node has ended");
        }
    }

    /** As a worker does that has no room for the result, nor for why it has none; the task ends well for all that. */
    @Test
    void shouldGiveOneOfSeveralResultsItsError(@TempDir Path directory) throws Exception {
        try (AtollSession session = node(1)) {
            List<ObjectRef<Integer>> two = Atoll.remoteEach(Atoll.task(Scribbles::two, directory.toString()), 2);
            Marks.await(directory.toString(), "begun");
            ObjectId second = two.get(1).id();
            Atoll.task(Scribbles::tellFailure, second.store(), second.place())
                    .numCpus(0)
                    .remote()
                    .get(SOON);
            assertThatThrownBy(() -> two.get(1).get(SOON))
                    .isInstanceOf(TaskException.class)
                    .hasMessage("no room");
            Marks.mark(directory.toString(), "go");
            assertThat(two.get(0).get(SOON)).isEqualTo(1);
            assertThat(session.awaitTasks(SOON)).isTrue();
        }
    }
}
