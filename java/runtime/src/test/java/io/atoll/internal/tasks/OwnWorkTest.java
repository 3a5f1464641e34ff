package io.atoll.internal.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.GetTimeoutException;
import io.atoll.ObjectRef;
import io.atoll.TaskCancelledException;
import io.atoll.WorkerDiedException;
import io.atoll.concurrent.Cancel;
import io.atoll.concurrent.TaskContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Threads of a task's own that do its work, and how far it says it is: on one worker with one CPU. */
@Timeout(120)
class OwnWorkTest {
    private static final Duration SOON = Duration.ofSeconds(100);

    private static AtollSession session;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() {
        session = Atoll.init(
                AtollOptions.builder().workers(1).cpus(1).storeBytes(64L << 20).build());
    }

    @AfterAll
    static void stop() {
        session.close();
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    @Test
    void shouldKnowItsTaskOnAThreadWithWrappedWork() {
        assertThat(Atoll.task(OwnWorks::seen).name("t").remote().get(SOON))
                .containsExactly("t", "none", "t, then none", "t", "the same", "java.io.IOException: of the work");
    }

    @Test
    void shouldGiveItsCpuAtOnceToWhatItsThreadsWaitFor() throws Exception {
        // Of threads that nobody knows each of these waits would take a second.
        assertThat(Atoll.task(OwnWorks::waitOften, 200).remote().get(SOON)).isEqualTo(39_800);
        assertThat(session.awaitTasks(SOON)).isTrue();
        // What was lent is back.
        assertThat(Atoll.task(OwnWorks::twice, 1).remote().get(SOON)).isEqualTo(2);
    }

    @Test
    void shouldBeTheParentOfWhatItsThreadsSubmit() throws Exception {
        ObjectRef<Integer> parent =
                Atoll.task(OwnWorks::submitOnAThread, file("child")).remote();
        while (!Files.exists(directory.resolve("child"))) {
            Thread.sleep(2);
        }
        assertThat(parent.cancel()).isTrue();
        assertThatThrownBy(() -> parent.get(SOON)).isInstanceOf(TaskCancelledException.class);
        assertThat(session.awaitTasks(SOON)).as("its child is cancelled, too").isTrue();
    }

    @Test
    void shouldRefuseThatOutsideOfATask() {
        assertThatThrownBy(() -> TaskContext.wrap(() -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("runs no task");
        assertThatThrownBy(TaskContext::executor).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldChargeATaskWhoseThreadsEndItsWorkerAfterItHasReturned() throws Exception {
        ObjectRef<Integer> ref = Atoll.remoteAsync(
                Atoll.task(OwnWorks::dieLater, "it", file("runs")).retries(1));
        Atoll.publish("it", ref);
        try {
            assertThatThrownBy(() -> ref.get(SOON)).isInstanceOf(WorkerDiedException.class);
            assertThat(Path.of(file("runs"))).content().isEqualTo("run\nrun\n");
        } finally {
            ref.cancel(Cancel.FORCE);
            Atoll.unpublish("it");
        }
    }

    /** A thread that has too little stack for what it asks is told, and nobody else. */
    @Test
    void shouldOutliveAThreadOfTheDriversWithoutStack() throws Exception {
        ObjectRef<Integer> ref = Atoll.task(OwnWorks::twice, 1).remote();
        ref.get(SOON);
        Thread deep = new Thread(null, () -> askTillItOverflows(ref), "deep", 512 * 1024);
        deep.start();
        deep.join();
        assertThat(Atoll.task(OwnWorks::twice, 2).remote().get(SOON)).isEqualTo(4);
    }

    private static void askTillItOverflows(ObjectRef<?> ref) {
        try {
            askDeeper(ref, 0);
            throw new AssertionError("it had stack for all");
        } catch (StackOverflowError e) {
            // As it has to be.
        }
    }

    private static int askDeeper(ObjectRef<?> ref, int depth) {
        session.progress(ref);
        return depth > 10_000_000 ? depth : 1 + askDeeper(ref, depth + 1);
    }

    @Test
    void shouldTellHowFarATaskIs() throws Exception {
        ObjectRef<Integer> ref =
                Atoll.task(OwnWorks::progress, file("go")).name("slow").remote();
        while (!session.progress(ref).equals(OptionalDouble.of(0.25))) {
            Thread.sleep(2);
        }
        assertThatThrownBy(() -> ref.get(Duration.ofMillis(1)))
                .isInstanceOf(GetTimeoutException.class)
                .hasMessageContaining("task slow (25 % done)");
        Files.createFile(directory.resolve("go"));
        assertThat(ref.get(SOON)).isEqualTo(7);
        assertThat(session.awaitTasks(SOON)).isTrue();
        assertThat(session.progress(ref)).isEmpty();
    }

    @Test
    void shouldRefuseWhatIsNoProgress() {
        for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> Atoll.task(OwnWorks::progressWrongly, wrong)
                            .remote()
                            .get(SOON))
                    .hasMessageContaining("progress: " + wrong)
                    .hasCauseInstanceOf(IllegalArgumentException.class);
        }
    }
}
