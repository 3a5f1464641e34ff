package io.atoll.internal.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.WorkerDiedException;
import io.atoll.concurrent.RefStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What tasks keep of the streams that they are given: streams of three times the store's size, where there is no disk. */
@Timeout(180)
class StreamReadersTest {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final int MANY = 200;
    private static final long SUM = MANY * (MANY - 1) / 2;

    @TempDir
    Path directory;

    private AtollSession session;

    @AfterEach
    void close() {
        if (session != null) {
            try {
                assertThat(session.awaitTasks(SOON)).isTrue();
            } finally {
                session.close();
            }
        }
    }

    private static AtollOptions.Builder options() {
        return AtollOptions.builder().workers(2).cpus(2).storeBytes(64L << 20);
    }

    private void start() {
        session = Atoll.init(options().withoutSpilling().build());
    }

    private static RefStream<byte[]> items(int count) {
        return Atoll.<Integer, byte[]>stream(StreamReaders::emit, count)
                .window(4)
                .remote();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void shouldReadMoreThanTheStoreHolds(int retries) {
        start();
        ObjectRef<Long> sum;
        try (RefStream<byte[]> items = items(MANY)) {
            sum = Atoll.task(StreamReaders::sum, items).retries(retries).remote();
        }
        assertThat(sum.get(SOON)).isEqualTo(SUM);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void shouldReadMoreThanTheStoreHoldsFromALargeArgument(int retries) {
        start();
        ObjectRef<Long> sum;
        try (RefStream<byte[]> items = items(MANY)) {
            sum = Atoll.task(StreamReaders::sumOfParcel, new StreamReaders.Parcel(items, new byte[10_000]))
                    .retries(retries)
                    .remote();
        }
        assertThat(sum.get(SOON)).isEqualTo(SUM);
    }

    @Test
    void shouldPassOnMoreThanTheStoreHolds() {
        start();
        RefStream<byte[]> more;
        try (RefStream<byte[]> items = items(MANY)) {
            more = Atoll.<RefStream<byte[]>, byte[]>stream(StreamReaders::plusOne, items)
                    .window(4)
                    .remote();
        }
        assertThat(StreamReaders.sum(more)).isEqualTo(SUM + MANY);
    }

    @Test
    void shouldReadMoreThanTheStoreHoldsOnTheStackOfWhoWaits() {
        start();
        assertThat(Atoll.task(StreamReaders::sumWithin, MANY).remote().get(SOON))
                .isEqualTo(SUM);
    }

    @Test
    void shouldKeepNothingForATaskThatIsNotRunAgain() throws Exception {
        start();
        ObjectRef<Integer> last;
        try (RefStream<byte[]> items = items(30)) {
            last = Atoll.task(StreamReaders::takeSomeAndWait, directory.toString(), 20, items)
                    .retries(0)
                    .remote();
        }
        while (!Files.exists(directory.resolve("taken"))) {
            Thread.sleep(2);
        }
        for (int i = 0; i < 3000 && Atoll.stats().sealedBytes() > 8 * StreamReaders.BYTES; ++i) {
            Thread.sleep(10);
        }
        assertThat(Atoll.stats().sealedBytes()).as("no more than the window").isLessThan(8 * StreamReaders.BYTES);
        Files.createFile(directory.resolve("go"));
        assertThat(last.get(SOON)).isEqualTo(19);
    }

    @Test
    void shouldBeginAgainWhereThereIsRoomToKeepIt() {
        start();
        ObjectRef<Long> sum;
        ObjectRef<Long> other;
        try (RefStream<byte[]> items = items(15)) {
            sum = Atoll.task(StreamReaders::sumOrDie, 10, items).remote();
            assertThat(sum.get(SOON)).isEqualTo(15 * 14 / 2);
        }
        try (RefStream<byte[]> items = items(15)) {
            other = Atoll.task(StreamReaders::sumOrFail, 10, items)
                    .retryOn(IOException.class)
                    .remote();
        }
        assertThat(other.get(SOON)).isEqualTo(15 * 14 / 2);
    }

    @Test
    void shouldSayWhyItCannotBeginAgain() {
        start();
        ObjectRef<Long> dies;
        try (RefStream<byte[]> items = items(MANY)) {
            dies = Atoll.task(StreamReaders::sumOrDie, MANY - 10, items).remote();
        }
        assertThatThrownBy(() -> dies.get(SOON))
                .isInstanceOf(WorkerDiedException.class)
                .hasMessageContaining("it is not run again, since there was no room to keep what it had read");
        ObjectRef<Long> fails;
        try (RefStream<byte[]> items = items(MANY)) {
            fails = Atoll.task(StreamReaders::sumOrFail, MANY - 10, items)
                    .retryOn(IOException.class)
                    .remote();
        }
        assertThatThrownBy(() -> fails.get(SOON))
                .isInstanceOf(TaskException.class)
                .hasMessageContaining("no luck after 190")
                .hasMessageContaining("it is not run again, since there was no room to keep what it had read");
    }

    @Test
    void shouldEndATaskWhoseReaderHasEndedThoughItsResultIsKept() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        session =
                Atoll.init(options().spillDirectory(disk).resource("licence", 1).build());
        ObjectRef<Integer> sum;
        try (RefStream<Integer> items = Atoll.<Integer>stream(StreamReaders::emitForEver)
                .resource("licence", 1)
                .remote()) {
            sum = Atoll.task(StreamReaders::sumOfThree, items).remote();
        }
        assertThat(sum.get(SOON)).isEqualTo(3);
        ObjectRef<Integer> next =
                Atoll.task(Endings::twice, 3).resource("licence", 1).remote();
        assertThat(next.get(SOON)).isEqualTo(6);
        assertThat(sum.isReady()).isTrue();
    }
}
