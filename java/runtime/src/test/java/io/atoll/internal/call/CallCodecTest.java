package io.atoll.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.F1;
import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.Resources;
import io.atoll.UnserializableException;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.store.testkit.InMemoryStore;
import io.atoll.spi.AtollRuntime;
import io.atoll.spi.PassedRef;
import io.atoll.spi.Refs;
import io.atoll.spi.SeenRef;
import io.atoll.spi.TaskRequest;
import java.io.Serializable;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls go into a record and come out of it. */
class CallCodecTest {
    private final InMemoryStore store = InMemoryStore.create(64 << 20);
    private final ObjectCodec codec = new ObjectCodec(store, id -> null);
    private final CallWriter writer = new CallWriter(store, codec, new ObjectWriter(store, Duration.ZERO));
    private final ObjectId result = new ObjectId(1, 2);

    @AfterEach
    void close() {
        store.close();
    }

    static Object identity(Object value) {
        return value;
    }

    private byte[] write(Resources resources, String name, Serializable function, Object... arguments) {
        writer.write(
                new TaskRequest(function, arguments, resources, 5, name),
                new Submitter(new ObjectId(1, 9), new ObjectId(1, 8)),
                Results.one(result));
        byte[] bytes = new byte[writer.length()];
        writer.record().getBytes(0, bytes);
        CallRecord.check(new UnsafeBuffer(bytes), bytes.length);
        return bytes;
    }

    private Object[] arguments(byte[] call) throws Throwable {
        CallReader reader = new CallReader(call);
        reader.name();
        reader.function();
        return reader.arguments(codec, (id, form) -> codec.get(id, null));
    }

    static final F1<Object, Object> IDENTITY = CallCodecTest::identity;

    @Test
    void shouldKeepTheHeader() {
        Resources demand = Resources.cpus(0.5).with("GPU", 1).with("größe", 3);
        UnsafeBuffer call = new UnsafeBuffer(write(demand, "my task", IDENTITY, 1));
        assertThat(CallRecord.result(call)).isEqualTo(result);
        assertThat(CallRecord.attempt(call)).isZero();
        assertThat(CallRecord.retries(call)).isEqualTo(5);
        assertThat(CallRecord.parent(call)).isEqualTo(new ObjectId(1, 9));
        assertThat(CallRecord.holder(call)).isEqualTo(new ObjectId(1, 8));
        assertThat(CallRecord.demand(call)).isEqualTo(demand);
        assertThat(CallRecord.name(call)).isEqualTo("my task");
        assertThat(CallRecord.dependencyCount(call)).isZero();
    }

    @Test
    void shouldKeepTheFunction() {
        CallReader reader = new CallReader(write(Resources.cpus(1), null, IDENTITY, 1));
        assertThat(reader.name()).isEqualTo("CallCodecTest.identity");
        assertThat(reader.function()).isEqualTo(FunctionReader.read(IDENTITY, 1).descriptor());
    }

    @Test
    void shouldCarrySmallValuesInTheCall() throws Throwable {
        Object[] values = {
            null,
            true,
            false,
            1,
            -2L,
            3.5,
            "text",
            "ü€\uD83D\uDE00",
            "broken \uD800",
            (byte) 1,
            'c',
            2.5f,
            (short) 3,
            List.of(1, 2),
            new int[] {1, 2, 3}
        };
        byte[] call = write(Resources.cpus(1), null, IDENTITY, values);
        assertThat(CallRecord.dependencyCount(new UnsafeBuffer(call))).isLessThanOrEqualTo(1);
        assertThat(arguments(call)).isEqualTo(values);
    }

    @Test
    void shouldPassARefItselfOrTheValueItStandsFor() throws Throwable {
        AtollRuntime none = (AtollRuntime) Proxy.newProxyInstance(
                AtollRuntime.class.getClassLoader(),
                new Class<?>[] {AtollRuntime.class},
                (proxy, method, args) -> null);
        ObjectCodec refs = new ObjectCodec(store, id -> Refs.make(id, none, () -> {}));
        CallWriter refWriter = new CallWriter(store, refs, new ObjectWriter(store, Duration.ZERO));
        ObjectId id = new ObjectWriter(store, Duration.ZERO).write(null, codec.encode("value"));
        ObjectRef<String> ref = Refs.make(id, none, () -> {});
        Object[] both = {new PassedRef(ref), ref};
        refWriter.write(
                new TaskRequest(IDENTITY, both, Resources.cpus(1), 0, null), Submitter.DRIVER, Results.one(result));
        assertThat(CallRecord.ids(refWriter.record(), 0, 2)).containsExactly(id, id);
        assertThat(CallRecord.dependencyCount(refWriter.record())).isEqualTo(1);
        byte[] call = new byte[refWriter.length()];
        refWriter.record().getBytes(0, call);
        CallReader reader = new CallReader(call);
        reader.name();
        reader.function();
        assertThat(reader.arguments(refs, (dependency, form) -> refs.get(dependency, null)))
                .containsExactly(ref, "value");
    }

