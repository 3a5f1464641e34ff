package io.atoll.internal.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.concurrent.Emitter;
import io.atoll.concurrent.RefStream;
import io.atoll.internal.runtime.ChildJvm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** An error that nobody has got is told once, in the driver's log: one program, whose tasks' names say who got what. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnheardErrorsTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private List<String> logged;

    static int fail(int number) {
        throw new IllegalStateException("number " + number);
    }

    static int same(int number) {
        return number;
    }

    static int failLate() throws InterruptedException {
        Thread.sleep(60_000);
        throw new IllegalStateException("it was not cancelled");
    }

    static int die() {
        Runtime.getRuntime().halt(3);
        return 0;
    }

    static List<Integer> failToSplit() {
        throw new IllegalStateException("no parts");
    }

    static void emitAndFail(Emitter<Integer> out) {
        out.emit(1);
        throw new IllegalStateException("no more");
    }

    /** Its children fail, and it asks for one of them. */
    static int parent() {
        Atoll.task(UnheardErrorsTest::fail, 1).name("child, dropped").remote().close();
        ObjectRef<Integer> asked =
                Atoll.task(UnheardErrorsTest::fail, 2).name("child, asked").remote();
        try {
            return asked.get();
        } catch (TaskException e) {
            return -1;
        }
    }

    static final class Program {
        private static ObjectRef<Integer> failing(String name) {
            return Atoll.task(UnheardErrorsTest::fail, 7).name(name).remote();
        }

        private static void get(ObjectRef<?> ref) {
            try {
                ref.get(SOON);
                throw new AssertionError(ref + " has a value");
            } catch (TaskException e) {
                // As it is to be.
            }
        }

        public static void main(String[] arguments) throws Exception {
            AtollOptions options =
                    AtollOptions.builder().workers(2).storeBytes(64L << 20).build();
            ObjectRef<Integer> kept;
            try (AtollSession session = Atoll.init(options)) {
                toldToSomebody(session);
                failing("dropped at once").close();
                ObjectRef<Integer> ended = failing("dropped when it had ended");
                Atoll.wait(List.of(ended), 1);
                ended.close();
                Atoll.task(UnheardErrorsTest::die)
                        .retries(0)
                        .name("killed")
                        .remote()
                        .close();
                Atoll.task(UnheardErrorsTest::same, failing("argument"))
                        .name("dependent")
                        .remote()
                        .close();
                List<ObjectRef<Integer>> parts = Atoll.remoteEach(
                        Atoll.task(UnheardErrorsTest::failToSplit).name("split"), 3);
                parts.forEach(ObjectRef::close);
                Atoll.task(UnheardErrorsTest::parent).remote().get(SOON);
                collected();
                for (String each :
                        List.of("dropped at once", "had ended", "killed", "dependent", "split", "child", "found")) {
                    KeptLogs.await(each);
                }
                for (int i = 0; i < 50; ++i) {
                    failing("one of many").close();
                }
                kept = failing("never asked");
                session.awaitTasks(SOON);
            }
            System.out.println("closed with " + kept);
        }

        private static void toldToSomebody(AtollSession session) throws Exception {
            get(failing("got"));
            failing("future")
                    .toCompletableFuture()
                    .handle((value, thrown) -> thrown)
                    .get();
            List<ObjectRef<Integer>> list = new ArrayList<>();
            for (int i = 0; i < 10; ++i) {
                list.add(failing("listed"));
            }
            try {
                Atoll.get(list);
            } catch (TaskException e) {
                session.awaitTasks(SOON);
            }
            List<ObjectRef<Integer>> parts =
                    Atoll.remoteEach(Atoll.task(UnheardErrorsTest::failToSplit).name("got split"), 3);
            get(parts.get(1));
            ObjectRef<Integer> cancelled =
                    Atoll.task(UnheardErrorsTest::failLate).name("cancelled").remote();
            cancelled.cancel();
            failing("bytes").outcome();
            try (RefStream<Integer> stream = Atoll.<Integer>stream(UnheardErrorsTest::emitAndFail)
                    .name("streamed")
                    .remote()) {
                stream.forEach(ObjectRef::close);
            } catch (TaskException e) {
                // As it is to be.
            }
        }

        private static void collected() throws InterruptedException {
            failing("found by the collector");
            for (int i = 0; i < 5; ++i) {
                System.gc();
                Thread.sleep(100);
            }
        }
    }

    @BeforeAll
    void run() throws Exception {
        try (ChildJvm driver =
                ChildJvm.run(ChildJvm.java(), KeptLogs.FLAG, "-cp", ChildJvm.classPath(), Program.class.getName())) {
            String output = driver.readAll();
            assertThat(output).contains("closed with");
            logged = output.lines().filter(line -> line.startsWith("logged: ")).toList();
        }
    }

    private List<String> of(String task) {
        return logged.stream().filter(line -> line.contains("task " + task)).toList();
    }

    @Test
    void shouldTellWhatWasDroppedBeforeAndAfterItsEnd() {
        for (String name : List.of("dropped at once", "dropped when it had ended", "found by the collector")) {
            assertThat(of(name))
                    .singleElement()
                    .asString()
                    .contains(
                            "attempt 1) threw java.lang.IllegalStateException: number 7; nobody has asked for its result");
        }
    }

    @Test
    void shouldTellOfAWorkersDeath() {
        assertThat(of("killed"))
                .singleElement()
                .asString()
                .contains("died while it ran it")
                .contains("nobody has asked");
    }

    @Test
    void shouldTellOfTheTaskThatFailedLastInARow() {
        assertThat(of("dependent: task argument")).hasSize(1);
        assertThat(of("argument")).as("it went on to another task").hasSize(1).isEqualTo(of("dependent"));
    }

    @Test
    void shouldTellOfSeveralResultsOnce() {
        assertThat(of("split")).hasSize(1);
    }

    @Test
    void shouldTellOfTasksThatTasksHaveStarted() {
        assertThat(of("child, dropped")).hasSize(1);
        assertThat(of("child, asked")).isEmpty();
    }

    @Test
    void shouldTellManyTogether() {
        assertThat(of("one of many"))
                .hasSizeBetween(2, 10)
                .last()
                .asString()
                .contains(" more of task one of many, java.lang.IllegalStateException, like this: task one of many");
    }

    @Test
    void shouldTellAtTheEndWhatNobodyHasAskedForSoFar() {
        assertThat(of("never asked")).hasSize(1);
    }

    @Test
    void shouldTellNothingElse() {
        for (String name : List.of("got", "future", "listed", "cancelled", "bytes", "streamed")) {
            assertThat(of(name)).as(name).isEmpty();
        }
    }
}
