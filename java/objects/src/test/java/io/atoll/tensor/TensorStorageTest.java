package io.atoll.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.StoreException;
import io.atoll.internal.memory.Encoded;
import io.atoll.internal.memory.Kind;
import io.atoll.internal.memory.Lease;
import io.atoll.internal.objects.Fixture;
import io.atoll.internal.store.Memory;
import io.atoll.internal.store.ObjectStore;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.ReadOnlyBufferException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class TensorStorageTest {
    @Property(tries = 300)
    void shouldKeepEveryTypeShapeAndLayout(
            @ForAll DType type,
            @ForAll @Size(max = 4) List<@IntRange(min = 0, max = 5) Integer> lengths,
            @ForAll Random random) {
        try (Fixture fixture = new Fixture()) {
            Tensor tensor = any(type, lengths, random);
            try (Tensor read = (Tensor) fixture.roundTrip(tensor)) {
                assertThat(read.type()).isEqualTo(type);
                assertThat(read.shape()).isEqualTo(tensor.shape());
                assertThat(read.contentEquals(tensor)).isTrue();
                assertThat(fixture.copied()).isZero();
                try (Tensor again = (Tensor) fixture.roundTrip(read)) {
                    assertThat(again.contentEquals(tensor)).isTrue();
                }
            }
        }
    }

    private static Tensor any(DType type, List<Integer> lengths, Random random) {
        long[] shape = lengths.stream().mapToLong(Integer::longValue).toArray();
        int count = (int) Strides.count(shape);
        byte[] bytes = new byte[Math.max(1, count) * type.bytes()];
        random.nextBytes(bytes);
        if (type == DType.BOOL) {
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] &= 1;
            }
        }
        Tensor tensor = shape.length == 0
                ? Tensor.of(type, ByteBuffer.wrap(bytes), 1).select(0, 0)
                : Tensor.of(type, ByteBuffer.wrap(bytes, 0, count * type.bytes()), shape);
        for (int axis = 0; axis < shape.length; axis++) {
            switch (random.nextInt(5)) {
                case 0:
                    tensor = tensor.reverse(axis);
                    break;
                case 1:
                    tensor = tensor.slice(axis, 0, tensor.shape()[axis], 2);
                    break;
                case 2:
                    tensor = tensor.transpose();
                    break;
                default:
            }
        }
        return tensor;
    }

    @Example
    void shouldLieInTheStoreAlignedAndKeepDenseStrides() {
        try (Fixture fixture = new Fixture()) {
            Tensor transposed = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3).transpose();
            ObjectId id = fixture.codec.put(transposed);
            try (Tensor read = (Tensor) fixture.codec.get(id, Duration.ZERO);
                    ObjectStore.Pin pin = fixture.store.tryGet(id)) {
                assertThat(read.strides()).containsExactly(8, 24);
                assertThat(read.address()).isBetween(pin.address(), pin.address() + pin.size() - 48);
                assertThat(read.address() % 64).isZero();
            }
            fixture.store.dereference(id);
        }
    }

    @Example
    void shouldUnpinWithTheLastViewOfIt() {
        try (Fixture fixture = new Fixture()) {
            Tensor read = (Tensor) fixture.roundTrip(Tensor.of(new double[] {1, 2, 3}));
            Tensor slice = read.slice(0, 1, 3);
            read.close();

            assertThatThrownBy(() -> read.getDouble(0)).isInstanceOf(IllegalStateException.class);
            assertThat(slice.getDouble(0)).isEqualTo(2);
            assertThat(fixture.pins()).isEqualTo(1);
            slice.close();
            assertThat(fixture.pins()).isZero();
        }
    }

    @Example
    void shouldStayPinnedWhileARawViewIsReachable() {
        try (Fixture fixture = new Fixture()) {
            useAndDropARawView(fixture);
            Fixture.collectUntil(() -> fixture.pins() == 0);
        }
    }

    private void useAndDropARawView(Fixture fixture) {
        Tensor read = (Tensor) fixture.roundTrip(Tensor.of(new double[] {1, 2, 3}));
        DoubleBuffer raw = read.asDoubleBuffer().slice(1, 2);
        read.close();
        System.gc();

        assertThat(fixture.pins()).isEqualTo(1);
        assertThat(raw.get(1)).isEqualTo(3);
        assertThatThrownBy(() -> raw.put(0, 1)).isInstanceOf(ReadOnlyBufferException.class);
    }

    @Example
    void shouldUnpinWhenUnreachable() {
        try (Fixture fixture = new Fixture()) {
            fixture.roundTrip(Tensor.of(new double[] {1, 2, 3}));
            Fixture.collectUntil(() -> fixture.pins() == 0);
        }
    }

    @Property(tries = 500)
    void shouldRefuseDamagedMessages(@ForAll Random random) {
        try (Fixture fixture = new Fixture()) {
            ObjectId id = fixture.codec.put(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2));
            byte[] bytes;
            try (ObjectStore.Pin pin = fixture.store.tryGet(id)) {
                bytes = new byte[(int) pin.size()];
                Memory.copyToArray(pin.address(), bytes, bytes.length);
            }
            fixture.store.dereference(id);
            int length = random.nextBoolean() ? bytes.length : random.nextInt(bytes.length);
            if (length == bytes.length) {
                bytes[random.nextInt(bytes.length - 16)] ^= (byte) (1 << random.nextInt(8));
            }
            ObjectId damaged;
            try (ObjectStore.Creation creation =
                    fixture.store.create(null, length, 0, Kind.tag(Kind.TENSOR, 0), Duration.ZERO)) {
                Memory.copyFromArray(bytes, length, creation.address());
                creation.seal();
                damaged = creation.id();
            }
            try (Tensor read = (Tensor) fixture.codec.get(damaged, Duration.ZERO)) {
                assertThat(read.size() * read.type().bytes()).isLessThanOrEqualTo(length);
            } catch (StoreException e) {
                assertThat(e).hasMessageContaining("damaged");
            }
            fixture.store.dereference(damaged);
        }
    }

    @Example
    void shouldDecodeFromAMessageWhoseBytesAreThenReused() {
        try (Fixture fixture = new Fixture()) {
            Encoded encoded = fixture.codec.encode(Tensor.of(new long[] {1, 2, 3}));
            ByteBuffer bytes =
                    ByteBuffer.allocateDirect((int) encoded.size() + 128).alignedSlice(64);
            encoded.writeTo(Memory.addressOf(bytes));
            bytes.limit((int) encoded.size());
            try (Tensor read = (Tensor) fixture.codec.decode(encoded.tag(), bytes)) {
                Memory.fill(Memory.addressOf(bytes), encoded.size(), (byte) -1);
                assertThat(bytes.position()).isZero();
                assertThat(read.getLong(2)).isEqualTo(3);
            }
        }
    }

    /** More elements than an int counts; on memory that is never touched but for a few pages. */
    @Example
    void shouldReachBeyondTwoGibibytes() {
        long size = (1L << 31) + 100;
        long block = Memory.allocate(size);
        Lease lease = new Lease(() -> Memory.free(block));
        Memory.putByte(block, (byte) 1);
        Memory.putByte(block + size - 1, (byte) 2);
        Tensor tensor =
                new Tensor(DType.INT8, new long[] {size}, new long[] {1}, TensorMemory.ofLease(block, lease), block);
        lease.release();
        assertThat(tensor.getInt(size - 1)).isEqualTo(2);
        assertThat(tensor.size()).isEqualTo(size);
        Tensor end = tensor.slice(0, size - 2, size);
        assertThat(end.asByteBuffer().get(1)).isEqualTo((byte) 2);
        assertThatThrownBy(tensor::asByteBuffer)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(size + " bytes do not fit a ByteBuffer");
        assertThat(new TensorKind().encode(tensor).size()).isGreaterThan(size);
        end.close();
        tensor.close();
    }
}
