package io.atoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.FakeRuntimeProvider.FakeRuntime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
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
