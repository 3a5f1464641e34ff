package io.atoll.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.internal.objects.Fixture;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Tensors and all views of them against a model: elements by number, in a list in row-major order. */
class TensorPropertyTest {
    /** What a tensor shows: which elements of its bytes, and in what shape. */
    private record Model(DType type, byte[] bytes, long[] shape, int[] elements) {
        static Model of(DType type, long[] shape, Random random) {
            int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
            byte[] bytes = new byte[count * type.bytes()];
            random.nextBytes(bytes);
            for (int i = 0; type == DType.BOOL && i < bytes.length; i++) {
                bytes[i] &= 1;
            }
            return new Model(type, bytes, shape, IntStream.range(0, count).toArray());
        }

        /** Elements whose index passes, by another shape. */
        private Model pick(long[] newShape, java.util.function.Function<long[], long[]> indexHere) {
            int count = (int) Arrays.stream(newShape).reduce(1, (a, b) -> a * b);
            int[] picked = new int[count];
            long[] index = new long[newShape.length];
            for (int i = 0; i < count; i++) {
                long[] here = indexHere.apply(index);
                int at = 0;
                for (int axis = 0; axis < shape.length; axis++) {
                    at = (int) (at * shape[axis] + here[axis]);
                }
                picked[i] = elements[at];
                for (int axis = newShape.length - 1; axis >= 0 && ++index[axis] == newShape[axis]; axis--) {
                    index[axis] = 0;
                }
            }
            return new Model(type, bytes, newShape, picked);
        }

        Model slice(int axis, long from, long to, long step) {
            long[] newShape = shape.clone();
            newShape[axis] = to == from ? 0 : (to - from - 1) / step + 1;
            return pick(newShape, index -> with(index, axis, from + index[axis] * step));
        }

        Model reverse(int axis) {
            return pick(shape, index -> with(index, axis, shape[axis] - 1 - index[axis]));
        }

        Model select(int axis, long at) {
            return pick(Strides.without(shape, axis), index -> {
                long[] here = new long[shape.length];
                for (int i = 0; i < here.length; i++) {
                    here[i] = i < axis ? index[i] : i == axis ? at : index[i - 1];
                }
                return here;
            });
        }

        Model transpose(int[] axes) {
            long[] newShape = Arrays.stream(axes).mapToLong(axis -> shape[axis]).toArray();
            return pick(newShape, index -> {
                long[] here = new long[shape.length];
                for (int i = 0; i < axes.length; i++) {
                    here[axes[i]] = index[i];
                }
                return here;
            });
        }

        Model reshape(long[] newShape) {
            return new Model(type, bytes, newShape, elements);
        }

        private static long[] with(long[] index, int axis, long value) {
            long[] changed = index.clone();
            changed[axis] = value;
            return changed;
        }

        void check(Tensor tensor) {
            assertThat(tensor.type()).isEqualTo(type);
            assertThat(tensor.shape()).isEqualTo(shape);
            assertThat(tensor.size()).isEqualTo(elements.length);
            ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
            long[] index = new long[shape.length];
            for (int element : elements) {
                int at = element * type.bytes();
                if (type.isComplex()) {
                    assertThat(tensor.getReal(index)).isEqualTo(number(type.part(), from, at));
                    assertThat(tensor.getImaginary(index))
                            .isEqualTo(
                                    number(type.part(), from, at + type.part().bytes()));
                } else {
                    assertThat(tensor.getDouble(index)).isEqualTo(number(type, from, at));
                }
                for (int axis = index.length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--) {
                    index[axis] = 0;
                }
            }
            if (tensor.isContiguous()) {
                byte[] shown = new byte[elements.length * type.bytes()];
                tensor.asByteBuffer().get(shown);
                byte[] expected = new byte[shown.length];
                for (int i = 0; i < elements.length; i++) {
                    System.arraycopy(bytes, elements[i] * type.bytes(), expected, i * type.bytes(), type.bytes());
                }
                assertThat(shown).isEqualTo(expected);
            }
        }

        private static Double number(DType type, ByteBuffer from, int at) {
            switch (type) {
                case INT8:
                case BOOL:
                    return (double) from.get(at);
                case UINT8:
                    return (double) Byte.toUnsignedInt(from.get(at));
                case INT16:
                    return (double) from.getShort(at);
                case UINT16:
                    return (double) Short.toUnsignedInt(from.getShort(at));
                case INT32:
                    return (double) from.getInt(at);
                case UINT32:
                    return (double) Integer.toUnsignedLong(from.getInt(at));
                case INT64:
                    return (double) from.getLong(at);
                case UINT64:
                    return new BigInteger(Long.toUnsignedString(from.getLong(at))).doubleValue();
                case FLOAT16:
                    return half(Short.toUnsignedInt(from.getShort(at)));
                case FLOAT32:
                    return (double) from.getFloat(at);
                case FLOAT64:
                    return (double) from.getDouble(at);
                default:
                    throw new AssertionError(type);
            }
        }

