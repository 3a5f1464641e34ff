package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
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

    @Test
    void shouldRunAFunctionWrittenInCpp() {
        try (AtollSession session = Atoll.init(
                AtollOptions.builder().workers(1).storeBytes(32L << 20).build())) {
            assertThat(Atoll.task(NativeFunctions::collatz, 27L).remote().get()).isEqualTo(111);
            assertThat(Atoll.task(NativeFunctions::collatz, Atoll.put(97L))
                            .remote()
                            .get())
                    .isEqualTo(118);
        }
    }
}
