package io.atoll.internal.plain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.StoreException;
import io.atoll.codec.Codec;
import io.atoll.codec.CodecInput;
import io.atoll.codec.CodecOutput;
import io.atoll.codec.Codecs;
import io.atoll.internal.codecs.AllowList;
import io.atoll.internal.codecs.CodecRegistry;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.objects.Fixture;
import io.atoll.internal.store.Memory;
import io.atoll.spi.Refs;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which values are of simple shape, and that they come back as a graph would bring them back. */
class PlainTest {
    enum Unit {
        METRE {
            @Override
            int factor() {
                return 1;
            }
        },
        MILE {
            @Override
            int factor() {
                return 1609;
            }
        };

        abstract int factor();
    }

    interface Shape {
        default String name() {
            return getClass().getSimpleName();
        }
    }

    record Square<T extends Comparable<T>>(T side, Unit unit) implements Shape {}

    record Row(byte b, short s, char c, int i, long l, float f, double d, boolean z, Object any) {}

    record Replaced(int number) implements Serializable {
        private Object writeReplace() {
            return "replaced " + number;
        }
    }

    record Strict(List<Object> list) {
        Strict {
            list = List.copyOf(list);
        }
    }

    private static final class Names extends ArrayList<String> {
        private static final long serialVersionUID = 1;
    }

    private static final class Opaque {
        private final Object content;

        Opaque(Object content) {
            this.content = content;
        }
    }

    static final class StrictCodec implements Codec<Strict> {
        @Override
        public void write(Strict value, CodecOutput out) {
            out.writeInt(value.list().size());
        }

        @Override
        public Strict read(CodecInput in) {
            return new Strict(Collections.nCopies(in.readInt(), "by codec"));
        }
    }

    private final Fixture fixture = new Fixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private int kind(Object value) {
        return Kind.of(fixture.codec.encode(value).tag());
    }

    @SuppressWarnings("unchecked")
    private <T> T trip(T value) {
        assertThat(kind(value)).isEqualTo(Kind.PLAIN);
        return (T) fixture.roundTrip(value);
    }

    private byte[] bytes(Object value) {
        Encoded encoded = fixture.codec.encode(value);
        assertThat(Kind.of(encoded.tag())).isEqualTo(Kind.PLAIN);
        ByteBuffer direct = ByteBuffer.allocateDirect((int) encoded.size());
        encoded.writeTo(Memory.addressOf(direct));
        byte[] bytes = new byte[direct.remaining()];
        direct.get(bytes);
        return bytes;
    }

    private Object read(byte[] bytes) {
        return fixture.codec.decode(Kind.tag(Kind.PLAIN, 0), ByteBuffer.wrap(bytes));
    }

    @Test
    void shouldKeepRecordsOfEverything() {
        Row row = new Row(
                Byte.MIN_VALUE,
                Short.MIN_VALUE,
                '\uffff',
                Integer.MIN_VALUE,
                Long.MIN_VALUE,
                Float.MIN_VALUE,
                -0.0,
                true,
                new Object[] {"\ud800", "\u00ff\u0100", Long.MAX_VALUE, Integer.MAX_VALUE, -1, new int[][] {{1}, {}}});
        Row back = trip(row);
        assertThat(back).usingRecursiveComparison().isEqualTo(row);
        assertThat(Arrays.deepEquals((Object[]) back.any(), (Object[]) row.any()))
                .isTrue();
        Shape shape = trip(new Square<>("a", Unit.MILE));
        assertThat(shape).isEqualTo(new Square<>("a", Unit.MILE));
        assertThat(((Square<?>) shape).unit().factor()).isEqualTo(1609);
        Shape[] shapes = {new Square<>(1, Unit.METRE), null, shape};
        assertThat(trip(shapes)).isEqualTo(shapes).isInstanceOf(Shape[].class);
    }

