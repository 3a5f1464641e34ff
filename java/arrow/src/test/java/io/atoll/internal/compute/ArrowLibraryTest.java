package io.atoll.internal.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.TaskException;
import io.atoll.arrow.ArrowCompute;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Libraries come out of their jar once, whoever comes first, and whole. */
class ArrowLibraryTest {
    private static final String GLUE = "libatoll-arrow.so";

    @TempDir
    Path directory;

    @Test
    void shouldUnpackOnce() throws IOException {
        URL list = jar("one.jar", Map.of(GLUE, "glue", "libarrow.so.1", "arrow"));
        Path cache = directory.resolve("cache/below");
        Path unpacked = ArrowLibrary.unpackOnce(list, cache);
        assertThat(unpacked.resolve(GLUE)).hasContent("glue");
        assertThat(unpacked.resolve("libarrow.so.1")).hasContent("arrow");
        Files.writeString(unpacked.resolve(GLUE), "the first one's");
        assertThat(ArrowLibrary.unpackOnce(list, cache)).isEqualTo(unpacked);
        assertThat(unpacked.resolve(GLUE)).hasContent("the first one's");
    }

    @Test
    void shouldKeepOtherVersionsApart() throws IOException {
        Path one = ArrowLibrary.unpackOnce(jar("one.jar", Map.of(GLUE, "one")), directory);
        Path two = ArrowLibrary.unpackOnce(jar("two.jar", Map.of(GLUE, "two")), directory);
        assertThat(one.resolve(GLUE)).hasContent("one");
        assertThat(two.resolve(GLUE)).hasContent("two");
    }

    /** Somebody was killed when half of it was there. */
    @Test
    void shouldBeginAnewWhereSomebodyWasKilled() throws IOException {
        URL list = jar("one.jar", Map.of(GLUE, "glue", "libarrow.so.1", "arrow"));
        String name = ArrowLibrary.unpackOnce(list, directory.resolve("first"))
                .getFileName()
                .toString();
        Path cache = directory.resolve("second");
        Path unfinished = Files.createDirectories(cache.resolve(name + ".unfinished"));
        Files.writeString(unfinished.resolve("libarrow.so.1"), "half");
        Path unpacked = ArrowLibrary.unpackOnce(list, cache);
        assertThat(unpacked.resolve("libarrow.so.1")).hasContent("arrow");
        assertThat(unfinished).doesNotExist();
    }

