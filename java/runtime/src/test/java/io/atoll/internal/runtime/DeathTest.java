package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.WorkerDiedException;
import io.atoll.internal.process.Workers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 of workers and drivers. */
@Timeout(240)
class DeathTest {
    @TempDir
    Path directory;

    private static AtollSession node(int workers) {
        return Atoll.init(AtollOptions.builder()
                .workers(workers)
                .cpus(workers)
                .storeBytes(64L << 20)
                .build());
    }

    @Test
    void shouldRunATaskAgainWhenItsWorkerDies() {
        try (AtollSession session = node(2)) {
            byte[] large = new byte[200_000];
            large[7] = 42;
            // The argument that was put for the call must outlive the worker, and the submitter's interest.
            ObjectRef<Integer> ref =
                    Atoll.task(Deaths::dieOnce, directory.toString(), large).remote();
            System.gc();
            assertThat(ref.get()).isEqualTo(42);
        }
    }

    @Test
    void shouldLoseNothingWhenAWorkerIsKilledInTheMiddle() throws Exception {
        try (AtollSession session = node(2)) {
            List<ObjectRef<Integer>> refs = new ArrayList<>();
            for (int i = 0; i < 300; ++i) {
                refs.add(Atoll.task(Deaths::slowly, i).remote());
            }
            for (int kills = 0; kills < 3; ++kills) {
                refs.get(40 * kills).get();
                kill(Workers.await(1).get(0));
            }
            List<Integer> results = Atoll.get(refs);
            for (int i = 0; i < results.size(); ++i) {
                assertThat(results.get(i)).isEqualTo(i);
            }
            Workers.await(2);
        }
    }

    @Test
    void shouldFailWithATypedExceptionAfterTheRetries() throws Exception {
        try (AtollSession session = node(1)) {
            ObjectRef<Integer> ref = Atoll.task(Deaths::dieAlways, directory.toString())
                    .retries(2)
                    .remote();
            assertThatThrownBy(ref::get)
                    .isInstanceOf(WorkerDiedException.class)
                    .hasMessageContaining("Deaths.dieAlways")
                    .hasMessageContaining("exit code 137")
                    .hasMessageContaining("about to end\nwith this")
                    .satisfies(e -> {
                        WorkerDiedException died = (WorkerDiedException) e;
                        assertThat(died.ending()).isEqualTo("exit code 137");
                        assertThat(died.attempt()).isEqualTo(3);
                        assertThat(died.workerPid()).isPositive();
                    });
            try (var runs = Files.list(directory)) {
                assertThat(runs.count()).isEqualTo(3);
            }
            // The node goes on.
            assertThat(Atoll.task(Tasks::add, 1, 1).remote().get()).isEqualTo(2);
        }
    }

    @Test
    void shouldNameTheSignalThatEndedAWorker() throws Exception {
        try (AtollSession session = node(1)) {
            ObjectRef<Void> ref =
                    Atoll.run(Deaths::begin, directory.toString()).retries(0).remote();
            while (!Files.exists(directory.resolve("begun"))) {
                Thread.sleep(5);
            }
            kill(Workers.await(1).get(0));
            assertThatThrownBy(ref::get)
                    .isInstanceOf(WorkerDiedException.class)
                    .hasMessageContaining("signal 9 (SIGKILL)")
                    .satisfies(
                            e -> assertThat(((WorkerDiedException) e).ending()).isEqualTo("signal 9 (SIGKILL)"));
        }
    }

    @Test
    void shouldReplaceAWorkerWhoseChildHoldsItsOutput() throws Exception {
        try (AtollSession session = node(1)) {
            assertThatThrownBy(() -> Atoll.task(Deaths::startChildAndDie, directory.toString())
                            .retries(0)
                            .remote()
                            .get())
                    .isInstanceOf(WorkerDiedException.class)
                    .hasMessageContaining("exit code 137");
            assertThat(Atoll.task(Tasks::add, 1, 1).remote().get(Duration.ofSeconds(60)))
                    .isEqualTo(2);
            long child = Long.parseLong(Files.readString(directory.resolve("child")));
            while (isAlive(child)) { // it ends with the worker that has started it
                Thread.sleep(5);
            }
        }
    }

    @Test
    void shouldSayThatAWorkerHadNoHeapLeft() {
        AtollOptions options = AtollOptions.builder()
                .workers(1)
                .cpus(4)
                .workerHeapBytes(32 << 20)
                .storeBytes(32L << 20)
                .build();
        try (AtollSession session = Atoll.init(options)) {
            assertThatThrownBy(() ->
                            Atoll.task(Deaths::fillHeap).retries(0).remote().get())
                    .isInstanceOf(WorkerDiedException.class)
                    .satisfies(e -> assertThat(((WorkerDiedException) e).ending())
                            .startsWith("out of memory: java.lang.OutOfMemoryError"));
            for (int i = 0; i < 20; ++i) {
                assertThat(Atoll.task(Tasks::add, i, 1).remote().get()).isEqualTo(i + 1);
            }
        }
    }

