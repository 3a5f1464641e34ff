package io.atoll.internal.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.CallInterruptedException;
import io.atoll.GetTimeoutException;
import io.atoll.ObjectRef;
import io.atoll.TaskCancelledException;
import io.atoll.TaskException;
import io.atoll.concurrent.AtollScope;
import io.atoll.concurrent.Joiner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tasks that do not outlive a block, on two workers. */
@Timeout(120)
class ScopeTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private static AtollSession session;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() {
        session = Atoll.init(
                AtollOptions.builder().workers(2).cpus(2).storeBytes(64L << 20).build());
    }

    @AfterAll
    static void stop() {
        session.close();
    }

    private String here() {
        return directory.toString();
    }

    private void await(String file) throws InterruptedException {
        while (!Files.exists(directory.resolve(file))) {
            Thread.sleep(2);
        }
    }

    public static int fail(String directory, String after) throws Exception {
        while (!Files.exists(Path.of(directory, after))) {
            Thread.sleep(2);
        }
        throw new IOException("no luck");
    }

    /** Forks tasks of its own, and is cancelled while it waits for them. */
    public static int scope(String directory) {
        try (AtollScope<Integer, List<ObjectRef<Integer>>> scope = AtollScope.open(Joiner.awaitAll())) {
            scope.fork(Atoll.task(Endings::sleep, directory, "inner"));
            return scope.join().size();
        }
    }

    @Test
    void shouldGiveAllInTheOrderOfTheirForks() {
        try (AtollScope<Integer, List<ObjectRef<Integer>>> scope = AtollScope.open(Joiner.allSuccessfulOrThrow())) {
            for (int i = 0; i < 10; ++i) {
                scope.fork(Atoll.task(Endings::twice, i));
            }
            assertThat(Atoll.get(scope.join(), SOON)).containsExactly(0, 2, 4, 6, 8, 10, 12, 14, 16, 18);
            assertThatThrownBy(() -> scope.fork(Atoll.task(Endings::twice, 1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("joined");
        }
    }

    @Test
    void shouldEndTheOthersWhenOneFails() throws Exception {
        ObjectRef<Integer> sleeper;
        try (AtollScope<Integer, List<ObjectRef<Integer>>> scope = AtollScope.open(Joiner.allSuccessfulOrThrow())) {
            sleeper = scope.fork(Atoll.task(Endings::sleep, here(), "a"));
            scope.fork(Atoll.task(ScopeTest::fail, here(), "a"));
            assertThatThrownBy(scope::join).isInstanceOf(TaskException.class).hasRootCauseMessage("no luck");
        }
        assertThat(sleeper.isReady()).as("nothing outlives the block").isTrue();
        assertThatThrownBy(sleeper::get).isInstanceOf(TaskCancelledException.class);
        assertThat(directory.resolve("a.interrupted")).exists();
    }

    @Test
    void shouldTakeTheFirstThatSucceeds() throws Exception {
        Files.createFile(directory.resolve("now"));
        try (AtollScope<Integer, Integer> scope = AtollScope.open(Joiner.anySuccessfulOrThrow())) {
            scope.fork(Atoll.task(ScopeTest::fail, here(), "now"));
            scope.fork(Atoll.task(Endings::sleep, here(), "b"));
            await("b");
            scope.fork(Atoll.task(Endings::twice, 21));
            assertThat(scope.join()).isEqualTo(42);
        }
        assertThat(directory.resolve("b.interrupted")).exists();
        try (AtollScope<Integer, Integer> scope = AtollScope.open(Joiner.anySuccessfulOrThrow())) {
            scope.fork(Atoll.task(ScopeTest::fail, here(), "now"));
            assertThatThrownBy(scope::join).isInstanceOf(TaskException.class);
        }
    }

    @Test
    void shouldKeepTheTimeOfAScope() throws Exception {
        try (AtollScope<Integer, List<ObjectRef<Integer>>> scope =
                AtollScope.open(Joiner.awaitAll(), o -> o.withTimeout(Duration.ofMillis(200)))) {
            scope.fork(Atoll.task(Endings::sleep, here(), "c"));
            await("c");
            assertThatThrownBy(scope::join)
                    .isInstanceOf(GetTimeoutException.class)
                    .hasMessageContaining("1 have not ended after PT0.2S");
        }
        assertThat(directory.resolve("c.interrupted")).exists();
    }

    @Test
    void shouldEndWhatIsLeftWhenTheBlockIsLeft() throws Exception {
        ObjectRef<Integer> left;
        ObjectRef<Integer> enough;
        try (AtollScope<Integer, List<ObjectRef<Integer>>> scope =
                AtollScope.open(Joiner.allUntil(ref -> ref.get().equals(4)))) {
            left = scope.fork(Atoll.task(Endings::sleep, here(), "d"));
            await("d");
            enough = scope.fork(Atoll.task(Endings::twice, 2));
            assertThat(scope.join()).containsExactly(left, enough);
        }
        assertThatThrownBy(left::get).isInstanceOf(TaskCancelledException.class);
        ObjectRef<Integer> unjoined;
        try (AtollScope<Integer, List<ObjectRef<Integer>>> scope = AtollScope.open(Joiner.awaitAll())) {
            unjoined = scope.fork(Atoll.task(Endings::sleep, here(), "e"));
        }
        assertThatThrownBy(unjoined::get).isInstanceOf(TaskCancelledException.class);
    }

    @Test
    void shouldEndWhatHeedsNothingWhenItsThreadIsInterrupted() throws Exception {
        Thread thread = Thread.currentThread();
        try (AtollScope<Integer, List<ObjectRef<Integer>>> scope = AtollScope.open(Joiner.awaitAll())) {
            scope.fork(Atoll.task(Endings::heedNothing, here(), "f", "never"));
            await("f");
            thread.interrupt();
            assertThatThrownBy(scope::join).isInstanceOf(CallInterruptedException.class);
        }
        assertThat(Thread.interrupted()).isTrue();
        assertThat(session.awaitTasks(SOON)).isTrue();
    }

    @Test
    void shouldCancelAScopeInATask() throws Exception {
        ObjectRef<Integer> outer = Atoll.task(ScopeTest::scope, here()).remote();
        await("inner");
        assertThat(outer.cancel()).isTrue();
        assertThatThrownBy(() -> outer.get(SOON)).isInstanceOf(TaskCancelledException.class);
        await("inner.interrupted");
        assertThat(session.awaitTasks(SOON)).isTrue();
    }

    @Test
    void shouldBeOfOneThread() throws Exception {
        try (AtollScope<Integer, List<ObjectRef<Integer>>> scope = AtollScope.open(Joiner.awaitAll())) {
            Throwable[] thrown = new Throwable[1];
            Thread other = new Thread(() -> {
                try {
                    scope.fork(Atoll.task(Endings::twice, 1));
                } catch (IllegalStateException e) {
                    thrown[0] = e;
                }
            });
            other.start();
            other.join();
            assertThat(thrown[0]).hasMessageContaining("the scope is of the thread");
        }
    }

    @Test
    void shouldEndWhatIsLeftAlsoOfRefsThatAreClosed() throws Exception {
        try (AtollScope<Integer, List<ObjectRef<Integer>>> scope = AtollScope.open(Joiner.awaitAll())) {
            scope.fork(Atoll.task(Endings::sleep, here(), "first")).close();
            scope.fork(Atoll.task(Endings::sleep, here(), "second"));
            await("first");
            await("second");
        }
        assertThat(directory.resolve("first.interrupted")).exists();
        assertThat(directory.resolve("second.interrupted")).exists();
    }

    @Test
    void shouldGiveAllWhateverIsClosed() {
        try (AtollScope<Integer, List<ObjectRef<Integer>>> scope = AtollScope.open(Joiner.allSuccessfulOrThrow())) {
            scope.fork(Atoll.task(Endings::twice, 1)).close();
            scope.fork(Atoll.task(Endings::twice, 2));
            assertThat(Atoll.get(scope.join(), SOON)).containsExactly(2, 4);
        }
    }
}
