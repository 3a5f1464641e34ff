package io.atoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.FakeRuntimeProvider.FakeRuntime;
import io.atoll.spi.PassedRef;
import io.atoll.spi.TaskRequest;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RemoteFunctionTest {
    private static final RemoteFunction2<Integer, Integer, Integer> LARGER = RemoteFunction2.of(Math::max);

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

    private TaskRequest last() {
        return runtime.requests.get(runtime.requests.size() - 1);
    }

    @Test
    void shouldSubmitAnyMixtureOfValuesAndRefs() {
        ObjectRef<Integer> ref = Atoll.put(1);
        LARGER.submit(2, 3);
        assertThat(last().arguments()).containsExactly(2, 3);
        LARGER.submit(ref, 3);
        assertThat(last().arguments()).containsExactly(ref, 3);
        LARGER.submit(2, ref);
        assertThat(last().arguments()).containsExactly(2, ref);
        LARGER.submit(Atoll.value(null), Atoll.value(3));
        assertThat(last().arguments()).containsExactly(null, 3);
        assertThatThrownBy(() -> LARGER.submit((Arg<Integer>) null, 3))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("Atoll.value(null)");
    }

    @Test
    void shouldPassARefItselfWhereTheParameterIsOne() {
        ObjectRef<Integer> ref = Atoll.put(1);
        RemoteFunction1<ObjectRef<Integer>, Integer> await = RemoteFunction1.of(ObjectRef::get);
        await.submit(ref);
        assertThat(last().arguments()).containsExactly(new PassedRef(ref));
        await.submit(Atoll.value(ref));
        assertThat(last().arguments()).containsExactly(new PassedRef(ref));
        RemoteFunction1<Object, String> show = RemoteFunction1.of(String::valueOf);
        show.submit(ref);
        assertThat(last().arguments()).containsExactly(ref);
    }

    @Test
    void shouldHaveTheUsualNeeds() {
        ObjectRef<Integer> result = LARGER.submit(1, 2);
        assertThat(result).isNotNull();
        assertThat(last().resources()).isEqualTo(Resources.cpus(1));
        assertThat(last().retries()).isEqualTo(3);
        assertThat(last().name()).isNull();
    }

    @Test
    void shouldStayAsItIsWhenItIsGivenOtherNeeds() {
        RemoteFunction2<Integer, Integer, Integer> other = LARGER.withCpus(0.5)
                .withGpus(1)
                .withResource("licence", 2)
                .withRetries(0)
                .withName("larger");
        other.submit(1, 2);
        assertThat(last().resources()).hasToString("0.5 CPU, 1 GPU, 2 licence");
        assertThat(last().retries()).isZero();
        assertThat(last().name()).isEqualTo("larger");
        assertThat(other).hasToString("RemoteFunction2 larger (0.5 CPU, 1 GPU, 2 licence, 0 retries)");
        LARGER.submit(1, 2);
        assertThat(last().retries()).isEqualTo(3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LARGER.withRetries(-1))
                .withMessageContaining("-1");
    }

    @Test
    void shouldTakeCallablesAndActions() {
        Callable<String> callable = () -> "called";
        Atoll.function(callable).submit();
        assertThat(last().function()).isSameAs(callable);
        assertThat(Atoll.task(callable).remote()).isNotNull();
        RemoteAction1<Long> sleep = RemoteAction1.of(Thread::sleep);
        ObjectRef<Void> nap = sleep.submit(3L);
        assertThat(nap).isNotNull();
        assertThat(last().arguments()).containsExactly(3L);
    }

    @Test
    void shouldTakeTenArguments() {
        ObjectRef<Integer> ref = Atoll.put(1);
        var sum = Atoll.function(
                (Integer a,
                        Integer b,
                        Integer c,
                        Integer d,
                        Integer e,
                        Integer f,
                        Integer g,
                        Integer h,
                        Integer i,
                        Integer j) -> a + j);
        sum.submit(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        assertThat(last().arguments()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        Arg<Integer> nine = Atoll.value(9);
        sum.submit(ref, ref, ref, ref, ref, ref, ref, ref, nine, ref);
        assertThat(last().arguments()).containsExactly(ref, ref, ref, ref, ref, ref, ref, ref, 9, ref);
    }
}
