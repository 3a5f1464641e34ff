package io.atoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.FakeRuntimeProvider.FakeRuntime;
import io.atoll.spi.PassedRef;
import io.atoll.spi.TaskRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AtollTest {
    private AtollSession session;
    private FakeRuntime runtime;

    @BeforeEach
    void init() {
        session = Atoll.init(
                AtollOptions.builder().workers(2).resource("licence", 1.5).build());
        runtime = FakeRuntimeProvider.last;
    }

    @AfterEach
    void close() {
        session.close();
    }

    private TaskRequest lastRequest() {
        return runtime.requests.get(runtime.requests.size() - 1);
    }

    @Test
    void shouldSayWhichRefIsNull() {
        List<ObjectRef<Integer>> refs = new ArrayList<>();
        refs.add(null);
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> Atoll.get(refs),
                () -> Atoll.wait(refs),
                () -> Atoll.asReady(refs),
                () -> Atoll.eachReady(refs))) {
            assertThatThrownBy(call)
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("refs: number 0 of 1, from 0, is null");
        }
    }

    @Test
    void shouldSayWhatASessionAndACallAre() {
        assertThat(session.socket()).isEqualTo(Path.of("/run/store.sock"));
        assertThat(session).hasToString("AtollSession(store at /run/store.sock)");
        assertThat(Atoll.task(Math::incrementExact, 1).numCpus(2).name("one more"))
                .hasToString("TaskCall(one more, arguments=1, 2 CPU, retries=3)");
        assertThat(Atoll.task(Math::incrementExact, 1).toString())
                .startsWith("TaskCall(io.atoll.AtollTest::a function, arguments=1");
        session.close();
        assertThat(session).hasToString("AtollSession(closed)");
        assertThatIllegalStateException().isThrownBy(() -> session.socket());
    }

    @Test
    void shouldNameWhatABuilderDoesNotTake() {
        AtollOptions.Builder builder = AtollOptions.builder();
        assertThatThrownBy(() -> builder.workers(501)).hasMessageContaining("workers: 501 asked");
        assertThatThrownBy(() -> builder.workerEnvironment("A", null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("workerEnvironment: the value of A");
        assertThatThrownBy(() -> builder.workerJvmArguments("-ea", null)).hasMessageContaining("number 1");
        assertThatThrownBy(() -> builder.workerClassPath(Path.of("a:b.jar")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a:b.jar");
        assertThat(builder.workers(3)
                        .workerEnvironment("TOKEN", "secret")
                        .build()
                        .toString())
                .contains("workers=3", "[TOKEN]", "putTimeout=PT10S")
                .doesNotContain("secret");
    }

    @Test
    void shouldPassOnOptions() {
        assertThat(runtime.options.workers()).isEqualTo(2);
        assertThat(runtime.options.resources().quantity("licence")).isEqualTo(1.5);
    }

    @Test
    void shouldRefuseSecondInitUntilClosed() {
        assertThatIllegalStateException().isThrownBy(Atoll::init).withMessageContaining("already");
        session.close();
        session.close();
        assertThat(runtime.closed).isEqualTo(1);
        try (AtollSession second = Atoll.init()) {
            session.close(); // the first one's
            assertThat(Atoll.isInitialized()).isTrue();
        }
        assertThat(Atoll.isInitialized()).isFalse();
    }

    @Test
    void shouldRefuseUseWithoutInit() {
        ObjectRef<Integer> ref = Atoll.put(1);
        TaskCall<Integer> call = Atoll.task(Math::incrementExact, 1);
        session.close();
        assertThatIllegalStateException().isThrownBy(() -> Atoll.put(1)).withMessageContaining("Atoll.init()");
        assertThatIllegalStateException().isThrownBy(() -> Atoll.get(List.of(ref)));
        assertThatIllegalStateException().isThrownBy(() -> Atoll.wait(List.of(ref)));
        assertThatIllegalStateException().isThrownBy(call::remote);
        assertThatIllegalStateException().isThrownBy(Atoll::stats);
    }

    @Test
    void shouldPutAndGet() {
        ObjectRef<String> a = Atoll.put("a");
        ObjectRef<String> nothing = Atoll.put(null);
        assertThat(Atoll.get(a)).isEqualTo("a");
        assertThat(Atoll.get(a, Duration.ofMillis(3))).isEqualTo("a");
        assertThat(a.get(Duration.ZERO)).isEqualTo("a");
        List<String> both = Atoll.get(List.of(a, nothing));
        assertThat(both).containsExactly("a", null);
        assertThat(Atoll.get(List.of(a), Duration.ofMillis(4))).containsExactly("a");
        assertThat(runtime.timeouts)
                .containsExactly(null, Duration.ofMillis(3), Duration.ZERO, null, null, Duration.ofMillis(4));
        assertThatThrownBy(() -> Atoll.get(a, null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void shouldDivideRefsIntoReadyAndUnready() {
        List<ObjectRef<Integer>> refs = Arrays.asList(runtime.expect(), Atoll.put(1), runtime.expect(), Atoll.put(2));
        WaitResult<Integer> two = Atoll.wait(refs, 2, Duration.ofSeconds(1));
        assertThat(two.ready()).containsExactly(refs.get(1), refs.get(3));
        assertThat(two.unready()).containsExactly(refs.get(0), refs.get(2));
        WaitResult<Integer> one = Atoll.wait(refs, 1);
        assertThat(one.ready()).containsExactly(refs.get(1));
        assertThat(one.unready()).containsExactly(refs.get(0), refs.get(2), refs.get(3));
        assertThat(Atoll.wait(refs, 4, Duration.ZERO).ready()).hasSize(2);
        assertThat(Atoll.wait(List.<ObjectRef<Integer>>of()).ready()).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Atoll.wait(refs, 5))
                .withMessageContaining("5 asked of 4");
        assertThatIllegalArgumentException().isThrownBy(() -> Atoll.wait(refs, -1));
    }

    @Test
    void shouldSubmitWithDefaults() {
        ObjectRef<Integer> argument = Atoll.put(1);
        ObjectRef<Integer> ref = Atoll.task((F2<Integer, Integer, Integer>) Math::addExact, argument, 2)
                .remote();
        assertThat(ref).isNotEqualTo(argument);
        assertThat(lastRequest().arguments()).containsExactly(argument, 2);
        assertThat(lastRequest().resources()).isEqualTo(Resources.cpus(1));
        assertThat(lastRequest().retries()).isEqualTo(3);
        assertThat(lastRequest().name()).isNull();
    }

    @Test
    void shouldSubmitWhatTheCallSays() {
        RunCall call = Atoll.run(Thread::sleep, 3L)
                .numCpus(0.25)
                .numGpus(1)
                .resource("licence", 0.5)
                .retries(0)
                .name("nap");
        ObjectRef<Void> first = call.remote();
        ObjectRef<Void> second = call.remote();
        assertThat(first).isNotEqualTo(second);
        assertThat(lastRequest().resources().toString()).isEqualTo("0.25 CPU, 1 GPU, 0.5 licence");
        assertThat(lastRequest().retries()).isZero();
        assertThat(lastRequest().name()).isEqualTo("nap");
        assertThat(Atoll.task(() -> 1).numCpus(0).remote()).isNotNull();
        assertThat(lastRequest().resources()).isEqualTo(Resources.none());
    }

    @Test
    void shouldTakeAnArrayAsOneArgument() {
        Atoll.task((String[] words) -> words.length, new String[] {"a", "b"}).remote();
        assertThat(lastRequest().arguments()).hasSize(1);
        Atoll.task((Object[] all) -> all.length, (Object[]) null).remote();
        assertThat(lastRequest().arguments()).containsExactly((Object) null);
    }

    private static int await(ObjectRef<Integer> ref) {
        return ref.get();
    }

    @Test
    void shouldPassARefItselfWhereTheParameterIsOne() {
        ObjectRef<Integer> ref = Atoll.put(1);
        Atoll.task(AtollTest::await, ref).remote();
        assertThat(lastRequest().arguments()).containsExactly(new PassedRef(ref));
        Atoll.task(Math::incrementExact, 1).remote();
        assertThat(lastRequest().arguments()).containsExactly(1);
    }

    @Test
    void shouldRefuseBadDemands() {
        TaskCall<Integer> call = Atoll.task(() -> 1);
        assertThatIllegalArgumentException().isThrownBy(() -> call.numCpus(-1)).withMessageContaining("-1.0");
        assertThatIllegalArgumentException().isThrownBy(() -> call.numGpus(0.00001));
        assertThatIllegalArgumentException().isThrownBy(() -> call.resource("x", Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> call.retries(-1)).withMessageContaining("-1");
    }

    @Test
    void shouldSayWhetherItCanStart() {
        assertThat(Atoll.isAvailable()).isTrue();
        assertThat(Atoll.unavailabilityCause()).isNull();
        FakeRuntimeProvider.cause = "no library for this platform";
        try {
            assertThat(Atoll.isAvailable()).isFalse();
            assertThat(Atoll.unavailabilityCause()).isEqualTo("no library for this platform");
        } finally {
            FakeRuntimeProvider.cause = null;
        }
    }
}