    @Test
    void shouldKeepWhatCanBeChangedAndWhatCannot() {
        assertThatThrownBy(() -> trip(List.of(1, 2, 3)).add(4)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> trip(Map.of(1, 2)).put(4, 5)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> trip(Set.of(1, 2)).add(4)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> trip(Arrays.asList(1, 2)).add(4)).isInstanceOf(UnsupportedOperationException.class);
        trip(Arrays.asList(1, 2)).set(0, 4);
        trip(new ArrayList<>(List.of(1))).add(2);
        assertThat(trip(Stream.of(1, null).toList())).containsExactly(1, null).isUnmodifiable();
        assertThatThrownBy(() -> List.of().contains(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> trip(List.of(1)).contains(null)).isInstanceOf(NullPointerException.class);
        assertThat(trip(Stream.of(1, 2, 3).toList()).contains(null)).isFalse();
        assertThat(trip(Arrays.asList("x")).toArray()).isInstanceOf(Object[].class);
    }

    @Test
    void shouldKeepOrder() {
        Map<String, Integer> inserted = new LinkedHashMap<>();
        IntStream.range(0, 100).forEach(i -> inserted.put("k" + (i * 37 % 100), i));
        assertThat(trip(inserted).entrySet()).containsExactlyElementsOf(inserted.entrySet());
        assertThat(new ArrayList<>(trip(new TreeMap<>(inserted)).keySet())).isSorted();
        Map<Object, Object> byAccess = new LinkedHashMap<>(16, 0.75f, true);
        byAccess.put(1, 2);
        assertThat(kind(byAccess)).isEqualTo(Kind.GRAPH);
        TreeMap<String, Integer> ordered = new TreeMap<>(Comparator.reverseOrder());
        ordered.putAll(Map.of("a", 1, "b", 2));
        assertThat(kind(ordered)).isEqualTo(Kind.GRAPH);
        assertThat(((Map<?, ?>) fixture.roundTrip(ordered)).keySet().toString()).isEqualTo("[b, a]");
    }

    @Test
    void shouldKeepWhatIsOneObject() {
        Square<Integer> square = new Square<>(1, Unit.METRE);
        List<Object> inner = new ArrayList<>(List.of(square));
        List<Object> back = trip(List.of(inner, square, inner, new Object[] {square}));
        assertThat(back.get(2)).isSameAs(back.get(0));
        assertThat(((List<?>) back.get(0)).get(0)).isSameAs(back.get(1)).isSameAs(((Object[]) back.get(3))[0]);
        List<Object> many = new ArrayList<>();
        IntStream.range(0, 1000).forEach(i -> many.add(new Square<>(i % 7, Unit.METRE)));
        many.addAll(new ArrayList<>(many));
        List<Object> again = trip(many);
        IntStream.range(0, 1000).forEach(i -> assertThat(again.get(i)).isSameAs(again.get(1000 + i)));
        assertThat(again.get(0)).isNotSameAs(again.get(7));
    }

    @Test
    void shouldLeaveToGraphsWhatIsNoTree() {
        List<Object> cycle = new ArrayList<>();
        cycle.add(new Object[] {cycle});
        assertThat(kind(cycle)).isEqualTo(Kind.GRAPH);
        List<?> back = (List<?>) fixture.roundTrip(cycle);
        assertThat(((Object[]) back.get(0))[0]).isSameAs(back);
        Object deep = "deep";
        for (int i = 0; i < PlainWriter.MOST_DEPTH; i++) {
            deep = List.of(deep);
        }
        assertThat(trip(deep)).isEqualTo(deep);
        Object deeper = List.of(deep);
        assertThat(kind(deeper)).isEqualTo(Kind.GRAPH);
        assertThat(fixture.roundTrip(deeper)).isEqualTo(deeper);
    }

    @Test
    void shouldLeaveToGraphsWhatHasMore() {
        assertThat(kind(List.of(new Opaque(1)))).isEqualTo(Kind.GRAPH);
        assertThat(kind(new Replaced(3))).isEqualTo(Kind.GRAPH);
        assertThat(fixture.roundTrip(new Replaced(3))).isEqualTo("replaced 3");
        assertThat(kind(List.of(new double[128]))).isEqualTo(Kind.GRAPH); // has a buffer of its own
        assertThat(kind(List.of(new double[127]))).isEqualTo(Kind.PLAIN);
        assertThat(kind(new Names())).isEqualTo(Kind.GRAPH);
        assertThat(kind(Optional.of(new Random(1)))).isEqualTo(Kind.GRAPH);
        assertThat(kind(Set.of(ZoneId.of("Europe/Berlin"), ZonedDateTime.now())))
                .isEqualTo(Kind.PLAIN);
        assertThat(((Opaque) ((List<?>) fixture.roundTrip(List.of(new Opaque(1)))).get(0)).content)
                .isEqualTo(1);
    }

    @Test
    void shouldHoldTheRefsInIt() {
        ObjectId id = fixture.codec.put("held");
        ObjectRef<?> ref = Refs.make(id, fixture.noRuntime(), () -> {});
        assertThat(fixture.codec.encode(List.of(ref, Map.of("again", ref))).contained())
                .containsExactly(id);
        ObjectId outer = fixture.codec.put(List.of(ref, Map.of("again", ref)));
        fixture.store.dereference(id);
        List<?> back = (List<?>) fixture.codec.get(outer, java.time.Duration.ZERO);
        assertThat(((ObjectRef<?>) back.get(0)).id()).isEqualTo(id);
        assertThat(((Map<?, ?>) back.get(1)).get("again")).isSameAs(back.get(0));
        assertThat(fixture.codec.get(id, java.time.Duration.ZERO)).isEqualTo("held");
        fixture.store.dereference(id); // as the ref that was read would
        fixture.store.dereference(outer);
    }

    @Test
    void shouldTakeACodecWhereThereIsOne() {
        assertThat(kind(List.of(new Strict(List.of(1))))).isEqualTo(Kind.PLAIN);
        Codecs.register(Strict.class, new StrictCodec());
        try {
            List<Strict> list = List.of(new Strict(List.of(1)));
            assertThat(kind(list)).isEqualTo(Kind.GRAPH);
            assertThat(fixture.roundTrip(list)).isEqualTo(List.of(new Strict(List.of("by codec"))));
        } finally {
            CodecRegistry.unregister(Strict.class);
        }
        assertThat(kind(List.of(new Strict(List.of(1))))).isEqualTo(Kind.PLAIN);
    }

    @Test
    void shouldMakeNoClassThatIsNotAllowed() {
        byte[] stored = bytes(List.of(new Strict(List.of(1))));
        System.setProperty(AllowList.PROPERTY, "com.acme.*");
        try {
            assertThat(read(stored)).isEqualTo(List.of(new Strict(List.of(1)))); // ours are
            byte[] other = bytes(List.of(new com.acme.Gadgets.Plain(1)));
            System.setProperty(AllowList.PROPERTY, "com.other.*");
            assertThatThrownBy(() -> read(other))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("is not on the list of allowed classes");
        } finally {
            System.clearProperty(AllowList.PROPERTY);
        }
    }

    @Test
    void shouldSayThatARecordHasChanged() {
        byte[] stored = bytes(new Square<>(1, Unit.METRE));
        String text = new String(stored, java.nio.charset.StandardCharsets.ISO_8859_1);
        int hash = text.indexOf("$Square") + "$Square".length();
        stored[hash]++;
        assertThatThrownBy(() -> read(stored))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("has other components here than where it was written");
    }

    @Test
    void shouldEndDamagedBytesInAnExceptionOfOurs() {
        Map<Object, Object> map = new HashMap<>(Map.of("k", List.of(1, 2L, 3.0), "\u20ac", Set.of('c')));
        Row row = new Row((byte) 1, (short) 2, 'c', 4, 5, 6, 7, true, new Object[] {map, Unit.METRE, map});
        byte[] whole = bytes(List.of(row, row, ZonedDateTime.now(), Optional.of(1), new TreeMap<>(Map.of(1, 2))));
        Random random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = Arrays.copyOf(whole, random.nextInt(8) == 0 ? random.nextInt(whole.length) : whole.length);
            for (int changes = random.nextInt(4); changes >= 0 && damaged.length > 0; changes--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                read(damaged);
            } catch (StoreException e) {
                assertThat(e.getMessage()).containsAnyOf(" is damaged: ", " cannot be read here: ");
            }
        }
    }
}