    @Test
    void shouldSayAsWhatTheValueOfARefIsToBeSeen() throws Throwable {
        ObjectRef<byte[]> ref = Refs.make(
                new ObjectWriter(store, Duration.ZERO).write(null, codec.encode(new byte[] {1})),
                (AtollRuntime) Proxy.newProxyInstance(
                        AtollRuntime.class.getClassLoader(),
                        new Class<?>[] {AtollRuntime.class},
                        (proxy, method, args) -> null),
                () -> {});
        byte[] call = write(Resources.cpus(1), null, IDENTITY, new SeenRef(ref, ByteBuffer.class), 7);
        CallReader reader = new CallReader(call);
        reader.name();
        reader.function();
        assertThat(reader.arguments(codec, (id, form) -> id + " as " + form))
                .containsExactly(ref.id() + " as java.nio.ByteBuffer", 7);
    }

    @Test
    void shouldPutLargeValuesAndNameThem() throws Throwable {
        byte[] large = new byte[100_000];
        large[99_999] = 1;
        String text = "x".repeat(5000);
        byte[] call = write(Resources.cpus(1), null, IDENTITY, large, text);
        assertThat(call).hasSizeLessThan(512);
        assertThat(CallRecord.dependencyCount(new UnsafeBuffer(call))).isEqualTo(2);
        assertThat(writer.temporaries()).hasSize(2);
        assertThat(arguments(call)).isEqualTo(new Object[] {large, text});
    }

    @Test
    void shouldPutValuesOnceTheCallIsLongEnough() throws Throwable {
        Object[] values = new Object[100];
        for (int i = 0; i < values.length; ++i) {
            values[i] = "v".repeat(160) + i;
        }
        byte[] call = write(Resources.cpus(1), null, IDENTITY, values);
        assertThat(call).hasSizeLessThan(CallRecord.MAX_BYTES);
        assertThat(arguments(call)).isEqualTo(values);
    }

    @Test
    void shouldPassCapturedValuesFirst() throws Throwable {
        String captured = "captured";
        F1<Integer, String> lambda = x -> captured + x;
        assertThat(arguments(write(Resources.cpus(1), null, lambda, 1))).isEqualTo(new Object[] {"captured", 1});
    }

    @Test
    void shouldRefuseCallsThatAreTooLong() {
        Resources resources = Resources.cpus(1);
        for (int i = 0; i < 2000; ++i) {
            resources = resources.with("resource " + i, 1);
        }
        Resources tooMany = resources;
        assertThatThrownBy(() -> write(tooMany, null, IDENTITY, new byte[5000]))
                .isInstanceOf(UnserializableException.class);
        assertThat(writer.temporaries()).isNull();
    }

    @Test
    void shouldRefuseRecordsWhoseNumbersCannotBeRight() {
        byte[] call = write(Resources.cpus(1), null, IDENTITY, 1);
        List<int[]> damages = new ArrayList<>();
        damages.add(new int[] {CallRecord.DEPENDENCIES, 1});
        damages.add(new int[] {CallRecord.DEPENDENCIES, -1});
        damages.add(new int[] {CallRecord.KEPT, 1 << 27});
        damages.add(new int[] {CallRecord.IDS_AT, -16});
        for (int[] damage : damages) {
            UnsafeBuffer damaged = new UnsafeBuffer(call.clone());
            damaged.putInt(damage[0], damage[1]);
            assertThatThrownBy(() -> CallRecord.check(damaged, call.length))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** All that a task has submitted is cancelled with it, and so on: there would be no end. */
    @Test
    void shouldRefuseATaskThatHasSubmittedItself() {
        byte[] call = write(Resources.cpus(1), null, IDENTITY, 1);
        UnsafeBuffer damaged = new UnsafeBuffer(call.clone());
        CallRecord.putId(damaged, CallRecord.PARENT, CallRecord.result(damaged));
        assertThatThrownBy(() -> CallRecord.check(damaged, call.length))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("itself");
    }
}
