package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.CallInterruptedException;
import io.atoll.GetTimeoutException;
import io.atoll.ObjectLostException;
import io.atoll.ObjectRef;
import io.atoll.ObjectStoreFullException;
import io.atoll.spi.Runtimes;
import io.atoll.tensor.Tensor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Lists of values that are on disk, in part at least. */
@Timeout(120)
class ListGetTest {
    /** With its head it takes two of 32 extents, so that ten fit wherever the first of them lie. */
    private static final int VALUE = (4 << 20) - 4096;

    private static final long STORE = 64L << 20;

    private AtollSession session;

    @BeforeEach
    void start(@TempDir Path disk) {
        session = Atoll.init(AtollOptions.builder()
                .workers(1)
                .storeBytes(STORE)
                .spillDirectory(disk)
                .build());
    }

    @AfterEach
    void close() {
        session.close();
    }

    static int late() throws InterruptedException {
        Thread.sleep(600_000);
        return 1;
    }

    @Test
    void shouldTellWhoWaitsForAListThatTheSessionIsClosed() throws Exception {
        for (Duration timeout : Arrays.asList(null, Duration.ofSeconds(100))) {
            List<ObjectRef<Integer>> refs = List.of(
                    Atoll.task(ListGetTest::late).remote(),
                    Atoll.task(ListGetTest::late).remote());
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            Thread waiting = new Thread(() -> {
                try {
                    thrown.complete(new AssertionError(timeout == null ? Atoll.get(refs) : Atoll.get(refs, timeout)));
                } catch (RuntimeException e) {
                    thrown.complete(e);
                }
            });
            waiting.start();
            while (waiting.getState() != Thread.State.TIMED_WAITING) {
                Thread.sleep(1);
            }
            session.close();
            assertThat(thrown.join())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("session is closed");
            session = Atoll.init(
                    AtollOptions.builder().workers(1).storeBytes(STORE).build());
        }
    }

    static int fails() {
        throw new IllegalStateException("on purpose");
    }

    static long total(List<ObjectRef<byte[]>> refs) {
        long total = 0;
        for (byte[] value : Atoll.get(refs)) {
            total += value.length + value[VALUE - 1];
        }
        return total;
    }

    /** Gets a list with what it has to run by itself: nobody else is there to do it. */
    static int helped(List<ObjectRef<Object>> refs) {
        List<ObjectRef<Object>> all = new ArrayList<>(refs);
        for (int i = 0; i < 3; ++i) {
            ObjectRef<Object> one = Atoll.task(ListGetTest::boxedOne).remote();
            all.add(2 * i, one);
        }
        int ones = 0;
        for (Object value : Atoll.get(all)) {
            if (value instanceof Tensor tensor) {
                tensor.close();
            } else {
                ones += (Integer) value;
            }
        }
        return ones;
    }

    static Object boxedOne() {
        return 1;
    }

    private static byte[] bytes(int fill) {
        byte[] bytes = new byte[VALUE];
        Arrays.fill(bytes, (byte) fill);
        return bytes;
    }

    private static List<ObjectRef<Tensor>> tensors(int count) {
        List<ObjectRef<Tensor>> refs = new ArrayList<>();
        for (int i = 0; i < count; ++i) {
            refs.add(Atoll.put(Tensor.of(bytes(i), VALUE)));
        }
        return refs;
    }

    private static void check(List<Tensor> tensors, int first) {
        for (int i = 0; i < tensors.size(); ++i) {
            assertThat(tensors.get(i).getInt(VALUE - 1)).isEqualTo(first + i);
        }
    }

    private void assertNothingPinned() {
        assertThat(Atoll.stats().driver().pins()).isZero();
    }

    /** Either has more than half of the store: if each kept what it has while it waits for the rest, both would fail. */
    @Test
    void shouldLetListsOfViewsThatFitOneByOneTakeTurns() {
        List<ObjectRef<Tensor>> all = tensors(20);
        CompletableFuture<?>[] readers = new CompletableFuture<?>[2];
        for (int r = 0; r < readers.length; ++r) {
            int first = 10 * r;
            readers[r] = CompletableFuture.runAsync(() -> {
                for (int round = 0; round < 50; ++round) {
                    List<Tensor> tensors = Atoll.get(all.subList(first, first + 10));
                    check(tensors, first);
                    tensors.forEach(Tensor::close);
                }
            });
        }
        CompletableFuture.allOf(readers).join();
        assertNothingPinned();
    }

    @Test
    void shouldCopyArraysThatAreMoreThanTheStoreTogether() {
        List<ObjectRef<byte[]>> refs = new ArrayList<>();
        for (int i = 0; i < 40; ++i) {
            refs.add(Atoll.put(bytes(i)));
        }
        for (int round = 0; round < 2; ++round) {
            List<byte[]> values = Atoll.get(refs);
            for (int i = 0; i < values.size(); ++i) {
                assertThat(values.get(i)).isEqualTo(bytes(i));
            }
        }
        assertNothingPinned();
        assertThat(Atoll.task(ListGetTest::total, refs).remote().get()).isEqualTo(40L * VALUE + 39 * 40 / 2);
    }

