package io.atoll.internal.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.ObjectStoreFullException;
import io.atoll.TaskCancelledException;
import io.atoll.TaskException;
import io.atoll.WorkerDiedException;
import io.atoll.concurrent.Cancel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A store so full that not even a result fits. */
@Tag("once")
@Timeout(300)
class FullStoreTest {
    static int one() {
        return 1;
    }

    @Test
    void shouldTellWhoWaitsForAResultThatHasNoRoom() {
        // One extent, which the driver has, and fills: none is left for the worker's results, nor a reserve.
        AtollOptions options = AtollOptions.builder()
                .workers(1)
                .storeBytes(2 << 20)
                .putTimeout(Duration.ofSeconds(1))
                .withoutSpilling()
                .build();
        try (AtollSession session = Atoll.init(options)) {
            List<ObjectRef<byte[]>> all = fill();
            ObjectRef<Integer> result =
                    Atoll.task(FullStoreTest::one).retries(0).remote();
            assertThatThrownBy(() -> result.get(Duration.ofSeconds(240)))
                    .isInstanceOf(TaskException.class)
                    .isNotInstanceOf(WorkerDiedException.class)
                    .hasMessageContaining("FullStoreTest.one")
                    .hasMessageContaining("ObjectStoreFull");
            assertThat(all.get(0).get()).isNotEmpty();
        }
    }

    private static List<ObjectRef<byte[]>> fill() {
        List<ObjectRef<byte[]>> all = new ArrayList<>();
        for (int size : new int[] {8 << 20, 1 << 20, 64 << 10, 4096, 512, 1}) {
            boolean isFull = false;
            while (!isFull) {
                try {
                    all.add(Atoll.put(new byte[size]));
                } catch (ObjectStoreFullException e) {
                    isFull = true;
                }
            }
        }
        return all;
    }

    /** Of those that the node itself has to tell of: it does nothing else meanwhile. */
    @Test
    void shouldNotWaitForRoomToSayWhyTasksFail() {
        AtollOptions options = AtollOptions.builder()
                .workers(1)
                .cpus(1)
                .storeBytes(32 << 20)
                .putTimeout(Duration.ofMillis(10))
                .withoutSpilling()
                .build();
        try (AtollSession session = Atoll.init(options)) {
            List<ObjectRef<byte[]>> all = fill();
            List<ObjectRef<Integer>> failed = new ArrayList<>();
            assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
                for (int i = 0; i < 50; ++i) {
                    failed.add(Atoll.task(FullStoreTest::one).numCpus(1000).remote());
                }
                for (ObjectRef<Integer> each : failed) {
                    assertThatThrownBy(each::get)
                            .isInstanceOf(TaskException.class)
                            .hasMessageContaining("cannot be run")
                            .hasNoCause(); // That is: stored, in the reserve.
                }
            });
            assertThat(all.get(0).get()).hasSize(8 << 20);
        }
    }

    @Test
    void shouldCancelTasksWhenNothingHasRoom() {
        AtollOptions options = AtollOptions.builder()
                .workers(1)
                .cpus(1)
                .storeBytes(32 << 20)
                .putTimeout(Duration.ofMillis(10))
                .withoutSpilling()
                .build();
        try (AtollSession session = Atoll.init(options)) {
            ObjectRef<Integer> running = Atoll.task(FullStoreTest::sleep).remote();
            List<ObjectRef<byte[]>> all = fill();
            assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
                List<ObjectRef<Integer>> queued = new ArrayList<>();
                for (int i = 0; i < 50; ++i) {
                    queued.add(Atoll.task(FullStoreTest::one).remote());
                }
                for (ObjectRef<Integer> each : queued) {
                    assertThat(each.cancel()).isTrue();
                }
                for (ObjectRef<Integer> each : queued) {
                    assertThatThrownBy(each::get).isInstanceOf(TaskCancelledException.class);
                }
            });
            running.cancel(Cancel.FORCE);
            assertThat(all).isNotEmpty();
        }
    }

    static int sleep() throws InterruptedException {
        Thread.sleep(Long.MAX_VALUE);
        return 1;
    }
}
