package io.atoll.internal.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.DeadlockException;
import io.atoll.ObjectRef;
import io.atoll.concurrent.TaskTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Somebody interrupts all threads there are, as by their group: ours go on, in the driver and in workers. */
@Timeout(120)
class InterruptedThreadsTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private static Stream<Thread> ours() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("atoll-") && thread != Thread.currentThread());
    }

    static int interruptAll() {
        ours().forEach(Thread::interrupt);
        return 1;
    }

    /**
     * Threads that would never sleep again; those that read what workers print do not mind, and that which waits for want of
     * room sleeps in native code until then.
     */
    static List<String> interrupted() {
        return ours().filter(Thread::isInterrupted)
                .map(Thread::getName)
                .filter(name -> name.matches(
                        "atoll-(task-.*|collector|watchdog|ready|completer|references|locks|limits|own-threads)"))
                .toList();
    }

    static int sleep() throws InterruptedException {
        Thread.sleep(600_000);
        return 1;
    }

    static int inOrderOfCompletion(int count) {
        List<ObjectRef<Integer>> refs = IntStream.range(0, count)
                .mapToObj(i -> Atoll.task(Endings::twice, i).remote())
                .toList();
        return Atoll.asReady(refs).mapToInt(ObjectRef::get).sum();
    }

    static int onAnotherThread() throws InterruptedException {
        List<Integer> got = new ArrayList<>();
        Thread thread =
                new Thread(() -> got.add(Atoll.task(Endings::twice, 4).remote().get()));
        thread.start();
        thread.join();
        return got.get(0);
    }

    /** Each needs another of the threads that are started when they are first needed. */
    private static void useAllOfThem() throws Exception {
        assertThat(Atoll.task(Endings::twice, 1).remote().toCompletableFuture().get(60, TimeUnit.SECONDS))
                .isEqualTo(2);
        assertThat(Atoll.task(InterruptedThreadsTest::inOrderOfCompletion, 10)
                        .remote()
                        .get(SOON))
                .isEqualTo(90);
        assertThat(Atoll.task(InterruptedThreadsTest::onAnotherThread).remote().get(SOON))
                .isEqualTo(8);
        ObjectRef<Integer> late = Atoll.task(InterruptedThreadsTest::sleep)
                .timeout(Duration.ofMillis(100))
                .remote();
        assertThatThrownBy(() -> late.get(SOON)).isInstanceOf(TaskTimeoutException.class);
        ObjectRef<Integer> locked = Atoll.task(Stacks::semaphore, 1).remote();
        assertThatThrownBy(() -> locked.get(SOON)).isInstanceOf(DeadlockException.class);
    }

    @Test
    void shouldGoOn() throws Exception {
        AtollOptions options =
                AtollOptions.builder().workers(1).cpus(1).storeBytes(32L << 20).build();
        try (AtollSession session = Atoll.init(options)) {
            useAllOfThem();
            for (int i = 0; i < 2; ++i) {
                interruptAll();
                assertThat(Atoll.task(InterruptedThreadsTest::interruptAll)
                                .remote()
                                .get(SOON))
                        .isEqualTo(1);
                useAllOfThem();
            }
            while (!interrupted().isEmpty()
                    || !Atoll.task(InterruptedThreadsTest::interrupted)
                            .remote()
                            .get(SOON)
                            .isEmpty()) {
                Thread.sleep(20);
            }
            assertThat(session.awaitTasks(SOON)).isTrue();
        }
    }
}
