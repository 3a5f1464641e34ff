package io.atoll.internal.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.NodeStats;
import io.atoll.ObjectRef;
import io.atoll.RemoteFunction1;
import io.atoll.TaskException;
import io.atoll.internal.store.Memory;
import io.atoll.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.indexer.DoubleIndexer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Parameters of tasks that native code takes: each gets a view of what is stored, be it a tensor or an array. */
@Timeout(180)
class ViewParametersTest {
    private static final double[] NUMBERS = {1, 2, 3, 4, 5, 6};

    private AtollSession session;
    private ObjectRef<Tensor> tensor;
    private ObjectRef<double[]> array;

    @BeforeEach
    void open() {
        session = Atoll.init(
                AtollOptions.builder().workers(1).storeBytes(32L << 20).build());
        tensor = Atoll.put(Tensor.of(NUMBERS, 2, 3));
        array = Atoll.put(NUMBERS);
    }

    @AfterEach
    void close() {
        assertThat(Atoll.stats().workers().stream()
                        .mapToLong(NodeStats.ProcessStats::bytesCopied)
                        .sum())
                .isZero();
        session.close();
    }

    static double lastByIndexer(DoubleIndexer x) {
        return x.rank() == 2 ? x.get(1, 2) : x.get(5);
    }

    static double lastByBuffer(ByteBuffer x) {
        assertThat(x.isReadOnly()).isTrue();
        return x.order(ByteOrder.nativeOrder()).getDouble(5 * Double.BYTES);
    }

    static double lastByPointer(Pointer x) {
        return Double.longBitsToDouble(Memory.getLong(x.address() + x.limit() - Double.BYTES));
    }

    /** A parameter that is a segment, on a JDK that has them. */
    static long bytes(Object segment) throws ReflectiveOperationException {
        Class<?> type = Class.forName("java.lang.foreign.MemorySegment");
        assertThat(type.getMethod("isReadOnly").invoke(segment)).isEqualTo(true);
        return (long) type.getMethod("byteSize").invoke(segment);
    }

    @Test
    void shouldBeViews() {
        assertThat(Atoll.task(ViewParametersTest::lastByIndexer, tensor.as(DoubleIndexer.class))
                        .remote()
                        .get())
                .isEqualTo(6);
        assertThat(Atoll.task(ViewParametersTest::lastByIndexer, array.as(DoubleIndexer.class))
                        .remote()
                        .get())
                .isEqualTo(6);
        assertThat(Atoll.task(ViewParametersTest::lastByBuffer, tensor.as(ByteBuffer.class))
                        .remote()
                        .get())
                .isEqualTo(6);
        assertThat(Atoll.task(ViewParametersTest::lastByBuffer, array.as(ByteBuffer.class))
                        .remote()
                        .get())
                .isEqualTo(6);
        assertThat(Atoll.task(ViewParametersTest::lastByPointer, tensor.as(Pointer.class))
                        .remote()
                        .get())
                .isEqualTo(6);
        assertThat(Atoll.task(ViewParametersTest::lastByPointer, array.as(Pointer.class))
                        .remote()
                        .get())
                .isEqualTo(6);
    }

    @Test
    void shouldBeSegmentsWhereThereAreAny() throws Exception {
        assumeTrue(Runtime.version().feature() >= 22, "MemorySegment came with JDK 22");
        Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
        RemoteFunction1<Object, Long> bytes = RemoteFunction1.of(ViewParametersTest::bytes);
        assertThat(bytes.submit(tensor.as(segment)).get()).isEqualTo(48);
        assertThat(bytes.submit(array.as(segment)).get()).isEqualTo(48);
    }

    @Test
    void shouldSayWhatCannotBeSeenSo() {
        ObjectRef<int[]> ints = Atoll.put(new int[6]);
        assertThatThrownBy(() -> Atoll.task(ViewParametersTest::lastByIndexer, ints.as(DoubleIndexer.class))
                        .remote()
                        .get())
                .isInstanceOf(TaskException.class)
                .hasCauseInstanceOf(UnsupportedOperationException.class)
                .hasMessageContainingAll("INT32", "DoubleIndexer");
    }
}
