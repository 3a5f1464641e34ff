package io.atoll.internal.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.internal.process.Workers;
import io.atoll.tensor.DType;
import io.atoll.tensor.Tensor;
import io.atoll.tensor.WritableTensor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.indexer.DoubleIndexer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tensors that are filled in the store, and large ones, on a node of four workers. */
@Timeout(240)
class TensorNodeTest {
    private static final long GIB = 1L << 30;

    private static AtollSession session;

    @BeforeAll
    static void start() {
        session = Atoll.init(AtollOptions.builder()
                .workers(4)
                .cpus(4)
                .storeBytes(GIB + (256 << 20))
                .build());
    }

    @AfterAll
    static void stop() {
        session.close();
    }

    static double sum(Tensor tensor) {
        double sum = 0;
        for (double each : tensor.as(double[].class)) {
            sum += each;
        }
        return sum;
    }

    @Test
    void shouldFillATensorInPlace() {
        try (WritableTensor tensor = Tensor.create(DType.FLOAT64, 2, 3)) {
            DoubleBuffer elements = tensor.as(DoubleBuffer.class);
            for (int i = 0; i < 6; i++) {
                elements.put(i, i);
            }
            tensor.setDouble(10, 1, 2);
            tensor.as(DoubleIndexer.class).put(0, 0, 5);
            ObjectRef<Tensor> ref = tensor.seal();

            assertThat(Atoll.task(TensorNodeTest::sum, ref).remote().get()).isEqualTo(5 + 1 + 2 + 3 + 4 + 10);
            assertThatThrownBy(() -> tensor.setDouble(1, 0, 0)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> tensor.as(DoubleBuffer.class)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(tensor::seal).isInstanceOf(IllegalStateException.class);
            try (Tensor read = ref.get()) {
                assertThat(read.shape()).containsExactly(2, 3);
                assertThatThrownBy(() -> read.asDoubleBuffer().put(0, 1)).isInstanceOf(ReadOnlyBufferException.class);
            }
        }
    }

    @Test
    void shouldSetElementsOfEveryType() {
        for (DType type : DType.values()) {
            try (WritableTensor tensor = Tensor.create(type, 2)) {
                if (type == DType.FLOAT16) {
                    assertThatThrownBy(() -> tensor.setDouble(1, 0)).isInstanceOf(UnsupportedOperationException.class);
                    continue;
                }
                tensor.setDouble(1, 0);
                tensor.setLong(0, 1);
                try (Tensor read = tensor.seal().get()) {
                    assertThat(read.getReal(0)).isEqualTo(1);
                    assertThat(read.getReal(1)).isZero();
                    assertThat(read.getImaginary(0)).isZero();
                }
            }
        }
    }

    @Test
    void shouldLeaveNothingOfATensorThatIsClosedUnsealed() throws InterruptedException {
        long before = Atoll.stats().objects();
        WritableTensor tensor = Tensor.create(DType.FLOAT32, 1000, 1000);
        assertThat(tensor.as(FloatBuffer.class).capacity()).isEqualTo(1_000_000);
        tensor.close();
        tensor.close();

        assertThatThrownBy(() -> tensor.as(ByteBuffer.class)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(tensor::seal).isInstanceOf(IllegalStateException.class);
        for (int i = 0; i < 1000 && Atoll.stats().objects() > before; i++) {
            Thread.sleep(10);
        }
        assertThat(Atoll.stats().objects()).isLessThanOrEqualTo(before);
        assertThatThrownBy(() -> Tensor.create(DType.INT8, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldShowTheBytesThatAValueIsStoredAs() {
        ObjectRef<Tensor> ref = Atoll.put(Tensor.of(new double[] {1, 2, 3}));
        ByteBuffer bytes = ref.bytes().order(ByteOrder.LITTLE_ENDIAN);

        assertThat(bytes.getInt(0)).isEqualTo(-1);
        assertThat(bytes.capacity() % 64).isEqualTo(24);
        assertThat(bytes.getDouble(bytes.capacity() - 8)).isEqualTo(3);
        assertThat(ref.bytes(bytes.capacity() - 8L, 100)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getDouble(0))
                .isEqualTo(3);
        assertThat(ref.bytes(1 << 20, 5).capacity()).isZero();
        assertThatThrownBy(() -> bytes.put(0, (byte) 1)).isInstanceOf(ReadOnlyBufferException.class);
        assertThatThrownBy(() -> ref.bytes(-1, 5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Atoll.task(TensorNodeTest::fail).remote().bytes())
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no bytes");
    }

    @Test
    void shouldShowTheElementsOfAnArrayWithoutACopy() {
        double[] values = {1, Double.NaN, -0.0};
        ObjectRef<double[]> ref = Atoll.put(values);
        DoubleBuffer view = ref.bytes().order(ByteOrder.nativeOrder()).asDoubleBuffer();

        double[] seen = new double[view.remaining()];
        view.get(seen);
        assertThat(seen).containsExactly(values);
        assertThat(view.isDirect()).isTrue();
        assertThatThrownBy(() -> view.put(0, 2)).isInstanceOf(ReadOnlyBufferException.class);
    }

    static Object fail() {
        throw new IllegalStateException("no bytes");
    }

    /** Bytes of heap that getting the tensor takes, and the last element, so that something is read. */
    static long[] allocatedByGet(List<ObjectRef<Tensor>> refs) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        long last = 0;
        for (int i = 0; i < 3; i++) { // the first may load classes that no task has needed before
            long before = threads.getCurrentThreadAllocatedBytes();
            try (Tensor tensor = refs.get(0).get()) {
                last = (long) tensor.getDouble(tensor.size() - 1);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return new long[] {least, last};
    }

    /** Reads every page, waits until all do, and returns this process's share of shared memory in bytes. */
    static long proportionalShare(Tensor tensor, int wanted, List<ObjectRef<Tensor>> barrier) throws Exception {
        double sum = 0;
        for (long i = 0; i < tensor.size(); i += 512) {
            sum += tensor.getDouble(i);
        }
        Path arrived = Path.of(
                System.getProperty("java.io.tmpdir"),
                "atoll-pss-" + barrier.get(0).id().place());
        Files.createDirectories(arrived);
        Files.writeString(arrived.resolve(Long.toString(ProcessHandle.current().pid())), Double.toString(sum));
        for (int i = 0; i < 6000; i++) {
            try (var all = Files.list(arrived)) {
                if (all.count() >= wanted) {
                    return pss();
                }
            }
            Thread.sleep(10);
        }
        throw new IllegalStateException("the other workers did not come");
    }

    private static long pss() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps_rollup"))) {
            if (line.startsWith("Pss_Shmem:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IllegalStateException("no Pss_Shmem");
    }

    @Test
    void shouldShareOneGibibyteWithoutCopies() throws Exception {
        ObjectRef<Tensor> ref;
        try (WritableTensor tensor = Tensor.create(DType.FLOAT64, GIB / 8)) {
            tensor.setDouble(42, GIB / 8 - 1);
            ref = tensor.seal();
        }
        long[] read = Atoll.task(TensorNodeTest::allocatedByGet, List.of(ref))
                .remote()
                .get();
        assertThat(read[1]).isEqualTo(42);
        assertThat(read[0]).isLessThan(64 << 10);

        // While fewer workers are there, tasks share one, and would wait in vain for another process.
        Workers.await(4);
        List<ObjectRef<Long>> shares = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            shares.add(Atoll.task(TensorNodeTest::proportionalShare, ref, 4, List.of(ref))
                    .remote());
        }
        long sum = 0;
        for (long each : Atoll.get(shares)) {
            sum += each;
        }
        Path arrived = Path.of(
                System.getProperty("java.io.tmpdir"), "atoll-pss-" + ref.id().place());
        try (var all = Files.list(arrived)) {
            assertThat(all.toList()).hasSize(4).allMatch(file -> file.toFile().delete());
        }
        Files.delete(arrived);
        // Who filled the tensor may have its pages mapped too, and takes its part of them; each worker has what it
        // keeps
        // warm for objects of its own, up to 80 MiB. A copy in the store would be one GiB more.
        assertThat(sum).isBetween(GIB / 2, GIB + GIB / 2);
    }
}
