package io.atoll.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.atoll.ObjectId;
import io.atoll.internal.objects.Fixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** No number becomes another one in silence. */
class TensorNumbersTest {
    private static final Map<Object, Set<DType>> TYPES_OF_ARRAYS = Map.of(
            new byte[1], Set.of(DType.INT8, DType.UINT8),
            new boolean[1], Set.of(DType.BOOL),
            new short[1], Set.of(DType.INT16, DType.UINT16, DType.FLOAT16),
            new char[1], Set.of(DType.UINT16, DType.FLOAT16),
            new int[1], Set.of(DType.INT32, DType.UINT32),
            new long[1], Set.of(DType.INT64, DType.UINT64),
            new float[2], Set.of(DType.FLOAT32, DType.COMPLEX64),
            new double[2], Set.of(DType.FLOAT64, DType.COMPLEX128));

    @Test
    void shouldTakeFromAnArrayWhatItsElementsAre() {
        List<String> wrong = new ArrayList<>();
        TYPES_OF_ARRAYS.forEach((array, types) -> {
            for (DType type : DType.values()) {
                boolean isTaken = true;
                try {
                    Tensor.of(type, array).close();
                } catch (IllegalArgumentException e) {
                    isTaken = false;
                    assertThat(e)
                            .hasMessageContaining(type.name())
                            .hasMessageContaining(array.getClass().getSimpleName());
                }
                if (isTaken != types.contains(type)) {
                    wrong.add(
                            type + " of " + array.getClass().getSimpleName() + (isTaken ? " is taken" : " is refused"));
                }
            }
        });
        assertThat(wrong).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.of(DType.FLOAT64, new long[] {1}))
                .withMessageContaining("long[]")
                .withMessageContaining("double[]");
    }

    private record Range(DType type, double least, double most) {}

    private static final List<Range> RANGES = List.of(
            new Range(DType.INT8, -128, 127),
            new Range(DType.INT16, -32768, 32767),
            new Range(DType.INT32, Integer.MIN_VALUE, Integer.MAX_VALUE),
            new Range(DType.INT64, -0x1p63, Math.nextDown(0x1p63)),
            new Range(DType.UINT8, 0, 255),
            new Range(DType.UINT16, 0, 65535),
            new Range(DType.UINT32, 0, 4294967295.0),
            new Range(DType.UINT64, 0, Math.nextDown(0x1p64)));

    @Test
    void shouldSetTheWholeRangeOfAnIntegerAndNothingBeyondIt() {
        try (Fixture fixture = new Fixture()) {
            for (Range range : RANGES) {
                try (WritableTensor tensor =
                        TensorWriter.begin(range.type, new long[] {2}, fixture.place(Duration.ofSeconds(1)))) {
                    tensor.setDouble(range.least, 0);
                    tensor.setDouble(range.most, 1);
                    for (double beyond : new double[] {
                        Math.nextDown(range.least) - 0.6, Math.nextUp(range.most) + 0.6, 1e300, Double.NaN
                    }) {
                        assertThatIllegalArgumentException()
                                .isThrownBy(() -> tensor.setDouble(beyond, 0))
                                .withMessageContaining(range.type.name())
                                .withMessageContaining(Double.toString(Math.rint(beyond)));
                    }
                    if (range.type.bytes() < 8) {
                        tensor.setLong((long) range.least, 0);
                        tensor.setLong((long) range.most, 1);
                        for (long beyond : new long[] {(long) range.least - 1, (long) range.most + 1, Long.MIN_VALUE}) {
                            assertThatIllegalArgumentException()
                                    .isThrownBy(() -> tensor.setLong(beyond, 0))
                                    .withMessageContaining(Long.toString(beyond));
                        }
                    }
                    ObjectId id = tensor.seal().id();
                    try (Tensor stored = (Tensor) fixture.codec.get(id, Duration.ZERO)) {
                        assertThat(Arrays.asList(stored.getDouble(0), stored.getDouble(1)))
                                .as(range.toString())
                                .containsExactly(range.least, range.most);
                    }
                    fixture.store.dereference(id);
                }
            }
        }
    }

    @Test
    void shouldSetAllBitsOfAnUnsignedLongAndBooleansByAnyNumber() {
        try (Fixture fixture = new Fixture();
                WritableTensor longs =
                        TensorWriter.begin(DType.UINT64, new long[] {1}, fixture.place(Duration.ofSeconds(1)));
                WritableTensor booleans =
                        TensorWriter.begin(DType.BOOL, new long[] {2}, fixture.place(Duration.ofSeconds(1)))) {
            longs.setLong(-1, 0);
            booleans.setDouble(1e300, 0);
            booleans.setLong(0, 1);
            assertThatIllegalArgumentException().isThrownBy(() -> booleans.setDouble(Double.NaN, 0));
            ObjectId ofLongs = longs.seal().id();
            ObjectId ofBooleans = booleans.seal().id();
            try (Tensor stored = (Tensor) fixture.codec.get(ofLongs, Duration.ZERO);
                    Tensor bits = (Tensor) fixture.codec.get(ofBooleans, Duration.ZERO)) {
                assertThat(stored.as(long[].class)).containsExactly(-1);
                assertThat(bits.as(boolean[].class)).containsExactly(true, false);
            }
            fixture.store.dereference(ofLongs);
            fixture.store.dereference(ofBooleans);
        }
    }
}
