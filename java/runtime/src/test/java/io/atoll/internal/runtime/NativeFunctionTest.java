package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.NodeStats;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.WorkerDiedException;
import io.atoll.tensor.Tensor;
import java.nio.DoubleBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A native method is a task like any other. */
@Timeout(180)
class NativeFunctionTest {
    @BeforeAll
    static void compile() throws Exception {
        Path classes = Path.of(NativeFunctionTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path source = classes.resolve("../../src/test/cpp/native_functions.cc").normalize();
        Path include = Path.of(System.getProperty("java.home"), "include");
        try (ChildJvm compiler = ChildJvm.run(
                "c++",
                "-std=c++20",
                "-O2",
                "-shared",
                "-fPIC",
                "-Wall",
                "-I" + include,
                "-I" + include.resolve("linux"),
                source.toString(),
                "-o",
                classes.resolve("libnative-functions.so").toString())) {
            assertThat(compiler.readAll()).isEmpty();
            assertThat(compiler.process().exitValue()).isZero();
        }
    }

    private static AtollSession session() {
        return Atoll.init(
                AtollOptions.builder().workers(1).storeBytes(32L << 20).build());
    }

    private static long copied() {
        return Atoll.stats().workers().stream()
                .mapToLong(NodeStats.ProcessStats::bytesCopied)
                .sum();
    }

    @Test
    void shouldGiveNativeCodeTheStoredNumbers() {
        try (AtollSession session = session()) {
            ObjectRef<double[]> x = Atoll.put(new double[] {1, 2, 3});
            ObjectRef<Tensor> y = Atoll.put(Tensor.of(new double[] {4, 5, 6}));
            long before = copied();
            assertThat(Atoll.task(NativeFunctions::dot, x.as(DoubleBuffer.class), y.as(DoubleBuffer.class))
                            .remote()
                            .get())
                    .isEqualTo(32);
            assertThat(copied()).isEqualTo(before);

            ObjectRef<int[]> ints = Atoll.put(new int[] {1});
            assertThatThrownBy(() -> Atoll.task(
                                    NativeFunctions::dot, x.as(DoubleBuffer.class), ints.as(DoubleBuffer.class))
                            .remote()
                            .get())
                    .isInstanceOf(TaskException.class)
                    .hasCauseInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContainingAll("INT32", "FLOAT64");
        }
    }

    @Test
    void shouldEndNativeCodeThatWritesToAStoredObject() {
        try (AtollSession session = session()) {
            ObjectRef<double[]> x = Atoll.put(new double[] {1, 2, 3});
            assertThatThrownBy(() -> Atoll.run(NativeFunctions::scribble, x.as(DoubleBuffer.class))
                            .retries(0)
                            .remote()
                            .get())
                    .isInstanceOf(WorkerDiedException.class);
            assertThat(x.get()).containsExactly(1, 2, 3);
        }
    }

    @Test
    void shouldRunAFunctionWrittenInCpp() {
        try (AtollSession session = session()) {
            assertThat(Atoll.task(NativeFunctions::collatz, 27L).remote().get()).isEqualTo(111);
            assertThat(Atoll.task(NativeFunctions::collatz, Atoll.put(97L))
                            .remote()
                            .get())
                    .isEqualTo(118);
        }
    }
}
