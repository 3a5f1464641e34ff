package io.atoll.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.atoll.AtollException;
import io.atoll.AtollOptions;
import io.atoll.internal.runtime.WorkerMain;
import io.atoll.internal.store.NativeServer;
import io.atoll.internal.store.SpawnedProcess;
import io.atoll.jni.NativeLibrary;
import io.atoll.scheduler.WorkerKind;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a worker is started with. */
class WorkerLaunchTest {
    @TempDir
    Path directory;

    private static List<String> classPath() {
        return List.of(WorkerClassPath.find(WorkerMain.class).split(File.pathSeparator));
    }

    @Test
    void shouldNameTheClassesOfThisTest() throws Exception {
        Path classes = Path.of(WorkerLaunchTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        assertThat(classPath()).contains(classes.toString());
    }

    @Test
    void shouldUnfoldSurefiresJar() throws Exception {
        Path jar = directory.resolve("surefirebooter1.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        "classes/ " + directory.resolve("with%20space.jar").toUri());
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        String before = System.getProperty("java.class.path");
        System.setProperty("java.class.path", jar + File.pathSeparator + "other.jar");
        try {
            assertThat(classPath())
                    .contains(directory.resolve("classes").toString(), new File("other.jar").getAbsolutePath())
                    .doesNotContain(jar.toString());
        } finally {
            System.setProperty("java.class.path", before);
        }
    }

    @Test
    void shouldNameTheUrlsOfTheContextClassLoader() throws Exception {
        URL[] urls = {
            directory.resolve("a b.jar").toUri().toURL(), directory.toUri().toURL()
        };
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader outer = new URLClassLoader(urls, before);
                URLClassLoader inner = new URLClassLoader(new URL[0], outer)) {
            thread.setContextClassLoader(inner);
            assertThat(classPath())
                    .containsSubsequence(directory.resolve("a b.jar").toString(), directory.toString());
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static List<String> command(AtollOptions.Builder options) {
        return WorkerCommand.find(WorkerMain.class, options.build());
    }

    @Test
    void shouldLeaveTheChoiceOfACollectorToTheUser() {
        String serial = "-XX:+UseSerialGC";
        assertThat(command(AtollOptions.builder().workerJvmArguments("-Dx=-XX:+UseZGC")))
                .contains(serial);
        for (String other : List.of("-XX:+UseZGC", "-XX:+UseG1GC", "-XX:+UseParallelGC", "-XX:+UseShenandoahGC")) {
            assertThat(command(AtollOptions.builder().workerJvmArguments("-Xss1m", other)))
                    .contains(other)
                    .doesNotContain(serial);
            assertThat(command(AtollOptions.builder().workerEnvironment("JAVA_TOOL_OPTIONS", "-Xss1m " + other)))
                    .doesNotContain(serial);
        }
        System.setProperty("atoll.worker.flags", "-XX:+UseParallelGC -Xss1m");
        try {
            assertThat(command(AtollOptions.builder())).doesNotContain(serial);
        } finally {
            System.clearProperty("atoll.worker.flags");
        }
    }

    @Test
    void shouldGiveAJvmOnlyFlagsThatItKnowsSoThatItRefusesTheRest() {
        assertThat(command(AtollOptions.builder())).doesNotContain("-XX:+IgnoreUnrecognizedVMOptions");
        assertThat(JvmFlags.chosen(17, List.of())).noneMatch(each -> each.contains("unsafe"));
        assertThat(JvmFlags.chosen(23, List.of())).contains("--sun-misc-unsafe-memory-access=allow");
    }

    /** As the loaders of programs that are packed into one archive have them. */
    private static URL nested() throws Exception {
        return new URL(null, "nested:/app.jar/!lib.jar", new URLStreamHandler() {
            @Override
            protected URLConnection openConnection(URL url) throws IOException {
                throw new IOException("not here");
            }
        });
    }

    @Test
    void shouldHandOverAWholeJarAndLeaveOutWhatWorkersCannotRead() throws Exception {
        Path jar = directory.resolve("whole.jar");
        URL[] urls = {new URL("jar:" + jar.toUri() + "!/"), nested()};
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(urls, before)) {
            thread.setContextClassLoader(loader);
            assertThat(WorkerClassPath.find(WorkerMain.class))
                    .contains(jar.toString())
                    .doesNotContain("nested");
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void shouldNameTheArchiveThatWorkersCannotReadAtollFrom() throws Exception {
        byte[] bytes;
        try (InputStream in = WorkerMain.class.getResourceAsStream("WorkerMain.class")) {
            bytes = in.readAllBytes();
        }
        ProtectionDomain domain = new ProtectionDomain(new CodeSource(nested(), (Certificate[]) null), null);
        Class<?> packed = new ClassLoader(WorkerMain.class.getClassLoader()) {
            Class<?> define() {
                return defineClass(WorkerMain.class.getName(), bytes, 0, bytes.length, domain);
            }
        }.define();
        assertThatThrownBy(() -> WorkerClassPath.find(packed))
                .isInstanceOf(AtollException.class)
                .hasMessageContaining("nested:/app.jar/!lib.jar")
                .hasMessageContaining("jarmode=tools");
    }

    @Test
    void shouldPutTheFlagsOfThePropertyLast() {
        System.setProperty("atoll.worker.flags", " -Xmx100m  -Dx=y ");
        try {
            AtollOptions options = AtollOptions.builder()
                    .workerHeapBytes(5 << 20)
                    .workerJvmArguments("-Da=b c")
                    .build();
            assertThat(WorkerCommand.find(WorkerMain.class, options))
                    .containsSubsequence("-Xmx5242880", "-Da=b c", "-Xmx100m", "-Dx=y", "-cp");
        } finally {
            System.clearProperty("atoll.worker.flags");
        }
    }

    @Test
    void shouldInheritTheFlagsThatChangeWhatCodeMeans() {
        assertThat(WorkerCommand.inherited(List.of(
                        "-Xmx1g",
                        "-Dkey=a value",
                        "--add-opens=a/b=ALL-UNNAMED",
                        "--add-modules=jdk.incubator.vector",
                        "-ea",
                        "-XX:+UseZGC",
                        "-Dcom.sun.management.jmxremote.port=19010",
                        "-agentlib:jdwp=transport=dt_socket,server=y,address=5005",
                        "-javaagent:/agent.jar=port=1",
                        "-Datoll.library.path=/x",
                        "-Dempty=")))
                .containsExactly(
                        "-Dkey=a value",
                        "--add-opens=a/b=ALL-UNNAMED",
                        "--add-modules=jdk.incubator.vector",
                        "-ea",
                        "-Dempty=");
    }

    @Test
    void shouldDivideWhatTheMachineHasAmongTheWorkers() {
        AtollOptions one =
                AtollOptions.builder().workers(1).storeBytes(64 << 20).build();
        AtollOptions four =
                AtollOptions.builder().workers(4).storeBytes(64 << 20).build();
        assertThat(WorkerCommand.heapShare(four)).isBetween(64L << 20, MachineMemory.bytes() / 4);
        assertThat(WorkerCommand.heapShare(one)).isGreaterThan(WorkerCommand.heapShare(four));
        AtollOptions greedy = AtollOptions.builder()
                .workers(2)
                .storeBytes(MachineMemory.bytes())
                .build();
        assertThat(WorkerCommand.heapShare(greedy)).isEqualTo(MachineMemory.bytes() / 16);
    }

    @Test
    void shouldReadTheOrdersThatWereWritten() {
        WorkerOrders orders = new WorkerOrders(
                Path.of("/tmp/a b/store.sock"),
                Path.of("/tmp/lib.so"),
                3,
                Duration.ofMillis(1500),
                Optional.of(directory));
        WorkerOrders none = new WorkerOrders(Path.of("/s"), Path.of("/l"), 3, Duration.ZERO, Optional.empty());
        assertThat(WorkerOrders.parse(none.arguments().toArray(new String[0]))).isEqualTo(none);
        assertThat(WorkerOrders.parse(orders.arguments().toArray(new String[0])))
                .isEqualTo(orders);
    }

    private Path session(String name) throws IOException {
        Path session = Files.createDirectory(directory.resolve(name));
        Files.createFile(session.resolve("store.sock"));
        return session;
    }

    @Test
    void shouldSweepDirectoriesOfTheDeadOnly() throws Exception {
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        Path unlocked = session(ended.pid() + "-123-1"); // killed before it had locked it
        Path dead = session(ended.pid() + "-124-1");
        Files.createFile(dead.resolve("lock"));
        // In another PID namespace, say: nobody here has that pid.
        Path locked = session(ended.pid() + "-125-1");
        Path foreign = session("something-else");
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Files.createFile(elsewhere.resolve("kept"));
        Files.createFile(elsewhere.resolve("lock"));
        Path link = Files.createSymbolicLink(directory.resolve(ended.pid() + "-126-1"), elsewhere);
        Path lockIsLink = session(ended.pid() + "-127-1");
        Files.createSymbolicLink(lockIsLink.resolve("lock"), elsewhere.resolve("lock"));
        Path ours = SessionDirectory.create();
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        LockHolder.class.getName(),
                        locked.resolve("lock").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(holder.getInputStream().read()).isEqualTo('.');
            SessionDirectory.sweep(directory);
            SessionDirectory.sweep(ours.getParent());
            assertThat(unlocked).doesNotExist();
            assertThat(dead).doesNotExist();
            assertThat(locked).exists();
            assertThat(SessionDirectory.deleteIfDead(locked)).isFalse();
            assertThat(foreign).exists();
            assertThat(link).exists();
            assertThat(lockIsLink).exists();
            assertThat(elsewhere.resolve("kept")).exists();
            assertThat(ours).exists();
            assertThat(Files.getPosixFilePermissions(ours)).hasSize(3);
            holder.destroyForcibly().waitFor();
            assertThat(SessionDirectory.deleteIfDead(locked)).isTrue();
            assertThat(locked).doesNotExist();
        } finally {
            holder.destroyForcibly();
            SessionDirectory.delete(ours);
        }
        assertThat(ours).doesNotExist();
    }

    @Test
    void shouldLeaveWhatAnotherUserHasPutThere() throws Exception {
        assumeTrue(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "only root can give a directory away");
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        Path others = session(ended.pid() + "-123-1");
        Files.createFile(others.resolve("lock"));
        Files.setAttribute(others, "unix:uid", 12345);
        SessionDirectory.sweep(directory);
        assertThat(others.resolve("store.sock")).exists();
        assertThat(SessionDirectory.deleteIfDead(others)).isFalse();
        // And as the name for all sessions of this user.
        Path place = Files.createDirectory(directory.resolve("place"));
        Path taken = Files.createDirectory(place.resolve("atoll-0"));
        Files.setAttribute(taken, "unix:uid", 12345);
        assertThat(SessionDirectory.parentIn(place)).isEqualTo(place.resolve("atoll-0-1"));
        Files.setAttribute(others, "unix:uid", 0);
        Files.setAttribute(taken, "unix:uid", 0);
    }

    /** A driver, as far as others can tell. */
    static final class LockHolder {
        private LockHolder() {}

        public static void main(String[] arguments) throws Exception {
            FileChannel.open(Path.of(arguments[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                    .lock();
            System.out.print('.');
            System.out.flush();
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    @Test
    void shouldTakeAnotherNameWhenOneIsTaken() throws Exception {
        Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        Files.createFile(directory.resolve("atoll-" + uid)); // as another user would
        assertThat(SessionDirectory.parentIn(directory)).isEqualTo(directory.resolve("atoll-" + uid + "-1"));
        assertThat(SessionDirectory.parentIn(directory)).isEqualTo(directory.resolve("atoll-" + uid + "-1"));
    }

    @Test
    void shouldLookAtHowAPlaceIsMounted() {
        List<String> mounts = List.of(
                "/dev/a / ext4 rw,relatime 0 0",
                "tmpfs /tmp tmpfs rw,nosuid,noexec 0 0",
                "tmpfs /a\\040b tmpfs ro,nosuid 0 0");
        assertThat(Places.mountOptions(Path.of("/tmp/x"), mounts)).contains("noexec");
        assertThat(Places.mountOptions(Path.of("/tmpx"), mounts)).isEqualTo("rw,relatime");
        assertThat(Places.mountOptions(Path.of("/a b"), mounts)).startsWith("ro");
        assertThat(Places.whyNot(directory, 1)).contains("too long");
        assertThat(Places.whyNot(directory.resolve("none"), 1000)).contains("no directory");
    }

    /** The worker's JVM begins when the store has gone, whose socket's file is left. */
    @Test
    void shouldEndQuietlyWhenTheDriverWasKilledBeforeItAttached() throws Exception {
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        Path session = Files.createDirectory(directory.resolve(ended.pid() + "-123-1"));
        WorkerOrders orders = new WorkerOrders(
                SessionDirectory.socketIn(session),
                NativeLibrary.extractTo(session),
                1,
                Duration.ZERO,
                Optional.empty());
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "read line; exec \"$@\"", "sh"));
        command.addAll(WorkerCommand.find(WorkerMain.class, AtollOptions.defaults()));
        command.addAll(orders.arguments());
        NativeServer server = NativeServer.start(NativeServer.options(orders.socket(), 16 << 20));
        Process worker = SpawnedProcess.start(orders.socket(), command, Map.of());
        server.close();
        Files.createFile(orders.socket());
        worker.getOutputStream().write('\n');
        try (InputStream err = worker.getErrorStream()) {
            assertThat(new String(err.readAllBytes(), StandardCharsets.UTF_8)).isEmpty();
        }
        assertThat(worker.waitFor()).isZero();
        assertThat(session).doesNotExist();
        worker.getOutputStream().close();
        worker.getInputStream().close();
    }

    /** There may have been no memory for the threads that read it. */
    @Test
    void shouldTellHowAWorkerEndedWhoseOutputNobodyReads() throws Exception {
        Path socket = directory.resolve("store");
        WorkerLauncher launcher = new WorkerLauncher(
                environment -> number -> List.of("/bin/sh", "-c", "exit 7", "sh"),
                new WorkerOrders(socket, directory.resolve("library"), 1, Duration.ZERO, Optional.empty()),
                Map.of(),
                new Gpus(0, List.of()));
        try (NativeServer server = NativeServer.start(NativeServer.options(socket, 16 << 20))) {
            WorkerProcess worker = launcher.launch(new WorkerPool(WorkerKind.PLAIN), 0, List.of());
            worker.process.waitFor();
            worker.awaitOutput();
            assertThat(worker.ending(new CrashFiles(directory, false)).how()).isEqualTo("exit code 7");
            worker.process.getOutputStream().close();
            worker.process.getInputStream().close();
            worker.process.getErrorStream().close();
        }
    }
}
