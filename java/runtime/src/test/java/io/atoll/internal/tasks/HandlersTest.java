package io.atoll.internal.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.internal.process.Workers;
import io.atoll.internal.runtime.Tasks;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a program hears errors with may throw itself: that is its own harm. */
@Timeout(120)
class HandlersTest {
    /** More than there are threads that could end by it. */
    private static final int TIMES = 70;

    private static AtollSession node() {
        return Atoll.init(
                AtollOptions.builder().workers(1).cpus(1).storeBytes(32L << 20).build());
    }

    static int fail() {
        throw new IllegalStateException("of the task");
    }

    @Test
    void shouldCompleteFuturesWhateverTheHandlerOfUncaughtExceptionsDoes() throws Exception {
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        CountDownLatch handled = new CountDownLatch(TIMES);
        try (AtollSession session = node()) {
            Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> {
                handled.countDown();
                throw new IllegalStateException("of the handler");
            });
            ExecutorService pool = Atoll.executor();
            for (int i = 0; i < TIMES; ++i) {
                pool.execute(HandlersTest::fail);
            }
            assertThat(handled.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(Atoll.task(Tasks::add, 1, 1)
                            .remote()
                            .toCompletableFuture()
                            .get(60, TimeUnit.SECONDS))
                    .isEqualTo(2);
            pool.shutdown();
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    @Test
    void shouldLeaveNothingWhenTheLogThrowsAtTheEnd() throws Exception {
        PrintStream before = System.err;
        AtollSession session = node();
        Path directory = session.socket().getParent();
        List<Long> workers = Workers.await(1);
        assertThat(Atoll.task(HandlersTest::fail).remote().isReady()).isIn(true, false);
        assertThat(session.awaitTasks(Duration.ofSeconds(60))).isTrue();
        try {
            System.setErr(new PrintStream(OutputStream.nullOutputStream()) {
                @Override
                public void println(String line) {
                    throw new IllegalStateException("of the log");
                }
            });
            assertThatThrownBy(session::close)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("of the log");
        } finally {
            System.setErr(before);
        }
        assertThat(directory).doesNotExist();
        for (long pid : workers) {
            assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
        }
        try (AtollSession next = node()) {
            assertThat(Atoll.task(Tasks::add, 1, 1).remote().get()).isEqualTo(2);
        }
    }
}
