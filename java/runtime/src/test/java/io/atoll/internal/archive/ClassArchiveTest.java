package io.atoll.internal.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atoll.internal.process.WorkerClassPath;
import io.atoll.internal.runtime.WorkerMain;
import io.atoll.jni.NativeLibrary;
import io.atoll.jvms.Jvms;
import io.atoll.jvms.Jvms.Jvm;
import io.atoll.jvms.Jvms.Output;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs whose workers start with an archive of classes, or without where anything is wrong with it. */
@Tag("once")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ClassArchiveTest {
    private static final String WITHOUT = "6 without\n";
    private static final String WITH = "6 with\n";

    @TempDir
    static Path jars;

    /** Atoll's classes in jars, as users have them; the program's own stay in a directory. */
    private static String classPath;

    private static int ownJars;

    @TempDir
    Path directory;

    private Path cache;

    static List<Jvm> jvms() throws IOException {
        return Jvms.all();
    }

    @BeforeAll
    static void packClasses() throws IOException {
        ownJars = WorkerClassPath.own(WorkerMain.class).size();
        List<String> entries = new ArrayList<>();
        for (String entry : WorkerClassPath.find(WorkerMain.class).split(File.pathSeparator)) {
            Path path = Path.of(entry);
            boolean isProgram = Files.exists(path.resolve("io/atoll/internal/archive/ArchivedProgram.class"));
            entries.add(Files.isDirectory(path) && !isProgram ? packed(path).toString() : entry);
        }
        classPath = String.join(File.pathSeparator, entries);
    }

    private static Path packed(Path classes) throws IOException {
        Path jar = Files.createTempFile(jars, "classes", ".jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> all = Files.walk(classes)) {
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(each).toString()));
                Files.copy(each, out);
            }
        }
        return jar;
    }

    @BeforeEach
    void nameTheCache() {
        cache = directory.resolve("cache");
    }

    private Output run(Jvm jvm, String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("-Datoll.class.cache=" + cache, "-cp", classPath));
        Output output = Jvms.run(jvm, all, ArchivedProgram.class);
        assertThat(output.exit()).as(output.err()).isZero();
        return output;
    }

    /** Runs the program, and waits until what it has had made is there. */
    private Path made(Jvm jvm) throws Exception {
        assertThat(run(jvm).out()).isEqualTo(WITHOUT);
        return awaitArchive();
    }

    private Path awaitArchive() throws Exception {
        while (files(".sum").isEmpty() || !isIdle()) {
            assertThat(files(".failed")).isEmpty();
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(files("")).as("what is in the cache").hasSize(3);
        return files(".archive").get(0);
    }

    private List<Path> files(String ending) throws IOException {
        if (Files.notExists(cache)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(cache)) {
            return all.filter(each -> each.toString().endsWith(ending)).toList();
        }
    }

    /** Whether nobody makes anything there. */
    private boolean isIdle() throws IOException {
        try (ArchiveCache opened = ArchiveCache.open(cache);
                var lock = opened.lock()) {
            return lock != null;
        }
    }

    private static byte[] flipped(byte[] bytes) {
        byte[] others = bytes.clone();
        others[bytes.length / 2] ^= 1;
        return others;
    }

    private static byte[] half(byte[] bytes) {
        return Arrays.copyOf(bytes, bytes.length / 2);
    }

    private static void replace(Path file, byte[] bytes) throws IOException {
        Files.delete(file);
        Files.write(file, bytes);
    }

    @ParameterizedTest
    @MethodSource("jvms")
    void shouldStartWorkersWithItOnceItIsMade(Jvm jvm) throws Exception {
        Path archive = made(jvm);
        Output second = run(jvm);
        assertThat(second.out()).isEqualTo(WITH);
        assertThat(second.err()).doesNotContain("cds", "aot");
        assertThat(Files.getPosixFilePermissions(cache)).isEqualTo(PosixFilePermissions.fromString("rwx------"));

        for (String users : List.of("-Xshare:off", "-XX:SharedArchiveFile=" + directory.resolve("none"))) {
            assertThat(run(jvm, "-Datoll.worker.flags=" + users).out())
                    .as(users)
                    .endsWith(WITHOUT);
        }
        if (jvm.version() >= 25) {
            assertThat(run(jvm, "-Datoll.worker.flags=-XX:AOTMode=off").out()).isEqualTo(WITHOUT);
        }
        assertThat(files(".archive")).containsExactly(archive);
    }

    @ParameterizedTest
    @MethodSource("jvms")
    void shouldPassByWhatIsDamagedAndMakeItAgain(Jvm jvm) throws Exception {
        Path archive = made(jvm);
        byte[] whole = Files.readAllBytes(archive);
        for (byte[] damaged : List.of(half(whole), flipped(whole), new byte[0])) {
            replace(archive, damaged);
            assertThat(run(jvm).out()).isEqualTo(WITHOUT);
            while (Arrays.equals(Files.readAllBytes(archive), damaged)
                    || files(".sum").isEmpty()
                    || !isIdle()) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            assertThat(run(jvm).out()).isEqualTo(WITH);
        }
    }

    @ParameterizedTest
    @MethodSource("jvms")
    void shouldGoOnWithoutWhenAWorkerDiesOfIt(Jvm jvm) throws Exception {
        Path archive = made(jvm);
        Path sum = files(".sum").get(0);
        String madeOf = Files.readString(sum).split("\n", 2)[1];
        String name = sum.getFileName().toString().replace(".sum", "");
        byte[] half = half(Files.readAllBytes(archive));
        try (ArchiveCache opened = ArchiveCache.open(cache);
                var lock = opened.lock()) {
            // As if it had changed after it was looked at.
            Files.write(opened.unfinished(name), half);
            opened.add(name, madeOf);
        }
        assertThat(run(jvm).out()).endsWith(WITHOUT); // behind what the worker's JVM says of its crash
        if (jvm.version() < 25) { // a later one takes a look itself
            assertThat(files(".archive")).isEmpty();
            assertThat(files(".failed")).hasSize(1);
        }
    }

    @ParameterizedTest
    @MethodSource("jvms")
    void shouldMakeOneForMany(Jvm jvm) throws Exception {
        List<CompletableFuture<Output>> all = Stream.generate(() -> CompletableFuture.supplyAsync(() -> {
                    try {
                        return run(jvm);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .limit(8)
                .toList();
        assertThat(all.stream().map(CompletableFuture::join).map(Output::out).collect(Collectors.toSet()))
                .isSubsetOf(WITHOUT, WITH);
        awaitArchive();
        assertThat(run(jvm).out()).isEqualTo(WITH);
    }

    @ParameterizedTest
    @MethodSource("jvms")
    void shouldStartWithoutWhereThereCanBeNoDirectory(Jvm jvm) throws Exception {
        Files.writeString(cache, "no directory");
        assertThat(run(jvm).out()).isEqualTo(WITHOUT);
        assertThat(Files.readString(cache)).isEqualTo("no directory");
    }

    /** A disk of two MiB, on which a user who may mount one sees it. */
    @ParameterizedTest
    @MethodSource("jvms")
    void shouldLeaveNothingHalfWrittenOnAFullDisk(Jvm jvm) throws Exception {
        ArchiveCache.make(cache);
        String mount = "mount -t tmpfs -o size=2m,mode=700 tmpfs " + cache + " && ";
        assumeTrue(execute(List.of("unshare", "-m", "sh", "-c", mount + "true")).exit() == 0, "nobody may mount here");
        String own = String.join(
                File.pathSeparator, List.of(classPath.split(File.pathSeparator)).subList(0, ownJars));
        Output output = execute(List.of(
                "unshare",
                "-m",
                "sh",
                "-c",
                mount + "{ \"$@\"; ls " + cache + "; }",
                "sh",
                jvm.java().toString(),
                "-Datoll.class.cache=none",
                "-cp",
                own,
                ArchiveMain.class.getName(),
                cache.toString(),
                "name",
                "made of this",
                NativeLibrary.location().toString()));
        assertThat(output.out()).endsWith("lock\nname.failed\n").doesNotContain("name.archive", "unfinished");
    }

    private static Output execute(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Output(process.waitFor(), out, "");
    }

    @ParameterizedTest
    @MethodSource("jvms")
    void shouldTryWhatItHasMade(Jvm jvm) throws Exception {
        Path archive = made(jvm);
        Path half = directory.resolve("half");
        Files.write(half, half(Files.readAllBytes(archive)));
        List<String> options = List.of("-Datoll.class.cache=none", "-cp", classPath);
        assertThat(Jvms.run(jvm, options, ArchivedProgram.class, archive.toString())
                        .out())
                .isEqualTo("true\n");
        assertThat(Jvms.run(jvm, options, ArchivedProgram.class, half.toString())
                        .out())
                .isEqualTo("false\n");
    }
}
