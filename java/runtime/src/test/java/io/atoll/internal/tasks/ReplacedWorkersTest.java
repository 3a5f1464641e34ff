package io.atoll.internal.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.concurrent.Emitter;
import io.atoll.concurrent.RefStream;
import io.atoll.internal.process.Workers;
import io.atoll.internal.runtime.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers that are replaced after so many tasks. */
@Timeout(120)
class ReplacedWorkersTest {
    @TempDir
    Path directory;

    private static AtollSession node(int workers, int tasksPerWorker) {
        return Atoll.init(AtollOptions.builder()
                .workers(workers)
                .cpus(workers)
                .tasksPerWorker(tasksPerWorker)
                .storeBytes(64L << 20)
                .build());
    }

    static long pid() {
        return ProcessHandle.current().pid();
    }

    /** Whoever it is called for runs it by himself, if he may. */
    static List<Long> pidsOfChildren(int count) {
        List<Long> pids = new ArrayList<>();
        for (int i = 0; i < count; ++i) {
            pids.add(Atoll.task(ReplacedWorkersTest::pid).remote().get());
        }
        pids.add(pid());
        return pids;
    }

    /** Each in a process of its own: it and those below it. */
    static List<Long> descend(int depth) {
        List<Long> pids = new ArrayList<>(List.of(pid()));
        if (depth > 0) {
            pids.addAll(Atoll.task(ReplacedWorkersTest::descend, depth - 1)
                    .isolated()
                    .remote()
                    .get());
        }
        return pids;
    }

    static long pidWhenThere(String file) throws InterruptedException {
        while (!Files.exists(Path.of(file))) {
            Thread.sleep(2);
        }
        return pid();
    }

    static void emitPids(int count, String file, Emitter<Long> out) throws InterruptedException {
        for (int i = 0; i < count; ++i) {
            out.emit(pid());
        }
        out.emit(pidWhenThere(file));
    }

    static long writeAtTheEnd(String file) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                Files.createFile(Path.of(file));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }));
        return pid();
    }

    private static void awaitEnd(long pid) throws InterruptedException {
        while (ProcessHandle.of(pid).isPresent()) {
            Thread.sleep(5);
        }
    }

    @Test
    void shouldRunAsManyTasksInEachWorkerAsItMay() throws Exception {
        try (AtollSession session = node(2, 3)) {
            Map<Long, Integer> counts = new HashMap<>();
            List<ObjectRef<Long>> refs = new ArrayList<>();
            for (int i = 0; i < 21; ++i) {
                refs.add(Atoll.task(ReplacedWorkersTest::pid).remote());
            }
            Atoll.get(refs).forEach(pid -> counts.merge(pid, 1, Integer::sum));
            assertThat(counts).hasSizeGreaterThanOrEqualTo(7);
            assertThat(counts.values()).allMatch(count -> count <= 3);
            for (var each : counts.entrySet()) {
                if (each.getValue() == 3) {
                    awaitEnd(each.getKey());
                }
            }
            Workers.await(2);
        }
    }

    @Test
    void shouldCountTasksThatRunOnTheStackOfAnother() throws Exception {
        try (AtollSession session = node(1, 3)) {
            List<Long> pids =
                    Atoll.task(ReplacedWorkersTest::pidsOfChildren, 2).remote().get();
            assertThat(Set.copyOf(pids)).hasSize(1);
            assertThat(Atoll.task(ReplacedWorkersTest::pid).remote().get()).isNotIn(pids);
            awaitEnd(pids.get(0));
        }
    }

    @Test
    void shouldRunElsewhereWhatATaskWaitsForInAWorkerThatTakesNoMore() throws Exception {
        try (AtollSession session = node(2, 1)) {
            List<Long> pids =
                    Atoll.task(ReplacedWorkersTest::descend, 3).remote().get();
            assertThat(new HashSet<>(pids)).hasSize(4);
            for (long pid : pids) {
                awaitEnd(pid);
            }
        }
    }

    /** There are twice as many workers as are wanted at most. */
    @Test
    void shouldGoOnWhereNoWorkerIsLeftThatMayTakeMore() {
        try (AtollSession session = node(1, 1)) {
            List<Long> pids =
                    Atoll.task(ReplacedWorkersTest::descend, 5).remote().get();
            assertThat(pids).hasSize(6);
            assertThat(new HashSet<>(pids)).hasSize(2);
        }
    }

    @Test
    void shouldLeaveARunningTaskAndItsStreamAlone() throws Exception {
        Path go = directory.resolve("go");
        try (AtollSession session = node(1, 1)) {
            List<Long> emitted = new ArrayList<>();
            try (RefStream<Long> stream = Atoll.<Integer, String, Long>stream(
                            ReplacedWorkersTest::emitPids, 3, go.toString())
                    .numCpus(0.5)
                    .remote()) {
                for (int i = 0; i < 3; ++i) {
                    emitted.add(stream.next().get());
                }
                long other = Atoll.task(ReplacedWorkersTest::pid)
                        .numCpus(0.5)
                        .remote()
                        .get();
                assertThat(emitted).doesNotContain(other);
                awaitEnd(other);
                Files.createFile(go);
                stream.forEach(ref -> emitted.add(ref.get()));
            }
            assertThat(emitted).hasSize(4);
            assertThat(Set.copyOf(emitted)).hasSize(1);
            awaitEnd(emitted.get(0));
        }
    }

    @Test
    void shouldEndAWorkerAsItsSessionWould() throws Exception {
        Path file = directory.resolve("ended");
        try (AtollSession session = node(1, 1)) {
            awaitEnd(Atoll.task(ReplacedWorkersTest::writeAtTheEnd, file.toString())
                    .remote()
                    .get());
            assertThat(file).exists();
        }
    }

    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws InterruptedException {
            try (AtollSession session = node(1, 1)) {
                for (int i = 0; i < 5; ++i) {
                    awaitEnd(Atoll.task(ReplacedWorkersTest::pid).remote().get());
                }
                System.out.println("done");
            }
        }
    }

    @Test
    void shouldWarnOfNothing() throws Exception {
        String path = ChildJvm.classPath();
        try (ChildJvm driver = ChildJvm.run(ChildJvm.java(), KeptLogs.FLAG, "-cp", path, Program.class.getName())) {
            assertThat(driver.readAll()).contains("done\n").doesNotContain("logged: ");
        }
    }
}
