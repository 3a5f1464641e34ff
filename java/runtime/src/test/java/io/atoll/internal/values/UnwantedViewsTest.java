package io.atoll.internal.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.concurrent.AtollScope;
import io.atoll.concurrent.Joiner;
import io.atoll.internal.memory.Leaks;
import io.atoll.tensor.Tensor;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nobody gets a view, so none stays open: as leak detection counts them. */
@Timeout(120)
class UnwantedViewsTest {
    private static AtollSession session;

    private List<Throwable> before;

    @BeforeAll
    static void start() {
        session = Atoll.init(
                AtollOptions.builder().workers(1).storeBytes(64L << 20).build());
    }

    @AfterAll
    static void stop() {
        session.close();
    }

    @BeforeEach
    void count() {
        before = Leaks.open();
    }

    static Tensor tensor(double value) {
        return Tensor.of(new double[] {value, value});
    }

    static Tensor fail(String why) {
        throw new IllegalStateException(why);
    }

    @Test
    void shouldCloseAViewOfATypeThatWasNotAskedFor() throws Exception {
        try (Tensor tensor = tensor(1);
                ObjectRef<Tensor> ref = Atoll.put(tensor)) {
            Atoll.publish("tensor", ref);
            before = Leaks.open();
            ObjectRef<String> text = Atoll.lookup("tensor", String.class).orElseThrow();
            for (ThrowingCallable call : List.<ThrowingCallable>of(
                    text::get, () -> Atoll.get(List.of(ref, text)), () -> Atoll.<Object>get(List.of(text, ref)))) {
                assertThatThrownBy(call).isInstanceOf(ClassCastException.class);
                assertThat(Leaks.open()).hasSameSizeAs(before);
            }
            for (ThrowingCallable call : List.<ThrowingCallable>of(
                    () -> text.asFuture().get(),
                    () -> text.toCompletableFuture().get())) {
                assertThatThrownBy(call)
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(ClassCastException.class);
                assertThat(Leaks.open()).hasSameSizeAs(before);
            }
        } finally {
            Atoll.unpublish("tensor");
        }
    }

    @Test
    void shouldMakeNoViewsToLearnThatTasksHaveSucceeded() {
        try (AtollScope<Tensor, List<ObjectRef<Tensor>>> scope = AtollScope.open(Joiner.allSuccessfulOrThrow())) {
            for (int i = 0; i < 3; ++i) {
                scope.fork(Atoll.task(UnwantedViewsTest::tensor, (double) i));
            }
            List<ObjectRef<Tensor>> refs = scope.join();
            assertThat(Leaks.open()).hasSameSizeAs(before);
            try (Tensor last = refs.get(2).get()) {
                assertThat(last.as(double[].class)).containsExactly(2, 2);
                assertThat(Leaks.open()).hasSize(before.size() + 1); // so they are counted
            }
        }
    }

    @Test
    void shouldTellTheFailureThatGetThrows() {
        ObjectRef<Tensor> good = Atoll.task(UnwantedViewsTest::tensor, 1.0).remote();
        ObjectRef<Tensor> bad = Atoll.task(UnwantedViewsTest::fail, "no luck").remote();
        assertThat(good.failure()).isEmpty();
        assertThat(Leaks.open()).hasSameSizeAs(before);
        TaskException failure = bad.failure().orElseThrow();
        assertThat(failure).hasRootCauseMessage("no luck");
        assertThatThrownBy(bad::get).isExactlyInstanceOf(failure.getClass()).hasMessage(failure.getMessage());
    }
}
