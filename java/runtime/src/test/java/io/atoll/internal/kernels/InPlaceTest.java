package io.atoll.internal.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.NodeStats;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.tensor.DType;
import io.atoll.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Results that their tasks make where they stay. */
@Timeout(180)
class InPlaceTest {
    private static final long STORE_BYTES = 64L << 20;

    private AtollSession session;

    @BeforeEach
    void open() {
        session = Atoll.init(AtollOptions.builder()
                .workers(2)
                .cpus(2)
                .storeBytes(STORE_BYTES)
                .withoutSpilling()
                .build());
    }

    @AfterEach
    void close() {
        session.close();
    }

    @Test
    void shouldReturnWithoutACopyWhatFillsMoreThanHalfOfTheStore() throws Exception {
        long count = STORE_BYTES * 3 / 4 / Double.BYTES; // a second one would have no room
        try (Tensor numbers =
                Atoll.task(InPlaceTasks::numbers, 7L, count).remote().get()) {
            assertThat(numbers.size()).isEqualTo(count);
            assertThat(numbers.getDouble(0)).isEqualTo(7);
            assertThat(numbers.getDouble(count - 1)).isEqualTo(6 + count);
        }
        assertThat(sum(NodeStats.ProcessStats::bytesCopied)).isZero();
        for (int i = 0; i < 1000 && sum(NodeStats.ProcessStats::bytesWritten) == 0; ++i) {
            Thread.sleep(5); // They are counted when they are there.
        }
        assertThat(sum(NodeStats.ProcessStats::bytesWritten))
                .as("the numbers and their head")
                .isBetween(8 * count, 8 * count + 1024);
    }

    @Test
    void shouldGiveOneTensorABlockInOrder() {
        List<ObjectRef<Tensor>> blocks = new ArrayList<>();
        for (long from = 0; from < 100; from += 10) {
            blocks.add(Atoll.task(InPlaceTasks::products, from, from + 10, 7L).remote());
        }
        long row = 0;
        for (Tensor block : Atoll.get(blocks)) {
            assertThat(block.shape()).containsExactly(10, 7);
            for (long i = 0; i < 10; ++i, ++row) {
                assertThat(block.getDouble(i, 6)).isEqualTo(6.0 * row);
            }
            block.close();
        }
    }

    @Test
    void shouldShowWhatWasWrittenUntilTheReturn() {
        try (Tensor tensor =
                Atoll.task(InPlaceTasks::changedAfterwards).remote().get()) {
            assertThat(tensor.getDouble(1)).isEqualTo(tensor.getDouble(0) + 3);
        }
    }

    @Test
    void shouldBeGivenUpByWhatTheTaskThrows() {
        assertThatThrownBy(() -> Atoll.task(InPlaceTasks::fails).remote().get())
                .isInstanceOf(TaskException.class)
                .hasRootCauseMessage("in the middle");
        assertThatThrownBy(() -> Atoll.task(InPlaceTasks::twice).remote().get())
                .isInstanceOf(TaskException.class)
                .hasMessageContaining("already");
        assertThatThrownBy(() -> Atoll.task(InPlaceTasks::slice).remote().get())
                .isInstanceOf(TaskException.class)
                .hasMessageContaining("toTensor()");
        assertThat(Atoll.task(InPlaceTasks::another).remote().get()).isEqualTo("a text");
        assertThat(Atoll.task(InPlaceTasks::afterAnotherShape).remote().get().getDouble(1))
                .isEqualTo(2);
    }

    @Test
    void shouldBeBegunAnewByTheNextAttempt(@TempDir Path directory) {
        try (Tensor tensor =
                Atoll.task(InPlaceTasks::dieOnce, directory.toString()).remote().get()) {
            assertThat(tensor.as(double[].class)).containsExactly(1, 2);
        }
    }

    @Test
    void shouldKeepTasksOfOneThreadApart() {
        try (Tensor tensor = Atoll.task(InPlaceTasks::sumWithAChild).remote().get()) {
            assertThat(tensor.getDouble(0)).isEqualTo(81);
        }
    }

    @Test
    void shouldBePutAsACopyBeforeItIsAResult() {
        try (Tensor tensor = Atoll.task(InPlaceTasks::putToo, "copy").remote().get();
                Tensor copy = Atoll.<Tensor>lookup("copy").orElseThrow().get()) {
            assertThat(copy.contentEquals(tensor)).isTrue();
        }
    }

    @Test
    void shouldBeATasksAlone() {
        assertThatThrownBy(() -> Tensor.createResult(DType.FLOAT64, 3))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no task runs on this thread");
    }

    private static long sum(java.util.function.ToLongFunction<NodeStats.ProcessStats> of) {
        return Atoll.stats().workers().stream().mapToLong(of).sum();
    }
}
