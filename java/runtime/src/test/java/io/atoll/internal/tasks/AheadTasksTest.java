package io.atoll.internal.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.TaskCancelledException;
import io.atoll.TaskException;
import io.atoll.WorkerDiedException;
import io.atoll.concurrent.Cancel;
import io.atoll.concurrent.Emitter;
import io.atoll.concurrent.RefStream;
import io.atoll.concurrent.TaskContext;
import io.atoll.concurrent.TaskTimeoutException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many short tasks, which wait in two workers behind those that run there. */
@Timeout(120)
class AheadTasksTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int MANY = 3000;

    private AtollSession session;

    @BeforeEach
    void start() throws InterruptedException {
        session = Atoll.init(
                AtollOptions.builder().workers(2).cpus(2).storeBytes(64L << 20).build());
        awaitWorkers();
    }

    /** One alone would run the tasks of both. */
    private static void awaitWorkers() throws InterruptedException {
        while (Atoll.stats().workers().size() < 2) {
            Thread.sleep(5);
        }
    }

    @AfterEach
    void stop() {
        session.close();
    }

    static int next(int number) {
        return number + 1;
    }

    static int endAt(int number, int end) {
        if (number == end) {
            Runtime.getRuntime().halt(3);
        }
        return number;
    }

    /** The sum from 1 to the number, by two tasks that it waits for. */
    static int sum(int number) {
        if (number <= 1) {
            return number;
        }
        ObjectRef<Integer> rest = Atoll.task(AheadTasksTest::sum, number - 1).remote();
        ObjectRef<Integer> own = Atoll.task(AheadTasksTest::next, number - 1).remote();
        return rest.get() + own.get();
    }

    /** Its first run fails. */
    static int secondTime(int number) throws IOException {
        if (TaskContext.current().attempt() == 1) {
            throw new IOException("not yet");
        }
        return number;
    }

    static List<Integer> twoOf(int number) {
        return List.of(number, number + 1);
    }

    static CompletableFuture<Integer> later(int number) {
        return CompletableFuture.supplyAsync(() -> number);
    }

    static void upTo(int number, Emitter<Integer> out) {
        for (int i = 0; i < number; ++i) {
            out.emit(i);
        }
    }

    static int sleep() throws InterruptedException {
        Thread.sleep(Long.MAX_VALUE);
        return 0;
    }

    /** Its thread is as it should be: what another was interrupted for has not come here. */
    static boolean isInterrupted(int number) {
        return Thread.currentThread().isInterrupted();
    }

    private static TaskException failure(ObjectRef<?> ref) {
        try {
            ref.get(SOON);
            return null;
        } catch (TaskException e) {
            return e;
        }
    }

    private void assertThatNothingIsLeft() {
        assertThat(session.awaitTasks(SOON)).isTrue();
    }

    @Test
    void shouldRunEachOnce() {
        for (int round = 0; round < 3; ++round) {
            List<ObjectRef<Integer>> refs = new ArrayList<>();
            for (int i = 0; i < MANY; ++i) {
                refs.add(Atoll.task(AheadTasksTest::next, i).remote());
            }
            List<Integer> values = Atoll.get(refs, SOON);
            for (int i = 0; i < MANY; ++i) {
                assertThat(values.get(i)).isEqualTo(i + 1);
            }
        }
        assertThatNothingIsLeft();
    }

    @Test
    void shouldNotFailWithTheWorkerThatTheyOnlyWaitedIn() {
        List<ObjectRef<Integer>> refs = new ArrayList<>();
        for (int i = 0; i < MANY; ++i) {
            refs.add(Atoll.task(AheadTasksTest::endAt, i, MANY / 2).retries(0).remote());
        }
        int died = 0;
        for (int i = 0; i < MANY; ++i) {
            TaskException failure = failure(refs.get(i));
            if (failure != null) {
                assertThat(failure).isInstanceOf(WorkerDiedException.class);
                ++died;
            }
        }
        assertThat(died).as("that one alone ran there").isEqualTo(1);
        assertThatNothingIsLeft();
    }

    @Test
    void shouldLoseOnlyWhatHadBegunWhenAWorkerIsKilled() throws InterruptedException {
        for (int round = 0; round < 3; ++round) {
            awaitWorkers();
            List<ObjectRef<Integer>> refs = new ArrayList<>();
            for (int i = 0; i < MANY; ++i) {
                refs.add(Atoll.task(AheadTasksTest::next, i).retries(0).remote());
            }
            long pid = Atoll.stats().workers().get(round % 2).pid();
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            List<TaskException> failures = new ArrayList<>();
            for (ObjectRef<Integer> ref : refs) {
                TaskException failure = failure(ref);
                if (failure != null) {
                    failures.add(failure);
                }
            }
            assertThat(failures).hasSizeLessThanOrEqualTo(1).allMatch(each -> each instanceof WorkerDiedException);
            assertThatNothingIsLeft();
        }
    }

    @Test
    void shouldEndTasksOfAllKindsAmongEachOther() {
        List<Runnable> checks = new ArrayList<>();
        for (int i = 0; i < MANY; ++i) {
            int number = i;
            switch (i % 6) {
                case 0 -> {
                    ObjectRef<Integer> ref = Atoll.task(AheadTasksTest::secondTime, i)
                            .retryOn(IOException.class)
                            .remote();
                    checks.add(() -> assertThat(ref.get(SOON)).isEqualTo(number));
                }
                case 1 -> {
                    ObjectRef<Integer> ref =
                            Atoll.task(AheadTasksTest::secondTime, i).retries(0).remote();
                    checks.add(() -> assertThat(failure(ref)).hasRootCauseInstanceOf(IOException.class));
                }
                case 2 -> {
                    List<ObjectRef<Integer>> each = Atoll.remoteEach(Atoll.task(AheadTasksTest::twoOf, i), 2);
                    checks.add(() -> assertThat(Atoll.get(each, SOON)).isEqualTo(List.of(number, number + 1)));
                }
                case 3 -> {
                    ObjectRef<Integer> ref = Atoll.remoteAsync(Atoll.task(AheadTasksTest::later, i));
                    checks.add(() -> assertThat(ref.get(SOON)).isEqualTo(number));
                }
                default -> {
                    ObjectRef<Integer> ref = Atoll.task(AheadTasksTest::next, i).remote();
                    checks.add(() -> assertThat(ref.get(SOON)).isEqualTo(number + 1));
                }
            }
            if (i % 100 == 0) {
                ObjectRef<Integer> slow = Atoll.task(AheadTasksTest::sleep)
                        .timeout(Duration.ofMillis(5))
                        .remote();
                checks.add(() -> assertThat(failure(slow)).isInstanceOf(TaskTimeoutException.class));
                RefStream<Integer> items = Atoll.<Integer, Integer>stream(AheadTasksTest::upTo, 5)
                        .window(2)
                        .remote();
                checks.add(() -> {
                    int count = 0;
                    for (ObjectRef<Integer> each : items) {
                        assertThat(each.get(SOON)).isEqualTo(count++);
                    }
                    assertThat(count).isEqualTo(5);
                    items.close();
                });
            }
        }
        checks.forEach(Runnable::run);
        assertThatNothingIsLeft();
    }

    @Test
    void shouldInterruptNobodyButWhoIsMeant() {
        List<ObjectRef<Boolean>> refs = new ArrayList<>();
        List<ObjectRef<Integer>> sleeping = new ArrayList<>();
        for (int i = 0; i < MANY; ++i) {
            refs.add(Atoll.task(AheadTasksTest::isInterrupted, i).remote());
            if (i % 30 == 0) {
                sleeping.add(Atoll.task(AheadTasksTest::sleep).remote());
            }
        }
        for (ObjectRef<Integer> each : sleeping) {
            assertThat(each.cancel()).isTrue();
            assertThat(failure(each)).isInstanceOf(TaskCancelledException.class);
        }
        assertThat(Atoll.get(refs, SOON)).containsOnly(false);
        assertThatNothingIsLeft();
    }

    @Test
    void shouldCloseWithTasksThatNobodyHasBegun() throws InterruptedException {
        for (int i = 0; i < MANY; ++i) {
            Atoll.task(AheadTasksTest::isInterrupted, i).remote();
            if (i % 1000 == 0) {
                Atoll.task(AheadTasksTest::sleep).remote();
            }
        }
        session.close();
        start();
        assertThat(Atoll.task(AheadTasksTest::next, 1).remote().get(SOON)).isEqualTo(2);
    }

    @Test
    void shouldEndTheCancelledOnesAmongThem() {
        List<ObjectRef<Integer>> refs = new ArrayList<>();
        Set<Integer> cancelled = new HashSet<>();
        for (int i = 0; i < MANY; ++i) {
            refs.add(Atoll.task(AheadTasksTest::next, i).remote());
            if (i % 3 == 0 && refs.get(i / 2).cancel(Cancel.QUEUED)) {
                cancelled.add(i / 2);
            }
        }
        for (int i = 0; i < MANY; ++i) {
            TaskException failure = failure(refs.get(i));
            if (cancelled.contains(i)) {
                assertThat(failure).isInstanceOf(TaskCancelledException.class);
            } else {
                assertThat(failure).isNull();
            }
        }
        assertThatNothingIsLeft();
    }

    @Test
    void shouldGoOnWhenWhatTheyAreBehindWaits() {
        List<ObjectRef<Integer>> refs = new ArrayList<>();
        for (int i = 0; i < 40; ++i) {
            refs.add(Atoll.task(AheadTasksTest::sum, 20).remote());
        }
        assertThat(Atoll.get(refs, SOON)).containsOnly(20 * 21 / 2);
        assertThatNothingIsLeft();
    }
}