    @Test
    void shouldBeginOnceWhenManyProcessesCome() throws Exception {
        URL list = jar("one.jar", Map.of(GLUE, "glue", "libarrow.so.1", "a".repeat(1 << 20)));
        List<Process> processes = Stream.generate(() -> start(list)).limit(3).toList();
        for (Process each : processes) {
            String said = new String(each.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(each.waitFor()).as(said).isZero();
        }
        try (Stream<Path> left = Files.list(directory.resolve("shared"))) {
            assertThat(left.map(each -> each.getFileName().toString().replaceFirst("arrow-\\p{XDigit}+", "arrow")))
                    .containsExactlyInAnyOrder("atoll-arrow", "atoll-arrow.lock");
        }
    }

    /** No classifier is named that there is not. */
    @Test
    void shouldSayForWhichPlatformsItIsThere() throws Exception {
        assertThat(said(java(classPath(), Why.class, "-Dos.arch=aarch64")))
                .startsWith("Arrow C++ is there for linux-x86_64 only so far, and this JVM is one for linux-arm64: ");
        assertThat(said(java(classPath(), Why.class, "-Dos.name=Mac OS X")))
                .startsWith("Arrow C++ is there for linux-x86_64 only so far, and this JVM is one for mac-os-x-")
                .doesNotContain("classifier");
    }

    @Test
    void shouldSayInTheTaskWhichClassifierIsMissing() throws Exception {
        String missing =
                "Arrow C++ is not on the class path (nor the module path): add the artifact io.atoll:atoll-arrow with"
                        + " classifier linux-x86_64";
        String classPath = classPathWithoutLibraries();
        assertThat(said(java(classPath, Why.class, "-Dos.arch=amd64"))).isEqualTo(missing);
        assertThat(said(java(classPath, FailingTask.class, "-Dos.arch=amd64")))
                .contains("java.lang.UnsatisfiedLinkError: " + missing);
    }

    @Test
    void shouldSayHowTheJvmIsToLetItLoad() throws Exception {
        assumeTrue(Runtime.version().feature() >= 24, "the JVM has no --illegal-native-access before 24");
        assumeTrue(ArrowCompute.isAvailable(), ArrowCompute::unavailabilityCause);
        assertThat(said(java(classPath(), Loading.class, "--illegal-native-access=deny")))
                .startsWith("this JVM does not let Atoll call native code (")
                .endsWith("--enable-native-access=io.atoll.jni,io.atoll.arrow");
    }

    static final class Loading {
        public static void main(String[] args) {
            try {
                ArrowLibrary.load();
            } catch (UnsatisfiedLinkError e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private static String classPath() {
        return System.getProperty("java.class.path");
    }

    /** With the classes of this module as copies, without what lies among them. */
    private String classPathWithoutLibraries() throws Exception {
        Path classes = Path.of(ArrowLibrary.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path copies = directory.resolve("classes");
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".class")).toList()) {
                Path copy = copies.resolve(classes.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        return Stream.of(classPath().split(File.pathSeparator))
                .map(each -> Path.of(each).toAbsolutePath().equals(classes) ? copies.toString() : each)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static ProcessBuilder java(String classPath, Class<?> main, String flag) {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        flag,
                        "-cp",
                        classPath,
                        main.getName())
                .redirectErrorStream(true);
    }

    /** The last line of it. */
    private static String said(ProcessBuilder program) throws IOException, InterruptedException {
        Process process = program.start();
        String all = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(all).isZero();
        return all.lines().reduce("", (before, line) -> line);
    }

    static final class Why {
        public static void main(String[] args) {
            System.out.println(ArrowCompute.unavailabilityCause());
        }
    }

    static final class FailingTask {
        public static void main(String[] args) {
            try (AtollSession session = Atoll.init(
                    AtollOptions.builder().workers(1).storeBytes(16L << 20).build())) {
                ArrowCompute.sum(Atoll.put(new double[] {1})).get();
            } catch (TaskException e) {
                System.out.println(e.getCause());
            }
        }
    }

    private Process start(URL list) {
        try {
            return new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Unpacking.class.getName(),
                            list.toString(),
                            directory.resolve("shared").toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** A process that unpacks, and looks. */
    static final class Unpacking {
        public static void main(String[] args) throws IOException {
            Path unpacked = ArrowLibrary.unpackOnce(URI.create(args[0]).toURL(), Path.of(args[1]));
            if (Files.size(unpacked.resolve("libarrow.so.1")) != 1 << 20) {
                throw new IOException("half of it");
            }
        }
    }

    /** The place of its list. */
    private URL jar(String name, Map<String, String> files) throws IOException {
        Path file = directory.resolve(name);
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream jar = new JarOutputStream(out)) {
            StringBuilder list = new StringBuilder();
            for (Map.Entry<String, String> each : new TreeMap<>(files).entrySet()) {
                jar.putNextEntry(new JarEntry("place/" + each.getKey()));
                jar.write(each.getValue().getBytes(StandardCharsets.UTF_8));
                list.append(Integer.toHexString(each.getValue().hashCode()))
                        .append("  ")
                        .append(each.getKey())
                        .append('\n');
            }
            jar.putNextEntry(new JarEntry("place/libraries"));
            jar.write(list.toString().getBytes(StandardCharsets.UTF_8));
        }
        return new URL("jar:" + file.toUri() + "!/place/libraries");
    }
}