    @Test
    void shouldNotChargeWhoWasBesideATaskThatEndsItsWorker() {
        try (AtollSession session = Atoll.init(
                AtollOptions.builder().workers(1).cpus(4).storeBytes(32L << 20).build())) {
            List<ObjectRef<Integer>> good = new ArrayList<>();
            for (int i = 0; i < 3; ++i) {
                good.add(Atoll.task(Tasks::sleep, 300).retries(1).remote());
            }
            ObjectRef<Integer> once = Atoll.task(Tasks::sleep, 300).retries(0).remote();
            ObjectRef<Integer> bad = Atoll.task(Deaths::dieAlways, directory.toString())
                    .retries(2)
                    .remote();
            assertThatThrownBy(bad::get).isInstanceOf(WorkerDiedException.class);
            assertThat(Atoll.get(good)).containsOnly(300);
            // It had begun, or it had not: never twice.
            try {
                assertThat(once.get()).isEqualTo(300);
            } catch (WorkerDiedException e) {
                assertThat(e).hasMessageContaining("beside it were").hasMessageContaining("Tasks.sleep");
            }
        }
    }

    @Test
    void shouldGoOnWhenStartingWorkersAreKilled() throws Exception {
        try (AtollSession session = node(1)) {
            ObjectRef<Integer> ref = Atoll.task(Tasks::add, 1, 1).remote();
            for (int kills = 0; kills < 5; ++kills) {
                ProcessHandle starting = null;
                while (starting == null) {
                    starting = ProcessHandle.current()
                            .children()
                            .filter(ProcessHandle::isAlive)
                            .findFirst()
                            .orElse(null);
                    Thread.sleep(5);
                }
                starting.destroyForcibly();
                starting.onExit().get();
            }
            assertThat(ref.get(Duration.ofSeconds(60))).isEqualTo(2);
        }
    }

    @Test
    void shouldRunNestedTasksOfADeadWorkerAgain() {
        try (AtollSession session = node(2)) {
            assertThat(Atoll.task(Deaths::nestedDiesOnce, directory.toString())
                            .remote()
                            .get())
                    .isEqualTo(3);
        }
    }

    @Test
    void shouldLeaveNothingWhenTheDriverIsKilled() throws Exception {
        try (ChildJvm driver = ChildJvm.start(Deaths.IdleDriver.class)) {
            List<Long> workers = new ArrayList<>();
            Path session = null;
            Path spilled = null;
            for (String line = driver.readLine(); !line.equals("ready"); line = driver.readLine()) {
                if (line.startsWith("worker ")) {
                    workers.add(Long.valueOf(line.substring(7)));
                } else if (line.startsWith("session ")) {
                    session = Path.of(line.substring(8));
                } else if (line.startsWith("spilled ")) {
                    spilled = Path.of(line.substring(8));
                }
            }
            assertThat(workers).hasSize(3).allMatch(DeathTest::isAlive);
            assertThat(session).isDirectory();
            assertThat(spilled).isDirectory();
            driver.process().destroyForcibly().waitFor();
            while (workers.stream().anyMatch(DeathTest::isAlive) || Files.exists(session) || Files.exists(spilled)) {
                Thread.sleep(5);
            }
        }
    }

    @Test
    void shouldLeaveNothingWhenClosed() {
        List<Long> workers;
        long child;
        try (AtollSession session = node(2)) {
            Atoll.get(List.of(
                    Atoll.task(Tasks::pid).remote(), Atoll.task(Tasks::pid).remote()));
            workers = Workers.pids();
            assertThat(workers).isNotEmpty();
            child = Atoll.task(Deaths::startChild).remote().get();
            assertThat(isAlive(child)).isTrue();
        }
        assertThat(workers).noneMatch(DeathTest::isAlive);
        assertThat(isAlive(child)).isFalse();
        assertThatThrownBy(() -> Atoll.put(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldRefuseRefsOfAnEarlierSession() {
        ObjectRef<Integer> old;
        try (AtollSession session = node(1)) {
            old = Atoll.put(1);
        }
        try (AtollSession session = node(1)) {
            assertThatThrownBy(() -> Atoll.task(Tasks::add, old, 1).remote())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("another session");
            assertThatThrownBy(old::get).isInstanceOf(IllegalStateException.class);
            // Inside a value nobody looks at it before the scheduler does.
            assertThatThrownBy(
                            () -> Atoll.task(Tasks::sum, List.of(old)).remote().get(java.time.Duration.ofSeconds(30)))
                    .isInstanceOf(io.atoll.AtollException.class)
                    .isNotInstanceOf(io.atoll.GetTimeoutException.class);
        }
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private static void kill(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
}
