package io.atoll.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.AtollException;
import io.atoll.AtollOptions;
import io.atoll.internal.runtime.WorkerMain;
import io.atoll.jni.NativeLibrary;
import io.atoll.store.SpawnedProcess;
import io.atoll.store.StoreServer;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    @Test
    void shouldBeginTheCommandWithTheFlagThatLetsOldJvmsTakeTheOthers() {
        assertThat(WorkerCommand.find(WorkerMain.class, AtollOptions.defaults()))
                .element(1)
                .isEqualTo("-XX:+IgnoreUnrecognizedVMOptions");
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
                        "-cp",
                        "-Dnot=this",
                        "-Dkey=value",
                        "--add-opens",
                        "a/b=ALL-UNNAMED",
                        "--add-exports=c/d=ALL-UNNAMED",
                        "-ea",
                        "@file",
                        "Main",
                        "-Dalso=not")))
                .containsExactly(
                        "-Dkey=value", "--add-opens", "a/b=ALL-UNNAMED", "--add-exports=c/d=ALL-UNNAMED", "-ea");
    }

    @Test
    void shouldReadTheOrdersThatWereWritten() {
        WorkerOrders orders =
                new WorkerOrders(Path.of("/tmp/a b/store.sock"), Path.of("/tmp/lib.so"), 3, Duration.ofMillis(1500));
        assertThat(WorkerOrders.parse(orders.arguments().toArray(new String[0])))
                .isEqualTo(orders);
    }

    @Test
    void shouldSweepDirectoriesOfTheDeadOnly() throws Exception {
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        Path dead = Files.createDirectory(directory.resolve(ended.pid() + "-123-1"));
        Files.createFile(dead.resolve("store.sock"));
        Path reused =
                Files.createDirectory(directory.resolve(ProcessHandle.current().pid() + "-123-1"));
        Path foreign = Files.createDirectory(directory.resolve("something-else"));
        Path ours = SessionDirectory.create();
        try {
            SessionDirectory.sweep(directory);
            SessionDirectory.sweep(ours.getParent());
            assertThat(dead).doesNotExist();
            assertThat(reused).doesNotExist();
            assertThat(foreign).exists();
            assertThat(ours).exists();
            assertThat(Files.getPosixFilePermissions(ours)).hasSize(3);
        } finally {
            SessionDirectory.delete(ours);
        }
        assertThat(ours).doesNotExist();
    }

    /** The worker's JVM begins when the store has gone, whose socket's file is left. */
    @Test
    void shouldEndQuietlyWhenTheDriverWasKilledBeforeItAttached() throws Exception {
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        Path session = Files.createDirectory(directory.resolve(ended.pid() + "-123-1"));
        WorkerOrders orders = new WorkerOrders(
                SessionDirectory.socketIn(session), NativeLibrary.extractTo(session), 1, Duration.ZERO);
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "read line; exec \"$@\"", "sh"));
        command.addAll(WorkerCommand.find(WorkerMain.class, AtollOptions.defaults()));
        command.addAll(orders.arguments());
        StoreServer server = StoreServer.start(StoreServer.options(orders.socket(), 16 << 20));
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
}
