package io.atoll.internal.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.jni.StoreNative;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Libraries of the tests' own, compiled beside the tests' classes from {@code src/test/cpp}. */
final class Compiled {
    private Compiled() {}

    static Path library(String name) {
        return classes().resolve("lib" + name + ".so");
    }

    /** The headers as a jar of ours has them. */
    static Path headers() {
        try {
            return Path.of(StoreNative.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .resolve("io/atoll/jni/include");
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static void compile(String source, Path headers, Path library) throws Exception {
        Path jdk = Path.of(System.getProperty("java.home"), "include");
        List<String> command = new ArrayList<>(
                List.of("c++", "-std=c++20", "-O2", "-shared", "-fPIC", "-Wall", "-Wextra", "-Wl,--no-undefined"));
        command.add("-I" + headers);
        command.add("-I" + jdk);
        command.add("-I" + jdk.resolve("linux"));
        command.add(
                classes().resolve("../../src/test/cpp/" + source).normalize().toString());
        command.add("-o");
        command.add(library.toString());
        assertThat(run(command)).isEmpty();
    }

    static String run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    private static Path classes() {
        try {
            return Path.of(Compiled.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
