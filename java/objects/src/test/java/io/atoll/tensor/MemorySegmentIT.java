package io.atoll.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.ObjectId;
import io.atoll.internal.objects.Fixture;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Runs against the packed jar on a JVM that has memory segments, which these sources are too old to name. */
@EnabledForJreRange(min = JRE.JAVA_22)
class MemorySegmentIT {
    private static Class<?> type() {
        try {
            return Class.forName("java.lang.foreign.MemorySegment");
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private static Object call(Object segment, String name) throws Throwable {
        Method method = type().getMethod(name);
        try {
            return method.invoke(segment);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static double read(Object segment, int index) throws Throwable {
        return ((ByteBuffer) call(segment, "asByteBuffer"))
                .order(ByteOrder.nativeOrder())
                .asDoubleBuffer()
                .get(index);
    }

    @Test
    void shouldShowATensorOfTheStoreUntilItIsClosed() throws Throwable {
        try (Fixture fixture = new Fixture()) {
            Tensor read = (Tensor) fixture.roundTrip(Tensor.of(new double[] {1, 2, 3}));
            Object segment = read.as(type());
            ByteBuffer made = (ByteBuffer) call(segment, "asByteBuffer");

            assertThat(call(segment, "byteSize")).isEqualTo(24L);
            assertThat(call(segment, "address")).isEqualTo(read.address());
            assertThat(call(segment, "isReadOnly")).isEqualTo(true);
            assertThat(made.isReadOnly()).isTrue();
            assertThat(read(segment, 2)).isEqualTo(3);
            read.close();
            assertThat(fixture.pins()).isZero();
            assertThatThrownBy(() -> made.get(0)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> read.as(type())).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void shouldShowMoreThanTwoGibibytes() throws Throwable {
        try (Fixture fixture = Fixture.shared(3L << 30)) {
            ObjectId id = LargeTensorTest.create(fixture);
            try (Tensor tensor = (Tensor) fixture.codec.get(id, Duration.ZERO)) {
                Object segment = tensor.as(type());
                long size = (long) call(segment, "byteSize");
                assertThat(size).isEqualTo(tensor.size()).isGreaterThan(1L << 31);
                Object end = type().getMethod("asSlice", long.class).invoke(segment, size - 1);
                assertThat(((ByteBuffer) call(end, "asByteBuffer")).get(0)).isEqualTo((byte) 2);
                assertThat(call(segment, "isReadOnly")).isEqualTo(true);
            }
            Fixture.collectUntil(() -> fixture.pins() == 0);
            fixture.store.dereference(id);
        }
    }

    @Test
    void shouldKeepTheTensorWhileASegmentIsReachable() throws Throwable {
        try (Fixture fixture = new Fixture()) {
            List<Object> segments = new ArrayList<>();
            segments.add(((Tensor) fixture.roundTrip(Tensor.of(new double[] {1, 2, 3}))).as(type()));
            System.gc();
            Thread.sleep(50);
            assertThat(fixture.pins()).isEqualTo(1);
            assertThat(read(segments.get(0), 1)).isEqualTo(2);
            segments.clear();
            Fixture.collectUntil(() -> fixture.pins() == 0);
        }
    }

    @Test
    void shouldMakeATensorOfASegment() throws Throwable {
        Object heap = type().getMethod("ofArray", double[].class).invoke(null, new double[] {1, 2, 3});
        ByteBuffer direct = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());
        direct.putDouble(8, 7);
        Object outside = type().getMethod("ofBuffer", java.nio.Buffer.class).invoke(null, direct);

        assertThat(Tensor.from(DType.FLOAT64, heap).as(double[].class)).containsExactly(1, 2, 3);
        assertThat(Tensor.from(DType.FLOAT64, outside, 2, 1).getDouble(1, 0)).isEqualTo(7);
        assertThat(Tensor.from(outside).type()).isEqualTo(DType.INT8);
        assertThat(Tensor.from(DType.FLOAT64, call(heap, "asReadOnly")).getDouble(2))
                .isEqualTo(3);
    }
}
