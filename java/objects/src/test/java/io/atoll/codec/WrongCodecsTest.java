package io.atoll.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.StoreException;
import io.atoll.UnserializableException;
import io.atoll.internal.codecs.CodecRegistry;
import io.atoll.internal.objects.Fixture;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a codec does wrong is told as the codec's, by itself and deep in a graph; and it ends no JVM. */
class WrongCodecsTest {
    private static final String CODEC = "codec " + CurveCodec.class.getName() + ", ";
    private static final String WRITING = CODEC + "writing a " + Curve.class.getName() + ", ";
    private static final String READING = CODEC + "reading a " + Curve.class.getName() + ", ";

    private final Fixture fixture = new Fixture();

    @AfterEach
    void close() {
        CodecRegistry.unregister(Curve.class);
        fixture.close();
    }

    private static final class Curve {
        private final Thread owner = Thread.currentThread(); // what no codec would be needed for is not blamed
        private final Object link;

        Curve(Object link) {
            this.link = link;
        }
    }

    private record Holder(String name, Curve curve) {}

    private interface Writing {
        void write(Curve value, CodecOutput out) throws Exception;
    }

    /** Does what a test says. */
    private static final class CurveCodec implements Codec<Curve> {
        private static Writing writing;
        private static Function<CodecInput, Object> reading;

        @Override
        public void write(Curve value, CodecOutput out) {
            try {
                writing.write(value, out);
            } catch (Exception e) {
                CurveCodec.<RuntimeException>sneak(e);
            }
        }

        @SuppressWarnings("unchecked")
        private static <E extends Exception> void sneak(Exception e) throws E {
            throw (E) e;
        }

        @Override
        @SuppressWarnings({"unchecked", "rawtypes"})
        public Curve read(CodecInput in) {
            return (Curve) ((Function) reading).apply(in);
        }
    }

    /** As a raw type lets one be. */
    @SuppressWarnings("rawtypes")
    private static final class Raw implements Codec {
        @Override
        public void write(Object value, CodecOutput out) {}

        @Override
        public Object read(CodecInput in) {
            return "a string";
        }
    }

    private static void codec(Writing writing, Function<CodecInput, Object> reading) {
        CurveCodec.writing = writing;
        CurveCodec.reading = reading;
        Codecs.register(Curve.class, new CurveCodec());
    }

    private void refused(Writing writing, String... why) {
        codec(writing, in -> null);
        long objects = fixture.objects();
        for (Object value : List.of(new Curve(null), new Holder("h", new Curve(null)), List.of(1, new Curve(null)))) {
            assertThatThrownBy(() -> fixture.codec.put(value))
                    .isExactlyInstanceOf(UnserializableException.class)
                    .satisfies(e -> assertThat(e.getMessage()).contains(why).doesNotContain("owner"));
        }
        assertThat(fixture.objects()).isEqualTo(objects);
    }

    private void misread(Writing writing, Function<CodecInput, Object> reading, String... why) {
        codec(writing, reading);
        unreadable(why);
    }

    private void unreadable(String... why) {
        for (Object value : List.of(new Curve(null), new Holder("h", new Curve(null)), List.of(1, new Curve(null)))) {
            ObjectId id = fixture.codec.put(value);
            ThrowingCallable get = () -> fixture.codec.get(id, Duration.ZERO);
            assertThatThrownBy(get)
                    .isExactlyInstanceOf(StoreException.class)
                    .satisfies(e -> assertThat(e.getMessage()).contains(why).doesNotContain("damaged"));
            fixture.store.dereference(id);
        }
    }

    @Test
    void shouldNotLetNullReachMemory() {
        refused((value, out) -> out.writeString(null), WRITING, "writeString: the String is null", "writeObject");
    }

    @Test
    void shouldTellWhatWriteThrows() {
        refused(
                (value, out) -> {
                    throw new IllegalStateException("boom");
                },
                WRITING,
                "threw: java.lang.IllegalStateException: boom");
        refused(
                (value, out) -> {
                    throw new IOException("not declared");
                },
                WRITING,
                "java.io.IOException: not declared");
        refused(
                (value, out) -> {
                    throw new AssertionError("never");
                },
                WRITING,
                "java.lang.AssertionError: never");
    }

    @Test
    void shouldBlameWhatACodecWritesForItself() {
        refused((value, out) -> out.writeObject(new Thread()), "java.lang.Thread cannot be stored: the JDK does not");
    }

    @Test
    void shouldTellWhatReadThrows() {
        misread(
                (value, out) -> out.writeInt(1),
                in -> {
                    throw new IllegalStateException("boom " + in.readInt());
                },
                READING + "threw java.lang.IllegalStateException: boom 1");
    }

    @Test
    void shouldTellWhatIsReadOtherwiseThanItWasWritten() {
        misread(
                (value, out) -> out.writeLong(-1),
                CodecInput::readString,
                READING + "reads a String as item 1, where it wrote a long");
        misread(
                (value, out) -> out.writeBoolean(true),
                in -> in.readBoolean() ? in.readObject() : null,
                READING + "reads an object as item 2, where it wrote no more");
        misread(
                (value, out) -> {
                    out.writeDouble(1);
                    out.writeObject(null);
                },
                in -> new Curve(in.readDouble()),
                READING + "reads no more as item 2, where it wrote an object");
    }

    @Test
    void shouldCheckWhatReadGives() {
        misread((value, out) -> {}, in -> null, READING + "gave null", "it must give a " + Curve.class.getName());
        @SuppressWarnings("unchecked")
        Codec<Curve> raw = new Raw();
        Codecs.register(Curve.class, raw);
        unreadable("codec " + Raw.class.getName() + ", reading", "gave a java.lang.String: it must give a ");
    }

    @Test
    void shouldStoreCodedValuesInsideEachOtherAsDeepAsOthers() {
        codec((value, out) -> out.writeObject(value.link), in -> new Curve(in.readObject()));
        Curve deep = null;
        for (int i = 0; i < 5000; ++i) {
            deep = new Curve(deep);
        }
        Curve read = (Curve) fixture.roundTrip(deep);
        int depth = 0;
        for (; read != null; read = (Curve) read.link) {
            ++depth;
        }
        assertThat(depth).isEqualTo(5000);
        assertThat(new Curve(null).owner).isNotNull();
    }
}
