package io.atoll.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectRef;
import io.atoll.StoreException;
import io.atoll.internal.codecs.AllowList;
import io.atoll.internal.codecs.CodecRegistry;
import io.atoll.internal.graph.GraphTest;
import io.atoll.internal.objects.Fixture;
import io.atoll.objects.StoredForm;
import io.atoll.table.Table;
import io.atoll.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.MappedByteBuffer;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodecsTest {
    private final Fixture fixture = new Fixture();

    @AfterEach
    void close() {
        System.clearProperty(AllowList.PROPERTY);
        CodecRegistry.unregister(Signal.class);
        CodecRegistry.unregister(InputStream.class); // elsewhere one is refused
        fixture.close();
    }

    /** Nothing that could be stored as it is. */
    static final class Signal {
        private final Thread owner = Thread.currentThread();
        private final String name;
        private final double[] samples;
        private final Object link;

        Signal(String name, double[] samples, Object link) {
            this.name = name;
            this.samples = samples;
            this.link = link;
        }
    }

    static final class SignalCodec implements Codec<Signal> {
        @Override
        public void write(Signal value, CodecOutput out) {
            out.writeString(value.name);
            out.writeInt(value.samples.length);
            out.writeObject(value.samples);
            out.writeObject(value.link);
        }

        @Override
        public Signal read(CodecInput in) {
            String name = in.readString();
            int length = in.readInt();
            double[] samples = (double[]) in.readObject();
            assertThat(samples).hasSize(length);
            return new Signal(name, samples, in.readObject());
        }
    }

    @Test
    void shouldStoreByACodecAndLiftItsBuffers() {
        Codecs.register(Signal.class, new SignalCodec());
        double[] samples = new double[1000];
        samples[999] = 5;
        List<Object> shared = new ArrayList<>(List.of(1));
        Object value = List.of(new Signal("a", samples, shared), shared, samples);
        List<?> read = (List<?>) fixture.roundTrip(value);
        Signal signal = (Signal) read.get(0);

        assertThat(signal.name).isEqualTo("a");
        assertThat(signal.samples).isEqualTo(samples).isSameAs(read.get(2));
        assertThat(signal.link).isSameAs(read.get(1));
        assertThat(signal.owner).isSameAs(Thread.currentThread());
        StoredForm explanation = StoredForm.of(value);
        assertThat(explanation.bytesInBuffers()).isEqualTo(8000);
        assertThat(explanation.fallbacks())
                .containsExactly(Signal.class.getName() + " goes through the codec " + SignalCodec.class.getName());
    }

    static final class BytesCodec implements Codec<InputStream> {
        @Override
        public void write(InputStream value, CodecOutput out) {
            out.writeBoolean(true);
            out.writeLong(3);
            out.writeDouble(0.5);
        }

        @Override
        public InputStream read(CodecInput in) {
            return in.readBoolean() && in.readLong() == 3 && in.readDouble() == 0.5
                    ? new ByteArrayInputStream(new byte[3])
                    : null;
        }
    }

    @Test
    void shouldUseACodecForSubtypesToo() throws Exception {
        Codecs.register(InputStream.class, new BytesCodec());
        InputStream read = (InputStream) fixture.roundTrip(new ByteArrayInputStream(new byte[0]));
        assertThat(read.available()).isEqualTo(3);
    }

    @Test
    void shouldRefuseCodecsThatWorkersCannotMake() {
        class Local implements Codec<Signal> {
            @Override
            public void write(Signal value, CodecOutput out) {}

            @Override
            public Signal read(CodecInput in) {
                return (Signal) fixtureOf(this);
            }

            private Object fixtureOf(Object any) {
                return fixture == any ? any : null;
            }
        }
        assertThatThrownBy(() -> Codecs.register(Signal.class, new Local()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("constructor without arguments");
        assertThatThrownBy(() -> Codecs.register(Tensor.class, null)).isInstanceOf(NullPointerException.class);
    }

    /** Stands for a codec of any type that is asked what it would never be asked. */
    static final class NeverAsked implements Codec<Object> {
        @Override
        public void write(Object value, CodecOutput out) {
            out.writeLong(1);
        }

        @Override
        public Object read(CodecInput in) {
            throw new AssertionError("it was asked");
        }
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                Object.class,
                String.class,
                Integer.class,
                Long.class,
                Double.class,
                Boolean.class,
                Float.class,
                Short.class,
                Byte.class,
                Character.class,
                Void.class,
                int.class,
                int[].class,
                String[].class,
                ByteBuffer.class,
                DoubleBuffer.class,
                MappedByteBuffer.class,
                Buffer.class,
                ObjectRef.class,
                Tensor.class,
                Table.class,
                VectorSchemaRoot.class,
                FieldVector.class
            })
    void shouldRefuseACodecThatWouldNotBeAsked(Class<?> type) {
        assertThatThrownBy(() -> Codecs.register(type, new NeverAsked()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(type.getName());
    }

    /** A day later, so that one sees who stored it. */
    static final class LateCodec implements Codec<LocalDate> {
        @Override
        public void write(LocalDate value, CodecOutput out) {
            out.writeLong(value.toEpochDay() + 1);
        }

        @Override
        public LocalDate read(CodecInput in) {
            return LocalDate.ofEpochDay(in.readLong());
        }
    }

    static final class ReversingCodec implements Codec<ArrayList<Object>> {
        @Override
        public void write(ArrayList<Object> value, CodecOutput out) {
            out.writeObject(value.toArray());
        }

        @Override
        public ArrayList<Object> read(CodecInput in) {
            ArrayList<Object> read = new ArrayList<>(Arrays.asList((Object[]) in.readObject()));
            Collections.reverse(read);
            return read;
        }
    }

    record Dated(LocalDate date, String text) {}

    @Test
    @SuppressWarnings({"unchecked", "rawtypes"})
    void shouldStoreTypesOfTheJdkByTheirCodecsWhereverTheyAre() {
        LocalDate date = LocalDate.of(2024, 2, 28);
        LocalDate next = date.plusDays(1);
        assertThat(fixture.roundTrip(date)).isEqualTo(date);
        Codecs.register(LocalDate.class, new LateCodec());
        try {
            assertThat(fixture.roundTrip(date)).isEqualTo(next);
            assertThat(fixture.roundTrip(List.of(date, "x"))).isEqualTo(List.of(next, "x"));
            assertThat(fixture.roundTrip(new Dated(date, "x"))).isEqualTo(new Dated(next, "x"));
            assertThat(fixture.roundTrip(new LocalDate[] {date})).isEqualTo(new LocalDate[] {next});
        } finally {
            CodecRegistry.unregister(LocalDate.class);
        }
        Codecs.register((Class) ArrayList.class, new ReversingCodec());
        try {
            assertThat(fixture.roundTrip(new ArrayList<>(List.of(1, 2)))).isEqualTo(List.of(2, 1));
            assertThat(fixture.roundTrip(Map.of(1, new ArrayList<>(List.of(1, 2)))))
                    .isEqualTo(Map.of(1, List.of(2, 1)));
        } finally {
            CodecRegistry.unregister(ArrayList.class);
        }
        assertThat(fixture.roundTrip(List.of(date))).isEqualTo(List.of(date));
    }

    @Test
    void shouldNameWhatIsNull() {
        assertThatThrownBy(() -> Codecs.register(null, new NeverAsked()))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("type");
        assertThatThrownBy(() -> Codecs.register(Signal.class, null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("codec");
    }

    @Test
    void shouldReadOnlyAllowedClassesWhenTheyAreSet() {
        System.setProperty(AllowList.PROPERTY, "com.acme.*, " + GraphTest.class.getName());
        assertThat(fixture.roundTrip(List.of("x", 1))).isEqualTo(List.of("x", 1));
        AllowList list = AllowList.current();
        assertThat(list.allows("com.acme.Order")).isTrue();
        assertThat(list.allows("[Lcom.acme.Order;")).isTrue();
        assertThat(list.allows("[[I")).isTrue();
        assertThat(list.allows(GraphTest.class.getName())).isTrue();
        assertThat(list.allows("com.evil.Gadget")).isFalse();
        assertThat(list.allows("[Lcom.evil.Gadget;")).isFalse();
        assertThat(list.allows("com.acmes.Order")).isFalse();
    }

    @Test
    void shouldRefuseAClassThatIsNotAllowed() {
        Object value = List.of(org.assertj.core.data.Offset.offset(1));
        io.atoll.ObjectId id = fixture.codec.put(value);
        System.setProperty(AllowList.PROPERTY, "com.acme.*");
        assertThatThrownBy(() -> fixture.codec.get(id, java.time.Duration.ZERO))
                .isInstanceOf(StoreException.class)
                .hasStackTraceContaining("org.assertj.core.data.Offset");
        assertThatThrownBy(() -> fixture.codec.put(value)).isInstanceOf(io.atoll.UnserializableException.class);
        fixture.store.dereference(id);
    }

    @Test
    void shouldExplainHowValuesAreStored() {
        assertThat(StoredForm.of(5))
                .hasToString("Integer: 4 bytes in line, 0 bytes in 0 buffers; a get copies 4 bytes");
        assertThat(StoredForm.of(new double[10]).bytesCopiedByGet()).isEqualTo(80);
        StoredForm tensor = StoredForm.of(Tensor.of(new double[100]));
        assertThat(tensor.kind()).isEqualTo("Arrow tensor");
        assertThat(tensor.bytesCopiedByGet()).isZero();
        StoredForm graph =
                StoredForm.of(List.of(new int[1000], DoubleBuffer.allocate(10), new Random(), new Exception("x")));
        assertThat(graph.bytesInBuffers()).isEqualTo(4080);
        assertThat(graph.buffers()).isEqualTo(2);
        assertThat(graph.bytesCopiedByGet()).isEqualTo(graph.bytesInLine() + 4000);
        assertThat(graph.fallbacks())
                .containsExactly(
                        "java.lang.Exception is written field by field, with its stack trace",
                        "java.util.Random goes through Java serialization");
    }
}
