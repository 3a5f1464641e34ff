package io.atoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.FakeRuntimeProvider.FakeRuntime;
import io.atoll.concurrent.RefStream;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ObjectRefTest {
    private AtollSession session;
    private FakeRuntime runtime;

    @BeforeEach
    void init() {
        session = Atoll.init();
        runtime = FakeRuntimeProvider.last;
    }

    @AfterEach
    void close() {
        session.close();
    }

    private ObjectRef<Integer> failed() {
        ObjectRef<Integer> ref = runtime.expect();
        runtime.values.put(ref.id(), TaskException.of("t", 7, 1, new IOException("disk")));
        return ref;
    }

    @Test
    void shouldHaveNoPublicConstructor() {
        assertThat(ObjectRef.class.getConstructors()).isEmpty();
    }

    @Test
    void shouldBeGivenBackOnceByClose() {
        ObjectRef<String> ref = Atoll.put("a");
        String text = ref.toString();
        ref.close();
        ref.close();
        assertThat(runtime.released).containsExactly(ref.id());
        assertThat(ref).hasToString(text).isEqualTo(ref).hasSameHashCodeAs(ref);
        assertThatIllegalStateException().isThrownBy(ref::get).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(() -> ref.get(Duration.ZERO));
        assertThatIllegalStateException().isThrownBy(ref::isReady);
        assertThatIllegalStateException().isThrownBy(ref::bytes);
        assertThatIllegalStateException().isThrownBy(ref::outcome);
        assertThatIllegalStateException().isThrownBy(ref::toCompletableFuture);
        assertThatIllegalStateException().isThrownBy(ref::failure);
        assertThatIllegalStateException().isThrownBy(ref::cancel);
        assertThatIllegalStateException().isThrownBy(ref::asFuture);
        assertThatIllegalStateException().isThrownBy(() -> ref.as(CharSequence.class));
        assertThatIllegalStateException().isThrownBy(() -> Atoll.get(List.of(ref)));
        assertThatIllegalStateException().isThrownBy(() -> Atoll.wait(List.of(ref)));
        assertThatIllegalStateException().isThrownBy(() -> Atoll.asReady(List.of(ref)));
        assertThatIllegalStateException().isThrownBy(() -> Atoll.publish("name", ref));
        assertThatIllegalStateException()
                .isThrownBy(() -> Atoll.task(String::length, ref).remote());
    }

    @Test
    void shouldFinishAGetThatIsUnderWayWhenItIsClosed() {
        ObjectRef<String> ref = Atoll.put("a");
        runtime.meanwhile = () -> {
            ref.close();
            assertThat(runtime.released).isEmpty();
        };
        assertThat(ref.get()).isEqualTo("a");
        assertThat(runtime.released).containsExactly(ref.id());
        ObjectRef<String> one = Atoll.put("1");
        ObjectRef<String> two = Atoll.put("2");
        runtime.released.clear();
        runtime.meanwhile = two::close;
        assertThat(Atoll.get(List.of(one, two))).containsExactly("1", "2");
        assertThat(runtime.released).containsExactly(two.id());
    }

    @Test
    void shouldLeaveNothingEnteredWhenOneOfSeveralIsClosed() {
        ObjectRef<String> open = Atoll.put("1");
        ObjectRef<String> closed = Atoll.put("2");
        closed.close();
        assertThatIllegalStateException().isThrownBy(() -> Atoll.get(List.of(open, closed)));
        open.close();
        assertThat(runtime.released).containsExactly(closed.id(), open.id());
    }

    @Test
    void shouldBeClosedByTryWithResources() {
        try (ObjectRef<Integer> ref = Atoll.put(1)) {
            assertThat(ref.get()).isEqualTo(1);
        }
        assertThat(runtime.released).hasSize(1);
    }

    @Test
    void shouldTellOutcomes() {
        assertThat(Atoll.put(1).outcome()).isEqualTo(new Outcome.Success<>(1));
        assertThat(Atoll.put(1).outcome().orElseThrow()).isEqualTo(1);
        assertThat(Atoll.put(null).outcome().isSuccess()).isTrue();
        Outcome<Integer> outcome = failed().outcome();
        assertThat(outcome.isSuccess()).isFalse();
        assertThat(((Outcome.Failure<Integer>) outcome).exception()).hasCauseInstanceOf(IOException.class);
        assertThatThrownBy(outcome::orElseThrow).isInstanceOf(TaskException.class);
        assertThatThrownBy(() -> runtime.expect().outcome()).isInstanceOf(GetTimeoutException.class);
    }

    @Test
    void shouldGiveAFutureThatThrowsWhatWasThrown() throws Exception {
        Future<Integer> done = Atoll.put(1).asFuture();
        assertThat(done.isDone()).isTrue();
        assertThat(done.get()).isEqualTo(1);
        assertThat(done.get(1, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(done.cancel(true)).isFalse();
        assertThat(done.isCancelled()).isFalse();
        Future<Integer> failed = failed().asFuture();
        assertThatThrownBy(failed::get)
                .isExactlyInstanceOf(ExecutionException.class)
                .hasCauseExactlyInstanceOf(IOException.class)
                .satisfies(e -> assertThat(e.getSuppressed()[0]).isExactlyInstanceOf(TaskException.class));
        ObjectRef<Integer> late = runtime.expect();
        assertThat(late.asFuture().isDone()).isFalse();
        assertThatThrownBy(() -> late.asFuture().get(1, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        runtime.values.put(late.id(), new TaskException("it was not run", "t", 0, 0, null));
        assertThatThrownBy(() -> late.asFuture().get())
                .isExactlyInstanceOf(ExecutionException.class)
                .hasCauseExactlyInstanceOf(TaskException.class);
    }

    @Test
    void shouldBeCancelledWhileItIsNotThere() throws Exception {
        ObjectRef<Integer> late = runtime.expect();
        Future<Integer> future = late.asFuture();
        assertThat(late.cancel()).isTrue();
        assertThat(late.cancel()).isFalse();
        assertThatThrownBy(late::get).isExactlyInstanceOf(TaskCancelledException.class);
        assertThatThrownBy(future::get).isInstanceOf(CancellationException.class);
        assertThat(future.isCancelled()).isTrue();
        Future<Integer> another = runtime.<Integer>expect().asFuture();
        assertThat(another.cancel(false)).isTrue();
        assertThat(another.isCancelled()).isTrue();
        assertThat(another.isDone()).isTrue();
        assertThat(Atoll.put(1).cancel()).isFalse();
        assertThat(Atoll.put(1).asFuture().get(Long.MAX_VALUE, TimeUnit.DAYS)).isEqualTo(1);
    }

    @Test
    void shouldThrowAnInterruptAsAFutureDoes() {
        runtime.meanwhile = () -> {
            Thread.currentThread().interrupt(); // as a runtime has it
            throw new CallInterruptedException("waiting");
        };
        Future<Integer> future = Atoll.put(1).asFuture();
        assertThatThrownBy(future::get).isExactlyInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void shouldCheckTheTypeThatItWasLookedUpWith() {
        Atoll.publish("number", Atoll.put(42));
        ObjectRef<Integer> number = Atoll.lookup("number", int.class).orElseThrow();
        assertThat(number.get()).isEqualTo(42);
        ObjectRef<String> text = Atoll.lookup("number", String.class).orElseThrow();
        for (ThrowingCallable call :
                List.<ThrowingCallable>of(text::get, text::outcome, () -> Atoll.get(List.of(text)))) {
            assertThatThrownBy(call)
                    .isInstanceOf(ClassCastException.class)
                    .hasMessageContaining("java.lang.String")
                    .hasMessageContaining("java.lang.Integer");
        }
        assertThat(Atoll.lookup("nothing", String.class)).isEmpty();
    }

    /** As of every ref: a future ends with what get throws, and get of a Future wraps it. */
    @Test
    void shouldTellFuturesOfALookedUpRefTheSame() throws Exception {
        Atoll.publish("number", Atoll.put(42));
        ObjectRef<String> text = Atoll.lookup("number", String.class).orElseThrow();
        assertThat(thrownBy(text.toCompletableFuture())).isExactlyInstanceOf(ClassCastException.class);
        for (ThrowingCallable get : List.<ThrowingCallable>of(
                () -> text.asFuture().get(),
                () -> text.asFuture().get(1, TimeUnit.SECONDS),
                () -> text.toCompletableFuture().get())) {
            assertThatThrownBy(get)
                    .isExactlyInstanceOf(ExecutionException.class)
                    .hasCauseExactlyInstanceOf(ClassCastException.class);
        }
        Atoll.publish("failed", failed());
        ObjectRef<String> failed = Atoll.lookup("failed", String.class).orElseThrow();
        assertThat(thrownBy(failed.toCompletableFuture())).isExactlyInstanceOf(TaskException.class);
        Atoll.publish("text", Atoll.put("a"));
        assertThat(Atoll.lookup("text", String.class)
                        .orElseThrow()
                        .toCompletableFuture()
                        .get())
                .isEqualTo("a");
    }

    private static Throwable thrownBy(CompletableFuture<?> future) {
        return future.handle((value, thrown) -> thrown).join();
    }

    @Test
    void shouldCloseTheViewsOfATypeThatWasNotAskedFor() {
        Atoll.publish("number", Atoll.put(42));
        ObjectRef<String> text = Atoll.lookup("number", String.class).orElseThrow();
        assertThatThrownBy(text::get).isInstanceOf(ClassCastException.class);
        assertThat(runtime.closedViews).containsExactly(42);
        runtime.closedViews.clear();
        ObjectRef<Object> other = Atoll.put(1.5);
        assertThatThrownBy(() -> Atoll.<Object>get(List.of(other, text))).isInstanceOf(ClassCastException.class);
        assertThat(runtime.closedViews).contains(1.5, 42);
    }

    @Test
    void shouldTellTheFailureAlone() {
        assertThat(Atoll.put(1).failure()).isEmpty();
        assertThat(failed().failure().orElseThrow()).hasCauseInstanceOf(IOException.class);
        assertThat(runtime.timeouts).isEmpty(); // no value was got
    }

    @Test
    void shouldReadAStreamNoMoreOnceItIsClosed() {
        RefStream<Integer> stream = Atoll.<Integer>stream(out -> out.emit(1)).remote();
        assertThat(stream.next()).isNotNull();
        assertThat(stream.next()).isNull();
        assertThat(stream.next()).isNull();
        stream.close();
        assertThatIllegalStateException().isThrownBy(stream::next).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(() -> stream.next(Duration.ZERO));
        assertThatIllegalStateException().isThrownBy(() -> stream.iterator().hasNext());
    }

    @Test
    void shouldTakeAnyCollectionOfRefsOfAnyTypes() {
        ObjectRef<Integer> one = Atoll.put(1);
        ObjectRef<String> two = Atoll.put("2");
        List<Object> both = Atoll.get(List.of(one, two));
        assertThat(both).containsExactly(1, "2");
        Collection<ObjectRef<? extends Number>> numbers = new ArrayList<>(List.of(one, Atoll.put(2.5)));
        List<Number> values = Atoll.get(numbers);
        assertThat(values).containsExactly(1, 2.5);
        assertThat(Atoll.get(Set.of(one))).containsExactly(1);
        List<ObjectRef<?>> any = List.of(one, two);
        WaitResult<Object> waited = Atoll.wait(any, 2, Duration.ZERO);
        assertThat(waited.ready()).hasSize(2);
        assertThat(Atoll.wait(Set.of(one)).ready()).containsExactly(one);
    }

    @Test
    void shouldWaitForAllForATime() {
        ObjectRef<Integer> one = Atoll.put(1);
        ObjectRef<Integer> late = runtime.expect();
        WaitResult<Integer> result = Atoll.wait(List.of(late, one), Duration.ofMillis(3));
        assertThat(result.ready()).containsExactly(one);
        assertThat(result.unready()).containsExactly(late);
        assertThat(runtime.timeouts).containsExactly(Duration.ofMillis(3));
    }

    @Test
    void shouldHaveARefThatIsThereTwiceOnOneSide() {
        ObjectRef<Integer> one = Atoll.put(1);
        ObjectRef<Integer> two = Atoll.put(2);
        WaitResult<Integer> result = Atoll.wait(List.of(one, one, two), 1);
        assertThat(result.ready()).containsExactly(one, one);
        assertThat(result.unready()).containsExactly(two);
        result = Atoll.wait(List.of(one, two, one), 3);
        assertThat(result.unready()).isEmpty();
        ObjectRef<Integer> late = runtime.expect();
        result = Atoll.wait(List.of(late, one, late), 1);
        assertThat(result.ready()).containsExactly(one);
        assertThat(result.unready()).containsExactly(late, late);
    }

    /** As a loop does that takes what is ready out of what it has left open, with lists kept that it has had before. */
    @Test
    void shouldWaitAgainForWhatAWaitHasLeftOpen() {
        Random random = new Random(5);
        for (int run = 0; run < 50; ++run) {
            List<ObjectRef<Integer>> refs = new ArrayList<>();
            for (int i = 0; i < 40; ++i) {
                refs.add(i % 7 == 6 ? refs.get(random.nextInt(i)) : runtime.<Integer>expect());
            }
            List<ObjectRef<Integer>> late = new ArrayList<>(new LinkedHashSet<>(refs));
            Set<ObjectRef<Integer>> there = new HashSet<>();
            List<List<ObjectRef<Integer>>> lists = new ArrayList<>();
            List<List<ObjectRef<Integer>>> expected = new ArrayList<>();
            List<ObjectRef<Integer>> open = refs;
            while (!open.isEmpty()) {
                for (int i = random.nextInt(4); i > 0 && !late.isEmpty(); --i) {
                    ObjectRef<Integer> ref = late.remove(random.nextInt(late.size()));
                    runtime.values.put(ref.id(), 1);
                    there.add(ref);
                }
                int wanted = 1 + random.nextInt(Math.min(3, open.size()));
                WaitResult<Integer> result = Atoll.wait(open, wanted, Duration.ZERO);
                long ready = open.stream().filter(there::contains).count();
                assertThat(result.ready()).allMatch(there::contains).hasSizeGreaterThanOrEqualTo((int)
                        Math.min(wanted, ready));
                assertThat(new HashSet<>(result.ready()).size()).isLessThanOrEqualTo(wanted);
                List<ObjectRef<Integer>> left = new ArrayList<>(open);
                left.removeAll(result.ready());
                List<ObjectRef<Integer>> given = new ArrayList<>(open);
                given.removeAll(left);
                assertThat(result.ready()).isEqualTo(given);
                assertThat(result.unready()).hasSize(left.size());
                lists.add(open);
                expected.add(new ArrayList<>(open));
                open = result.unready();
                expected.add(left);
                lists.add(open);
                if (random.nextInt(8)
                        == 0) { // From an older one the loop does not go on, and it is right all the same.
                    List<ObjectRef<Integer>> older = lists.get(random.nextInt(lists.size()));
                    assertThat(Atoll.wait(older, 0, Duration.ZERO).unready()).isEqualTo(older);
                    if (older.size() > 1) {
                        WaitResult<Integer> again = Atoll.wait(older, 1, Duration.ZERO);
                        assertThat(again.ready().isEmpty())
                                .isEqualTo(older.stream().noneMatch(there::contains));
                        if (older == open) {
                            open = again.unready();
                        }
                    }
                }
            }
            assertThat(lists).isEqualTo(expected);
        }
    }

    @Test
    void shouldKeepNothingThatALoopHasTakenOut() throws InterruptedException {
        List<ObjectRef<Integer>> refs = new ArrayList<>();
        for (int i = 0; i < 3; ++i) {
            refs.add(runtime.expect());
            runtime.values.put(refs.get(i).id(), i);
        }
        List<ObjectRef<Integer>> open = Atoll.wait(refs, 1, Duration.ZERO).unready();
        refs.clear();
        WaitResult<Integer> result = Atoll.wait(open, 1, Duration.ZERO);
        WeakReference<ObjectRef<Integer>> given =
                new WeakReference<>(result.ready().get(0));
        open = result.unready();
        result = null;
        for (int i = 0; i < 100 && given.get() != null; ++i) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(given.get()).isNull();
        assertThat(open).hasSize(1);
    }

    @Test
    void shouldGiveRefsAsTheyBecomeReady() {
        ObjectRef<Integer> one = Atoll.put(1);
        ObjectRef<String> two = Atoll.put("2");
        assertThat(Atoll.<Object>asReady(List.of(one, two)).map(ObjectRef::get)).containsExactly("2", 1);
        assertThat(Atoll.asReady(List.<ObjectRef<Integer>>of())).isEmpty();
        Iterable<ObjectRef<Object>> each = Atoll.eachReady(List.of(one, two));
        assertThat(each).containsExactly((ObjectRef) two, (ObjectRef) one);
        assertThat(each).hasSize(2);
    }
}
