package io.atoll.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.internal.objects.Fixture;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.indexer.DoubleIndexer;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.bytedeco.javacpp.indexer.Indexer;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What other libraries hold numbers in: over tensors of the store, and tensors over them. */
class TensorViewsTest {
    private Fixture fixture;

    @BeforeEach
    void open() {
        fixture = new Fixture();
    }

    @AfterEach
    void close() {
        Fixture.collectUntil(() -> fixture.pins() == 0);
        fixture.close();
    }

    private Tensor stored(Tensor tensor) {
        return (Tensor) fixture.roundTrip(tensor);
    }

    @Test
    void shouldBeSeenAsAPointer() {
        try (Tensor read = stored(Tensor.of(new double[] {1, 2, 3}))) {
            DoublePointer pointer = read.as(DoublePointer.class);

            assertThat(pointer.address()).isEqualTo(read.address());
            assertThat(pointer.limit()).isEqualTo(3);
            assertThat(pointer.get(1)).isEqualTo(2);
            assertThat(read.as(Pointer.class).limit()).isEqualTo(24);
            assertThatThrownBy(() -> read.as(LongPointer.class)).isInstanceOf(UnsupportedOperationException.class);
        }
    }

    /** A program with what Atoll brings alone. */
    static final class WithoutNatives {
        public static void main(String[] arguments) {
            Tensor tensor = Tensor.of(new double[] {1, 2, 3});
            System.out.println(tensor.as(Pointer.class).limit() + " "
                    + tensor.as(DoubleIndexer.class).get(2));
            try {
                tensor.as(DoublePointer.class);
            } catch (UnsupportedOperationException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void shouldSayWhatToAddForTheNativeMethodsOfPointers(@TempDir Path cache) throws Exception {
        String classPath = Arrays.stream(
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                                .split(File.pathSeparator))
                .filter(entry -> !entry.matches(".*javacpp-[0-9.]+-linux-.*"))
                .collect(Collectors.joining(File.pathSeparator));
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dorg.bytedeco.javacpp.cachedir=" + cache,
                        "-cp",
                        classPath,
                        WithoutNatives.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(program.waitFor()).isZero();
        assertThat(out)
                .startsWith("24 3.0\n")
                .contains("add org.bytedeco:javacpp")
                .contains("classifier linux-");
    }

    @Test
    void shouldStayPinnedWhileAPointerMadeFromAPointerIsReachable() {
        DoublePointer derived = derivedPointer();
        System.gc();

        assertThat(fixture.pins()).isEqualTo(1);
        assertThat(io.atoll.internal.store.Memory.getDouble(null, derived.address()))
                .isEqualTo(1);
        derived.deallocate();
        assertThat(derived.isNull()).isTrue();
    }

    private DoublePointer derivedPointer() {
        try (Tensor read = stored(Tensor.of(new double[] {1, 2, 3}))) {
            DoublePointer derived = new DoublePointer(read.as(DoublePointer.class));
            assertThat(read.release()).isFalse();
            return derived;
        }
    }

    @Test
    void shouldBeSeenAsAnIndexer() {
        try (Tensor read = stored(Tensor.of(new double[] {0, 1, 2, 3, 4, 5}, 2, 3))) {
            assertThat(read.transpose().as(DoubleIndexer.class).get(2, 1)).isEqualTo(5);
            assertThat(read.as(Indexer.class).sizes()).containsExactly(2, 3);
            assertThat(read.slice(1, 0, 3, 2).as(DoubleIndexer.class).get(1, 1)).isEqualTo(5);
            assertThatThrownBy(() -> read.reverse(0).as(Indexer.class))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("negative strides");
        }
        Tensor complex = Tensor.of(DType.COMPLEX64, new float[] {1, 2, 3, 4});
        assertThat(complex.as(FloatIndexer.class).get(1, 1)).isEqualTo(4);
        Tensor bytes = Tensor.of(DType.UINT8, new byte[] {-1});
        assertThat(bytes.as(UByteIndexer.class).get(0)).isEqualTo(255);
    }

    @Test
    void shouldBeMadeFromPointersAndIndexers() {
        try (Tensor read = stored(Tensor.of(new double[] {0, 1, 2, 3, 4, 5}, 2, 3))) {
            DoublePointer pointer = read.as(DoublePointer.class);
            assertThat(Tensor.from(pointer, 3, 2).getDouble(2, 0)).isEqualTo(4);
            assertThat(Tensor.from(pointer.position(4)).as(double[].class)).containsExactly(4, 5);
            Tensor transposed = Tensor.from(read.transpose().as(Indexer.class));
            assertThat(transposed.shape()).containsExactly(3, 2);
            assertThat(transposed.getDouble(2, 1)).isEqualTo(5);
            assertThat(Tensor.from(DoubleIndexer.create(new double[] {1, 2}, 2, 1))
                            .getDouble(1, 0))
                    .isEqualTo(2);
        }
    }

    @Test
    void shouldBeSeenAsAVectorWithoutACopy() {
        try (Tensor read = stored(Tensor.of(new double[] {1, 2, 3}))) {
            try (Float8Vector vector = read.as(Float8Vector.class)) {
                assertThat(vector.getDataBuffer().memoryAddress()).isEqualTo(read.address());
                assertThat(vector.getValueCount()).isEqualTo(3);
                assertThat(vector.get(2)).isEqualTo(3);
                assertThat(vector.isNull(0)).isFalse();
                assertThat(read.release()).isFalse();
            }
            assertThat(fixture.pins()).isZero();
        }
        assertThat(Tensor.of(new int[] {1, 2}).as(FieldVector.class)).isInstanceOf(IntVector.class);
        assertThatThrownBy(() -> Tensor.of(new boolean[1]).as(BitVector.class))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void shouldBeMadeFromAVectorAndKeepIt() {
        try (BufferAllocator allocator = new RootAllocator()) {
            IntVector vector = new IntVector("n", allocator);
            BitVector bits = new BitVector("b", allocator);
            vector.setSafe(0, 7);
            vector.setSafe(1, 8);
            vector.setValueCount(2);
            bits.setSafe(1, 1);
            bits.setSafe(0, 0);
            bits.setValueCount(2);
            try (Tensor tensor = Tensor.from(vector)) {
                vector.close();
                assertThat(tensor.as(int[].class)).containsExactly(7, 8);
                assertThat(Tensor.from(bits).getBoolean(1)).isTrue();
            }
            bits.close();
            IntVector withNull = new IntVector("n", allocator);
            withNull.setNull(0);
            withNull.setValueCount(1);
            assertThatThrownBy(() -> Tensor.from(withNull)).hasMessageContaining("1 nulls");
            withNull.close();
        }
    }

    @Test
    void shouldTellWhetherTheMemoryIsHeldAfterClosing() {
        Tensor read = stored(Tensor.of(new double[] {1, 2, 3}));
        Tensor slice = read.slice(0, 0, 1);
        assertThat(read.release()).isFalse();
        assertThat(slice.release()).isTrue();
        assertThat(fixture.pins()).isZero();
    }
}
