package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Drivers under signals, limits and locales as shells and containers have them. */
@Timeout(120)
class SurroundingsTest {
    @TempDir
    Path directory;

    /** Says when it waits, for a task that takes longer than the test. */
    public static final class Waiting {
        private Waiting() {}

        public static void main(String[] arguments) {
            try (AtollSession session = Atoll.init(AtollOptions.builder()
                    .workers(1)
                    .cpus(1)
                    .storeBytes(32L << 20)
                    .build())) {
                int answer = Atoll.task(Waiting::answer, 40).remote().get();
                System.out.println("answer " + answer);
                if (arguments.length > 0) {
                    Atoll.task(Waiting::sleep, 100).remote().get();
                }
            }
        }

        static int answer(int base) {
            return base + 2;
        }

        static int sleep(int seconds) throws InterruptedException {
            TimeUnit.SECONDS.sleep(seconds);
            return seconds;
        }
    }

    private static String[] command(String shell, String... flags) {
        List<String> command = new ArrayList<>(List.of("bash", "-c", shell + "; exec \"$@\"", "bash", ChildJvm.java()));
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", ChildJvm.classPath(), Waiting.class.getName()));
        return command.toArray(new String[0]);
    }

    private static void assertQuietEnd(String signal, int code) throws Exception {
        try (ChildJvm program = ChildJvm.start(Waiting.class, "wait")) {
            while (!program.readLine().equals("answer 42")) {
                // what comes before
            }
            TimeUnit.MILLISECONDS.sleep(300); // by then it waits
            new ProcessBuilder(
                            "kill",
                            "-" + signal,
                            Long.toString(program.process().pid()))
                    .start()
                    .waitFor();
            assertThat(program.readAll()).isEmpty();
            assertThat(program.process().exitValue()).isEqualTo(code);
        }
    }

    @Test
    void shouldEndWithoutATraceWhenToldTo() throws Exception {
        assertQuietEnd("INT", 130);
        assertQuietEnd("TERM", 143);
    }

    @Test
    void shouldStartWorkersThatFitTheirAddressSpace() throws Exception {
        try (ChildJvm program = ChildJvm.run(command("ulimit -v 8000000", "-Xmx256m"))) {
            assertThat(program.readAll()).contains("answer 42");
        }
    }

    @Test
    void shouldNameTheLimitThatAWorkerDoesNotFit() throws Exception {
        try (ChildJvm program =
                ChildJvm.run(command("ulimit -v 8000000", "-Xmx256m", "-Datoll.worker.flags=-Xmx16g"))) {
            assertThat(program.readAll())
                    .contains("WorkerDiedException")
                    .contains("(a process may have 8192000000 bytes of addresses here, by ulimit -v: raise that, or ask"
                            + " for less by AtollOptions.Builder.storeBytes and workerHeapBytes)")
                    .doesNotContain("answer 42");
        }
    }

    @Test
    void shouldNameTheDirectoryThatTheLocaleHasNoNameFor() throws Exception {
        Path green = Files.createDirectories(Path.of(directory.toString(), "gr\u00fcn"));
        String shell = "unset LANG; export LC_ALL=C XDG_RUNTIME_DIR=; cd '" + directory + "'; cd gr*";
        try (ChildJvm program = ChildJvm.run(command(shell))) {
            String printed = program.readAll();
            assertThat(printed)
                    .satisfiesAnyOf(
                            text -> assertThat(text).contains("answer 42"), // of a JVM that reads all names as they are
                            text -> assertThat(text).contains("the working directory", "gr", "LC_ALL=C.UTF-8"));
        }
        shell = "unset LANG; export LC_ALL=C XDG_RUNTIME_DIR=";
        try (ChildJvm program = ChildJvm.run(command(shell, "-Djava.io.tmpdir=" + green))) {
            assertThat(program.readAll())
                    .satisfiesAnyOf(
                            text -> assertThat(text).contains("answer 42"),
                            text -> assertThat(text).contains("java.io.tmpdir", "gr", "LC_ALL=C.UTF-8"));
        }
    }

