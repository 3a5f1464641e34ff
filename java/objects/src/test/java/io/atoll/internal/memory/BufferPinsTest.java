package io.atoll.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.ObjectId;
import io.atoll.internal.objects.Fixture;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.tensor.Tensor;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What was made of a buffer of the store's memory holds that as the buffer did. */
class BufferPinsTest {
    /** A value, and a buffer that was made of what a get of it gives, which nobody has any more. */
    static Stream<Arguments> made() {
        byte[] bytes = new byte[80_000];
        double[] doubles = new double[10_000];
        return Stream.of(
                of(
                        "a slice",
                        ByteBuffer.wrap(bytes),
                        (codec, id) -> bytes(codec, id).slice()),
                of(
                        "a duplicate",
                        ByteBuffer.wrap(bytes),
                        (codec, id) -> bytes(codec, id).duplicate()),
                of(
                        "doubles",
                        ByteBuffer.wrap(bytes),
                        (codec, id) -> bytes(codec, id).asDoubleBuffer()),
                of(
                        "a slice of doubles",
                        DoubleBuffer.wrap(doubles),
                        (codec, id) -> ((DoubleBuffer) get(codec, id)).slice()),
                of(
                        "a slice of raw bytes",
                        doubles,
                        (codec, id) -> codec.bytes(id, Duration.ZERO, 0, 800).slice(8, 16)),
                of("a slice of a tensor's", Tensor.of(doubles), (codec, id) -> {
                    try (Tensor tensor = (Tensor) get(codec, id)) {
                        return tensor.asDoubleBuffer().slice();
                    }
                }));
    }

    private static Arguments of(String name, Object value, BiFunction<ObjectCodec, ObjectId, Buffer> make) {
        return Arguments.of(name, value, make);
    }

    private static Object get(ObjectCodec codec, ObjectId id) {
        return codec.get(id, Duration.ZERO);
    }

    private static ByteBuffer bytes(ObjectCodec codec, ObjectId id) {
        return (ByteBuffer) get(codec, id);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("made")
    void shouldKeepTheObjectWhereItIs(String name, Object value, BiFunction<ObjectCodec, ObjectId, Buffer> make) {
        try (Fixture fixture = new Fixture()) {
            ObjectId id = fixture.codec.put(value);
            ObjectId other = fixture.codec.put(ByteBuffer.allocate(1000));
            Buffer made = make.apply(fixture.codec, id);
            for (int i = 0; i < 3; ++i) {
                bytes(fixture.codec, other).slice();
                assertThat(fixture.pins()).isGreaterThanOrEqualTo(1);
                Fixture.collectUntil(
                        () -> fixture.pins() <= 1); // the other's has gone, by a collection that has seen both
                assertThat(fixture.pins()).as("%s of %s", name, made).isEqualTo(1);
            }
            assertThat(made.isDirect()).isTrue();
            made = null;
            Fixture.collectUntil(() -> fixture.pins() == 0);
            fixture.store.dereference(id);
            fixture.store.dereference(other);
        }
    }

    @Test
    void shouldHoldNothingWhenTheBufferIsUnreachable() {
        try (Fixture fixture = new Fixture()) {
            ObjectId id = fixture.codec.put(ByteBuffer.allocate(1000));
            for (int i = 0; i < 3; ++i) {
                assertThat(bytes(fixture.codec, id).remaining()).isEqualTo(1000);
                Fixture.collectUntil(() -> fixture.pins() == 0);
            }
            fixture.store.dereference(id);
        }
    }
}
