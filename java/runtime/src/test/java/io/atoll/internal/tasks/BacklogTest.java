package io.atoll.internal.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.CallInterruptedException;
import io.atoll.NodeStats;
import io.atoll.ObjectRef;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who submits more tasks than a node may have waits. */
@Timeout(120)
class BacklogTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int MOST = 100;

    @TempDir
    Path directory;

    private static AtollSession node() {
        return Atoll.init(AtollOptions.builder()
                .workers(1)
                .cpus(1)
                .storeBytes(64L << 20)
                .maxUnfinishedTasks(MOST)
                .build());
    }

    private static long unfinished() {
        NodeStats stats = Atoll.stats();
        return stats.waitingTasks() + stats.queuedTasks() + stats.runningTasks();
    }

    private static void awaitParked(Thread thread) throws InterruptedException {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.sleep(1);
        }
    }

    @Test
    void shouldHoldBackWhoSubmitsUntilTasksHaveEnded() throws Exception {
        try (AtollSession session = node()) {
            ObjectRef<Integer> gate = Atoll.task(Endings::heedNothing, directory.toString(), "begun", "go")
                    .remote();
            List<ObjectRef<Integer>> refs = new ArrayList<>();
            Thread submitting = new Thread(() -> {
                for (int i = 0; i < 5000; ++i) {
                    refs.add(Atoll.task(Endings::twice, i).remote());
                }
            });
            submitting.start();
            while (unfinished() < MOST) {
                Thread.sleep(1);
            }
            awaitParked(submitting);
            // What fits the ring may be on its way when the last is counted.
            assertThat(refs.size()).isLessThan(4000);
            Files.createFile(directory.resolve("go"));
            submitting.join();
            assertThat(gate.get(SOON)).isEqualTo(1);
            for (int i = 0; i < refs.size(); ++i) {
                assertThat(refs.get(i).get(SOON)).isEqualTo(2 * i);
            }
            assertThat(session.awaitTasks(SOON)).isTrue();
        }
    }

    @Test
    void shouldBeInterruptibleMeanwhile() throws Exception {
        try (AtollSession session = node()) {
            ObjectRef<Integer> gate = Atoll.task(Endings::heedNothing, directory.toString(), "begun", "go")
                    .remote();
            CompletableFuture<Void> submitted = new CompletableFuture<>();
            Thread submitting = new Thread(() -> {
                try {
                    while (true) {
                        Atoll.task(Endings::twice, 1).remote();
                    }
                } catch (CallInterruptedException e) {
                    submitted.completeExceptionally(e);
                }
            });
            submitting.start();
            while (unfinished() < MOST) {
                Thread.sleep(1);
            }
            awaitParked(submitting);
            submitting.interrupt();
            assertThatThrownBy(submitted::join)
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(CallInterruptedException.class)
                    .hasMessageContaining(MOST + " unfinished tasks")
                    .hasMessageContaining("maxUnfinishedTasks");
            Files.createFile(directory.resolve("go"));
            assertThat(gate.get(SOON)).isEqualTo(1);
        }
    }

    static int submitMany(int count) {
        List<ObjectRef<Integer>> refs = new ArrayList<>();
        for (int i = 0; i < count; ++i) {
            refs.add(Atoll.task(Endings::twice, i).remote());
        }
        return Atoll.get(refs).stream().mapToInt(each -> each).sum();
    }

    /** Its tasks can run while it waits, on its CPU. */
    @Test
    void shouldHoldBackTasksThatSubmit() {
        try (AtollSession session = node()) {
            assertThat(Atoll.task(BacklogTest::submitMany, 3000).remote().get(SOON))
                    .isEqualTo(3000 * 2999);
            assertThat(session.awaitTasks(SOON)).isTrue();
        }
    }

    static int submitThenRelease(String directory, int count) throws Exception {
        List<ObjectRef<Integer>> refs = new ArrayList<>();
        for (int i = 0; i < count; ++i) {
            refs.add(Atoll.task(Endings::heedNothing, directory, "begun" + i, "go")
                    .numCpus(i < 2 ? 0 : 1)
                    .remote());
        }
        Files.createFile(Path.of(directory, "go"));
        return Atoll.get(refs).size();
    }

    /** None of those that were submitted can end before it has submitted the others. */
    @Test
    void shouldLetATaskThroughThatOthersWaitFor() {
        try (AtollSession session = node()) {
            assertThat(Atoll.task(BacklogTest::submitThenRelease, directory.toString(), MOST + 20)
                            .remote()
                            .get(SOON))
                    .isEqualTo(MOST + 20);
        }
    }

    @Test
    void shouldBeToldWhenTheSessionIsClosed() throws Exception {
        AtollSession session = node();
        Atoll.task(Endings::heedNothing, directory.toString(), "begun", "go").remote();
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread submitting = new Thread(() -> {
            try {
                while (true) {
                    Atoll.task(Endings::twice, 1).remote();
                }
            } catch (Throwable e) {
                thrown.complete(e);
            }
        });
        submitting.start();
        while (unfinished() < MOST) {
            Thread.sleep(1);
        }
        awaitParked(submitting);
        session.close();
        assertThat(thrown.join()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldShutAnExecutorDownWhileSomebodyIsHeldBackAtIt() throws Exception {
        AtollOptions options = AtollOptions.builder()
                .workers(1)
                .cpus(1)
                .storeBytes(64L << 20)
                .maxUnfinishedTasks(1)
                .build();
        try (AtollSession session = Atoll.init(options)) {
            String here = directory.toString();
            ExecutorService pool = Atoll.executor();
            Future<Integer> running = pool.submit(() -> Endings.sleep(here, "begun"));
            while (!Files.exists(directory.resolve("begun"))) {
                Thread.sleep(2);
            }
            CompletableFuture<Object> refused = new CompletableFuture<>();
            Thread submitting = new Thread(() -> {
                try {
                    refused.complete(pool.submit(() -> 2));
                } catch (RuntimeException e) {
                    refused.complete(e);
                }
            });
            submitting.start();
            awaitParked(submitting);
            assertThat(CompletableFuture.supplyAsync(pool::shutdownNow).get(60, TimeUnit.SECONDS))
                    .isEmpty();
            assertThat(pool.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
            assertThat(refused.get(60, TimeUnit.SECONDS)).isInstanceOf(RejectedExecutionException.class);
            assertThatThrownBy(running::get).isInstanceOf(CancellationException.class);
            assertThat(session.awaitTasks(SOON)).isTrue();
        }
    }
}
