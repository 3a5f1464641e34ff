package io.atoll.internal.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.jni.StoreNative;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Libraries of the tests' own, compiled beside the tests' classes from {@code src/test/cpp}. */
final class Compiled {
    private static final String HEADERS = "io/atoll/jni/include";

    private Compiled() {}

    static Path library(String name) {
        return classes().resolve("lib" + name + ".so");
    }

    /** The headers as a jar of ours has them; a whole build has that jar here, others its classes. */
    static Path headers() {
        try {
            Path ours = Path.of(StoreNative.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return Files.isDirectory(ours) ? ours.resolve(HEADERS) : unpacked(ours);
        } catch (java.net.URISyntaxException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path unpacked(Path jar) throws IOException {
        Path to = classes().resolveSibling("headers");
        try (FileSystem inside = FileSystems.newFileSystem(jar);
                Stream<Path> files = Files.walk(inside.getPath(HEADERS))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = to.resolve(inside.getPath(HEADERS).relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return to;
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
