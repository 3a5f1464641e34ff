package io.atoll.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.store.testkit.InMemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Records come back with what is in their fields, whatever their accessors and constructors look like. */
class RecordsTest {
    private InMemoryStore store;
    private ObjectCodec codec;

    @BeforeEach
    void open() {
        store = InMemoryStore.create(1 << 20);
        codec = new ObjectCodec(store, id -> null);
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** In a graph: a record of simple shape is none by itself. */
    private static final class Held<T> {
        private final T record;

        Held(T record) {
            this.record = record;
        }
    }

    @SuppressWarnings("unchecked")
    private <T> T trip(T value) {
        Object alone = codec.get(codec.put(value), Duration.ZERO);
        T held = ((Held<T>) codec.get(codec.put(new Held<>(value)), Duration.ZERO)).record;
        assertThat(alone).usingRecursiveComparison().isEqualTo(held);
        return held;
    }

    public record Objects(String head, Object... rest) {}

    record Ints(int... numbers) {}

    record Nested(Object[]... arrays) {}

    public record Shifted(
            byte b, short s, char c, int i, long l, float f, double d, boolean z, String text, List<Object> list) {
        public byte b() {
            return (byte) (b + 1);
        }

        public short s() {
            return (short) (s + 1);
        }

        public char c() {
            return (char) (c + 1);
        }

        public int i() {
            return i + 1;
        }

        public long l() {
            return l + 1;
        }

        public float f() {
            return f + 1;
        }

        public double d() {
            return d + 1;
        }

        public boolean z() {
            return !z;
        }

        public String text() {
            throw new IllegalStateException("not to be asked");
        }

        public List<Object> list() {
            return List.copyOf(list);
        }
    }

    record Checked(int positive) {
        Checked {
            if (positive < 0) {
                throw new IllegalArgumentException("negative: " + positive);
            }
        }
    }

    private record Shared(int[] numbers, List<int[]> again) {
        @Override
        public int[] numbers() {
            return numbers.clone();
        }
    }

    @Test
    void shouldKeepRecordsOfVariableArity() {
        for (Object[] rest : new Object[][] {{}, {1, "x"}, {null}, {new Object[] {2}}}) {
            Objects back = trip(new Objects("h", rest));
            assertThat(back.head()).isEqualTo("h");
            assertThat(back.rest()).isEqualTo(rest);
        }
        assertThat(trip(new Objects("h", (Object[]) null)).rest()).isNull();
        assertThat(trip(new Ints(1, 2)).numbers()).containsExactly(1, 2);
        assertThat(trip(new Ints()).numbers()).isEmpty();
        Object[][] arrays = {{1}, {"two", 3}};
        assertThat(trip(new Nested(arrays)).arrays()).isDeepEqualTo(arrays);
    }

    @Test
    void shouldKeepWhatIsInTheFieldsWhateverTheAccessorsSay() {
        for (byte b : new byte[] {Byte.MIN_VALUE, -1, 0, 1, Byte.MAX_VALUE}) {
            Shifted value =
                    new Shifted(b, (short) -3, 'x', -5, Long.MIN_VALUE, 0.5f, -0.0, true, null, new ArrayList<>());
            assertThat(trip(value)).usingRecursiveComparison().isEqualTo(value);
            assertThat(trip(value).b()).isEqualTo((byte) (b + 1));
            assertThat(trip(value).z()).isFalse();
            assertThat(trip(value).i()).isEqualTo(-4);
        }
        int[] numbers = {1, 2};
        Shared back = trip(new Shared(numbers, List.of(numbers)));
        assertThat(back.again().get(0)).isSameAs(back.numbers);
    }

    @Test
    void shouldMakeARecordByItsConstructor() {
        assertThat(trip(new Checked(3))).isEqualTo(new Checked(3));
        assertThatThrownBy(() -> new Checked(-1)).isInstanceOf(IllegalArgumentException.class);
    }
}