    @Test
    void shouldNameTheTemporaryDirectoryThatIsMissing() throws Exception {
        try (ChildJvm program = ChildJvm.run(command("true", "-Djava.io.tmpdir=/no/such/place"))) {
            assertThat(program.readAll())
                    .contains("spillDirectory /no/such/place, which is java.io.tmpdir unless another is named,")
                    .contains("does not exist");
        }
    }

    @Test
    void shouldNameTheProgramThatIsMissing() throws Exception {
        try (ChildJvm program = ChildJvm.run(command("true", "-Datoll.worker.java=/no/such/java"))) {
            assertThat(program.readAll())
                    .contains("AtollException: workers are started by /no/such/java, and there is no such program")
                    .contains("atoll.worker.java");
        }
    }

    @Test
    void shouldSayFirstThatItRunsOnLinuxAlone() throws Exception {
        for (String system : List.of("Mac OS X", "Windows 11")) {
            try (ChildJvm program = ChildJvm.run(command("true", "-Dos.name=" + system, "-Djava.io.tmpdir=/no/such"))) {
                assertThat(program.readAllButWarnings())
                        .startsWith(
                                "Exception in thread \"main\" java.lang.UnsatisfiedLinkError: Atoll runs on Linux alone,"
                                        + " and this is " + system + " on ")
                        .doesNotContain("Caused by", "WARN");
            }
        }
        try (ChildJvm program = ChildJvm.run(command("true", "-Dos.arch=s390x"))) {
            assertThat(program.readAllButWarnings())
                    .startsWith(
                            "Exception in thread \"main\" java.lang.UnsatisfiedLinkError: Atoll's native library is built"
                                    + " for linux-x86_64 and linux-arm64, and this JVM is one for linux-s390x");
        }
    }

    /** /tmp as it is, but mounted noexec; and the build, which may lie below it, as it is. */
    private static final String NOEXEC_TMP = "set -e; mount --bind /tmp /tmp; mount -o remount,bind,noexec /tmp;"
            + " mount --bind \"$ROOT\" \"$ROOT\"; mount -o remount,bind,exec \"$ROOT\"; cd \"$PWD\"; ";

    private String inNamespaceWithNoexecTmp(String shell, String... flags) throws Exception {
        List<String> command = new ArrayList<>(
                List.of("unshare", "-m", "env", "ROOT=" + Path.of("../..").toRealPath()));
        command.addAll(List.of(command(NOEXEC_TMP + shell, flags)));
        try (ChildJvm program = ChildJvm.run(command.toArray(new String[0]))) {
            return program.readAllButWarnings();
        }
    }

    @Test
    void shouldTryTheNextPlaceWhereOneIsMountedNoexecAndElseNameThemAll() throws Exception {
        try (ChildJvm trial = ChildJvm.run("unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", directory.toString())) {
            trial.readAll();
            assumeTrue(trial.process().exitValue() == 0, "nobody may mount here");
        }
        String good = "mkdir -p D/run; mount -t tmpfs -o mode=700 tmpfs D/run; ".replace("D", directory.toString());
        assertThat(inNamespaceWithNoexecTmp(good + "export XDG_RUNTIME_DIR=" + directory + "/run"))
                .isEqualTo("answer 42\n");
        assertThat(inNamespaceWithNoexecTmp(
                        good + "export XDG_RUNTIME_DIR=", "-Djava.io.tmpdir=" + directory.resolve("run")))
                .isEqualTo("answer 42\n");
        String bad = good + "export XDG_RUNTIME_DIR=" + directory + "/run; mount -o remount,noexec $XDG_RUNTIME_DIR";
        assertThat(inNamespaceWithNoexecTmp(bad))
                .contains("AtollException: no directory can be made for the session: " + directory.resolve("run")
                        + " is mounted noexec; /tmp is mounted noexec: set XDG_RUNTIME_DIR or -Djava.io.tmpdir to a")
                .doesNotContain("WARN", "passed by");
    }
}