        private static double half(int bits) {
            int exponent = bits / 1024 % 32;
            double fraction = bits % 1024 / 1024.0;
            double sign = bits >= 32768 ? -1 : 1;
            if (exponent == 31) {
                return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
            }
            return sign * (exponent == 0 ? fraction * Math.pow(2, -14) : (1 + fraction) * Math.pow(2, exponent - 15));
        }
    }

    /** A tensor with what it should show. The views that it was made through are closed. */
    private record Pair(Model model, Tensor tensor) {
        Pair then(Model newModel, Tensor newTensor) {
            tensor.close();
            return new Pair(newModel, newTensor);
        }
    }

    private static Pair any(Pair from, Random random) {
        Model model = from.model();
        Tensor tensor = from.tensor();
        int rank = model.shape().length;
        int axis = rank == 0 ? 0 : random.nextInt(rank);
        long length = rank == 0 ? 0 : model.shape()[axis];
        switch (random.nextInt(6)) {
            case 0:
                return rank == 0 ? from : from.then(model.reverse(axis), tensor.reverse(axis));
            case 1:
                if (length == 0) {
                    return from;
                }
                long at = random.nextInt((int) length);
                return from.then(model.select(axis, at), tensor.select(axis, at));
            case 2:
                if (rank == 0) {
                    return from;
                }
                long first = random.nextInt((int) length + 1);
                long last = first + random.nextInt((int) (length - first) + 1);
                long step = 1 + random.nextInt(3);
                return from.then(model.slice(axis, first, last, step), tensor.slice(axis, first, last, step));
            case 3:
                List<Integer> order =
                        new ArrayList<>(IntStream.range(0, rank).boxed().toList());
                Collections.shuffle(order, random);
                int[] axes = order.stream().mapToInt(Integer::intValue).toArray();
                return rank == 0 ? from : from.then(model.transpose(axes), tensor.transpose(axes));
            case 4:
                if (!tensor.isContiguous()) {
                    return from;
                }
                long[] shape = random.nextBoolean()
                        ? new long[] {model.elements().length}
                        : new long[] {1, model.elements().length, 1};
                return from.then(model.reshape(shape), tensor.reshape(shape));
            default:
                return from;
        }
    }

    @Property(tries = 120)
    void shouldShowWhatAModelShows(
            @ForAll DType type,
            @ForAll @Size(max = 6) List<@IntRange(min = 0, max = 3) Integer> lengths,
            @ForAll @IntRange(min = 0, max = 5) int before,
            @ForAll @IntRange(min = 0, max = 5) int after,
            @ForAll Random random) {
        long[] shape = lengths.stream().mapToLong(Integer::longValue).toArray();
        Model model = Model.of(type, shape, random);
        Tensor flat = Tensor.of(type, ByteBuffer.wrap(model.bytes()), model.elements().length);
        Pair pair = new Pair(model, shape.length == 0 ? flat.select(0, 0) : flat.reshape(shape));
        for (int i = 0; i < before; i++) {
            pair = any(pair, random);
        }
        pair.model().check(pair.tensor());
        try (Fixture fixture = new Fixture()) {
            Tensor read = (Tensor) fixture.roundTrip(pair.tensor());
            pair.model().check(read);
            assertThat(read.contentEquals(pair.tensor())).isTrue();
            Pair again = new Pair(pair.model(), read);
            for (int i = 0; i < after; i++) {
                again = any(again, random);
            }
            again.model().check(again.tensor());
            again.tensor().close();
            Fixture.collectUntil(() -> fixture.pins() == 0); // buffers that the checks looked at
        }
    }

    /** A stride of 0 shows one element many times; it is written out. */
    @Property(tries = 50)
    void shouldWriteOutWhatIsBroadcast(
            @ForAll DType type,
            @ForAll @IntRange(min = 1, max = 4) int rows,
            @ForAll @IntRange(min = 0, max = 5) int times,
            @ForAll boolean inFront,
            @ForAll Random random) {
        Model row = Model.of(type, new long[] {rows}, random);
        Tensor of = Tensor.of(type, ByteBuffer.wrap(row.bytes()), rows);
        long[] shape = inFront ? new long[] {times, rows} : new long[] {rows, times};
        long[] strides = inFront ? new long[] {0, type.bytes()} : new long[] {type.bytes(), 0};
        Tensor broadcast = new Tensor(type, shape, strides, of.memory(), of.address());
        Model model = row.pick(shape, index -> new long[] {inFront ? index[1] : index[0]});
        model.check(broadcast);
        try (Fixture fixture = new Fixture()) {
            try (Tensor read = (Tensor) fixture.roundTrip(broadcast)) {
                assertThat(read.isContiguous()).isTrue();
                for (long stride : read.strides()) {
                    assertThat(stride).isPositive();
                }
                model.check(read);
            }
            Fixture.collectUntil(() -> fixture.pins() == 0);
        }
    }
}
