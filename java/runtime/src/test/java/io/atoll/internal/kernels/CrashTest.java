package io.atoll.internal.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.WorkerDiedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Native code that crashes takes its worker and nothing else, says where, and leaves nothing behind. */
@Timeout(180)
class CrashTest {
    @BeforeAll
    static void compile() throws Exception {
        Compiled.compile("kernel_functions.cc", Compiled.headers(), Compiled.library("kernel-functions"));
    }

    private static AtollOptions.Builder options() {
        return AtollOptions.builder().workers(1).storeBytes(32L << 20);
    }

    private static WorkerDiedException scribble(ObjectRef<double[]> numbers, int retries) {
        return catchThrowableOfType(
                WorkerDiedException.class,
                () -> Atoll.run(KernelFunctions::scribbleOn, numbers.id())
                        .retries(retries)
                        .remote()
                        .get());
    }

    @Test
    void shouldSayWhereAWorkerCrashedAndLeaveNothing() throws IOException {
        List<String> before = crashFilesHere();
        try (AtollSession session = Atoll.init(options().build())) {
            ObjectRef<double[]> numbers = Atoll.put(new double[] {1, 2, 3});
            WorkerDiedException died = scribble(numbers, 1);
            assertThat(died.ending())
                    .startsWith("SIGSEGV in C [libkernel-functions.so+0x")
                    .contains("KernelFunctions_scribble")
                    .endsWith("signal 6 (SIGABRT)");
            assertThat(died)
                    .hasMessageContainingAll(
                            "task KernelFunctions.scribbleOn",
                            "attempt 2 of 2",
                            "SIGSEGV (0xb) at pc=",
                            "siginfo: ",
                            "SEGV_ACCERR",
                            "Java frames:",
                            "KernelFunctions.scribble(JJ)V",
                            "about to scribble")
                    .message()
                    .doesNotContain("submit a bug report");
            assertThat(numbers.get()).containsExactly(1, 2, 3);
            assertThat(Atoll.task(Math::addExact, 1, 1).remote().get()).isEqualTo(2);
            assertThat(crashFiles(session.socket().getParent())).isEmpty();
        }
        assertThat(crashFilesHere()).isEqualTo(before);
    }

    @Test
    void shouldKeepWhatAWorkerWroteWhereTheUserWantsIt(@TempDir Path directory) throws IOException {
        try (AtollSession session =
                Atoll.init(options().crashDirectory(directory).build())) {
            WorkerDiedException died = scribble(Atoll.put(new double[] {1}), 0);
            assertThat(died.ending()).startsWith("SIGSEGV in C [libkernel-functions.so+0x");
            assertThat(crashFiles(directory)).containsExactly("hs_err_pid" + died.workerPid() + ".log");
        }
        assertThat(crashFiles(directory)).hasSize(1);
    }

    @Test
    void shouldReadWhatWasPrintedWhereTheUserHasAPlaceOfHisOwn(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("mine");
        try (AtollSession session =
                Atoll.init(options().workerJvmArguments("-XX:ErrorFile=" + file).build())) {
            WorkerDiedException died = scribble(Atoll.put(new double[] {1}), 0);
            assertThat(died.ending()).startsWith("SIGSEGV in C [libkernel-functions.so+0x");
            assertThat(died).hasMessageContaining("about to scribble");
            assertThat(file).exists();
        }
    }

    @Test
    void shouldSayWhatEndedAWorkerWhoseCodeAborts() throws IOException {
        List<String> before = crashFilesHere();
        try (AtollSession session = Atoll.init(options().build())) {
            WorkerDiedException died = catchThrowableOfType(
                    WorkerDiedException.class,
                    () -> Atoll.run(KernelFunctions::abortProcess)
                            .retries(0)
                            .remote()
                            .get());
            assertThat(died.ending()).endsWith("signal 6 (SIGABRT)");
            assertThat(died).hasMessageContaining("about to abort");
        }
        assertThat(crashFilesHere()).isEqualTo(before);
    }

    @Test
    void shouldUnpackJavaCppsLibrariesOnceASession(@TempDir Path home) throws IOException {
        Path unpacked;
        try (AtollSession session =
                Atoll.init(options().workerJvmArguments("-Duser.home=" + home).build())) {
            unpacked = Path.of(Atoll.task(CrashTest::javaCppsCache).remote().get());
            assertThat(unpacked).isDirectory().startsWith(session.socket().getParent());
        }
        assertThat(unpacked).doesNotExist();
        assertThat(unpacked.getParent()).doesNotExist();
        try (Stream<Path> left = Files.list(home)) {
            assertThat(left).isEmpty();
        }
        try (AtollSession session = Atoll.init(options()
                .workerJvmArguments("-Dorg.bytedeco.javacpp.cachedir=" + home)
                .build())) {
            assertThat(Path.of(Atoll.task(CrashTest::javaCppsCache).remote().get()))
                    .isEqualTo(home);
        }
    }

    /** With something in it, two directories deep. */
    static String javaCppsCache() throws IOException {
        org.bytedeco.javacpp.Loader.cacheResource(CrashTest.class, "CrashTest.class");
        Path cache = org.bytedeco.javacpp.Loader.getCacheDir().toPath();
        try (Stream<Path> all = Files.walk(cache)) {
            if (all.filter(Files::isRegularFile).count() == 0) {
                throw new IOException(cache + " is empty");
            }
        }
        return cache.toString();
    }

    /** In the directory of this process, which is that of its workers. */
    private static List<String> crashFilesHere() throws IOException {
        return crashFiles(Path.of(""));
    }

    private static List<String> crashFiles(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory.toAbsolutePath())) {
            return all.map(each -> each.getFileName().toString())
                    .filter(name -> name.startsWith("hs_err") || name.startsWith("core"))
                    .sorted()
                    .toList();
        }
    }
}
