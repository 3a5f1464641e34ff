package io.atoll.jni;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.jvms.Jvms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loading happens once in a process, so most of these start their own. */
class NativeLibraryTest {
    private static final String CLASSES = classPathOf(NativeLibrary.class);
    private static final String TESTS = classPathOf(NativeLibraryTest.class);

    @TempDir
    Path directory;

    @Test
    void shouldBeAvailableHere() {
        assertThat(NativeLibrary.unavailabilityCause()).isNull();
        assertThat(NativeLibrary.isAvailable()).isTrue();
    }

    @Test
    void shouldLoadFromAJarAndLeaveNoFile() throws Exception {
        Jvms.Output output = load(List.of("-Djava.io.tmpdir=" + directory, "-cp", jarOfClasses(true) + ":" + TESTS));
        assertThat(output.out()).isEqualTo("loaded\n");
        try (var left = Files.list(directory)) {
            assertThat(left.map(path -> path.getFileName().toString()).filter(name -> name.startsWith("atoll-jni-")))
                    .isEmpty();
        }
    }

    @Test
    void shouldExtractFromAJarAFileThatOthersCanLoad() throws Exception {
        Path target = Files.createDirectory(directory.resolve("session"));
        String jar = jarOfClasses(true) + ":" + TESTS;
        Path library = Path.of(
                run(List.of("-cp", jar), "extract", target.toString()).out().trim());
        assertThat(library).hasParent(target);
        String withoutLibrary = jarOfClasses(false) + ":" + TESTS;
        assertThat(load(List.of("-Datoll.library.path=" + library, "-cp", withoutLibrary))
                        .out())
                .isEqualTo("loaded\n");
    }

    @Test
    void shouldNamePlatformArtifactAndPropertyWhenNotOnTheClassPath() throws Exception {
        assertThat(load(List.of("-cp", jarOfClasses(false) + ":" + TESTS)).out())
                .contains(NativeLibrary.platform(), "io.atoll:atoll-jni", "atoll.library.path");
    }

    @Test
    void shouldNameTheFileThatCannotBeLoaded() throws Exception {
        Path text = Files.writeString(directory.resolve("text.so"), "no library");
        assertThat(load(List.of("-Datoll.library.path=" + text)).out())
                .contains(NativeLibrary.platform(), text.toString(), "-Datoll.library.path");
    }

    @Test
    void shouldSayFirstWhereItCannotRun() throws Exception {
        assertThat(load(List.of("-Dos.arch=s390x")).out())
                .startsWith("Atoll's native library is built for linux-x86_64 and linux-arm64, and this JVM is one for"
                        + " linux-s390x:")
                .contains("-Datoll.library.path=FILE");
        assertThat(load(List.of("-Dos.name=Mac OS X", "-Dos.arch=aarch64")).out())
                .startsWith("Atoll runs on Linux alone, and this is Mac OS X on aarch64:");
        assertThat(load(List.of("-Dos.name=Windows 11", "-Datoll.library.path=/some/where"))
                        .out())
                .startsWith("Atoll runs on Linux alone, and this is Windows 11 on ");
    }

    private static Jvms.Output load(List<String> options) throws Exception {
        return run(options, "load");
    }

    private static Jvms.Output run(List<String> options, String... arguments) throws Exception {
        Jvms.Output output = Jvms.run(Jvms.all().get(0), options, Loading.class, arguments);
        assertThat(output.exit()).as(output.err()).isZero();
        return output;
    }

    static final class Loading {
        public static void main(String[] arguments) {
            if (arguments[0].equals("extract")) {
                System.out.println(NativeLibrary.extractTo(Path.of(arguments[1])));
            } else {
                Throwable cause = NativeLibrary.unavailabilityCause();
                System.out.println(cause == null ? "loaded" : cause.getMessage());
            }
        }
    }

    /** A jar of this module's classes, as users get them. */
    private Path jarOfClasses(boolean withLibrary) throws Exception {
        Path jar = directory.resolve(withLibrary ? "all.jar" : "classes.jar");
        Path root = Path.of(CLASSES);
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                var files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (withLibrary || !file.toString().endsWith(".so")) {
                    out.putNextEntry(new JarEntry(root.relativize(file).toString()));
                    Files.copy(file, out);
                }
            }
        }
        return jar;
    }

    private static String classPathOf(Class<?> type) {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath())
                .toString();
    }
}