    @Test
    void shouldReadBackWhatIsOnDiskInTheTimeGivenAndNotInNone() {
        List<ObjectRef<byte[]>> refs = new ArrayList<>();
        for (int i = 0; i < 40; ++i) {
            refs.add(Atoll.put(bytes(i)));
        }
        assertThatThrownBy(() -> Atoll.get(refs, Duration.ZERO)).isInstanceOf(GetTimeoutException.class);
        int late = 0;
        for (int i = 0; i < refs.size(); ++i) {
            try {
                assertThat(refs.get(i).get(Duration.ZERO)).isEqualTo(bytes(i));
            } catch (GetTimeoutException e) {
                ++late;
            }
        }
        assertThat(late).isPositive();
        for (int i = 0; i < refs.size(); ++i) {
            assertThat(refs.get(i).get(Duration.ofSeconds(60))).isEqualTo(bytes(i));
        }
        List<byte[]> all = Atoll.get(refs, Duration.ofSeconds(60));
        for (int i = 0; i < all.size(); ++i) {
            assertThat(all.get(i)).isEqualTo(bytes(i));
        }
        assertNothingPinned();
    }

    @Test
    void shouldRefuseViewsThatAreMoreThanTheStoreTogether() {
        List<ObjectRef<Tensor>> refs = tensors(24);
        for (int round = 0; round < 2; ++round) {
            assertThatThrownBy(() -> Atoll.get(refs))
                    .isInstanceOf(ObjectStoreFullException.class)
                    .hasMessageContaining("list of 24 objects")
                    .hasMessageContaining("the store has " + STORE);
            assertNothingPinned();
        }
        List<Tensor> some = Atoll.get(refs.subList(14, 24));
        check(some, 14);
        some.forEach(Tensor::close);
    }

    /** That the graphs are views is seen when they are read. */
    @Test
    void shouldRefuseGraphsOfViewsThatAreMoreThanTheStoreTogether() throws InterruptedException {
        List<ObjectRef<List<Tensor>>> refs = new ArrayList<>();
        for (int i = 0; i < 3; ++i) {
            refs.add(Atoll.put(List.of(Tensor.of(new byte[33 << 20], 33 << 20))));
        }
        assertThatThrownBy(() -> Atoll.get(refs))
                .isInstanceOf(ObjectStoreFullException.class)
                .hasMessageContaining("list of 3 objects")
                .hasMessageContaining("the store has " + STORE);
        while (Atoll.stats().driver().pins() != 0) { // graphs cannot be closed
            System.gc();
            Thread.sleep(10);
        }
    }

    @Test
    void shouldGetOneObjectAsOftenAsItIsAskedFor() {
        List<ObjectRef<Tensor>> refs = tensors(20);
        List<ObjectRef<Tensor>> often = new ArrayList<>(Collections.nCopies(30, refs.get(0)));
        often.addAll(refs.subList(1, 8));
        List<Tensor> tensors = Atoll.get(often);
        check(tensors.subList(29, 37), 0);
        check(tensors.subList(3, 4), 0);
        tensors.forEach(Tensor::close);
        assertNothingPinned();
    }

    @Test
    void shouldHelpWithWhatIsMissingOfAList() {
        List<ObjectRef<Object>> refs = new ArrayList<>();
        for (int i = 0; i < 20; ++i) {
            refs.add(Atoll.put(Tensor.of(bytes(i), VALUE)));
        }
        assertThat(Atoll.task(ListGetTest::helped, refs.subList(0, 8)).remote().get())
                .isEqualTo(3);
    }

    @Test
    void shouldKeepNothingPinnedWhenTheListIsNotReadyInTime() {
        List<ObjectRef<Object>> refs = new ArrayList<>();
        for (ObjectRef<Tensor> each : tensors(20).subList(0, 8)) {
            refs.add(untyped(each));
        }
        Atoll.get(refs).forEach(each -> ((Tensor) each).close()); // Nothing has to come from disk in the short time.
        refs.add(4, untyped(Atoll.task(ListGetTest::late).remote()));
        assertThatThrownBy(() -> Atoll.get(refs, Duration.ofMillis(50))).isInstanceOf(GetTimeoutException.class);
        assertNothingPinned();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Atoll.get(refs))
                .isInstanceOf(CallInterruptedException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertNothingPinned();
    }

    @Test
    void shouldThrowTheFirstErrorOfAListWithoutWaitingForTheRest() {
        List<ObjectRef<Object>> refs = new ArrayList<>();
        for (ObjectRef<Tensor> each : tensors(20).subList(0, 4)) {
            refs.add(untyped(each));
        }
        ObjectRef<Integer> failed = Atoll.task(ListGetTest::fails).remote();
        Atoll.wait(List.of(failed));
        refs.add(untyped(failed));
        refs.add(untyped(Atoll.task(ListGetTest::late).remote()));
        assertThatThrownBy(() -> Atoll.get(refs))
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("on purpose");
        assertNothingPinned();
        ((ClientRuntime) Runtimes.current()).store.delete(refs.get(2).id());
        assertThatThrownBy(() -> Atoll.get(refs)).isInstanceOf(ObjectLostException.class);
        assertNothingPinned();
    }

    @SuppressWarnings("unchecked")
    private static ObjectRef<Object> untyped(ObjectRef<?> ref) {
        return (ObjectRef<Object>) ref;
    }
}
