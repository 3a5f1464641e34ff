package io.atoll.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.StoreException;
import io.atoll.jni.StoreLayout;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SpawnedProcessTest {
    @TempDir
    Path temporary;

    private NativeServer server;

    @BeforeEach
    void start() throws IOException {
        Path directory = Files.createDirectory(
                temporary.resolve("s"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        server = NativeServer.start(NativeServer.options(directory.resolve("store.sock"), 16 << 20));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private SpawnedProcess shell(String script, String... arguments) {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", script, "sh"));
        command.addAll(List.of(arguments));
        return SpawnedProcess.start(server.socket(), command, Map.of());
    }

    private static String text(InputStream stream) throws IOException {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void closeAll(Process process) throws IOException {
        process.getOutputStream().close();
        process.getInputStream().close();
        process.getErrorStream().close();
    }

    @Test
    void shouldPassArgumentsInputAndOutputAndTheStatus() throws Exception {
        SpawnedProcess process = shell("echo \"$1,$2,$HOME\"; cat; echo wrong >&2; exit 7", "a b", "");
        try (OutputStream in = process.getOutputStream()) {
            in.write("given\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(text(process.getInputStream())).isEqualTo("a b,," + System.getenv("HOME") + "\ngiven\n");
        assertThat(text(process.getErrorStream())).isEqualTo("wrong\n");
        assertThat(process.waitFor()).isEqualTo(7);
        assertThat(process.exitValue()).isEqualTo(7);
        assertThat(process.onExit().get()).isSameAs(process);
        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void shouldSayHowASignalHasEndedIt() throws Exception {
        SpawnedProcess process = shell("cat");
        assertThat(process.waitFor(1, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(process.isAlive()).isTrue();
        assertThatThrownBy(process::exitValue).isInstanceOf(IllegalThreadStateException.class);
        assertThat(process.destroyForcibly().waitFor()).isEqualTo(128 + 9);
        assertThat(process.signal()).isEqualTo(9);
        closeAll(process);
    }

    @Test
    void shouldSayWhyThereIsNoProcess() {
        assertThatThrownBy(() -> SpawnedProcess.start(server.socket(), List.of("/nowhere/java", "-version"), Map.of()))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("start of /nowhere/java: execve(/nowhere/java): No such file or directory");
        server.close();
        assertThatThrownBy(() -> shell("exit 0"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("no server there");
    }

    @Test
    void shouldLeaveNoDescriptorAndNoZombie() throws Exception {
        closeAll(shell("exit 0"));
        int before = descriptors();
        for (int i = 0; i < 20; ++i) {
            SpawnedProcess process = shell("exit 3");
            closeAll(process);
            assertThat(process.waitFor()).isEqualTo(3);
            assertThat(ProcessHandle.of(process.pid())).isEmpty();
        }
        // The server closes its ends of the connections as it sees them end.
        while (descriptors() > before) {
            Thread.sleep(1);
        }
    }

    private static int descriptors() {
        return new File("/proc/self/fd").list().length;
    }

    @Test
    void shouldLetAJvmAttachWhenTheSocketHasNoPathAnyMore() throws Exception {
        try (NativeStore store = NativeStore.attach(server.socket())) {
            SpawnedProcess process = shell(
                    "read line; exec \"$@\"",
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                    Heir.class.getName());
            Path elsewhere = temporary.resolve("elsewhere");
            Files.move(server.socket(), elsewhere);
            process.getOutputStream().write('\n');
            byte[] index = new byte[1];
            assertThat(process.getInputStream().read(index)).as("bytes read").isEqualTo(1);
            assertThat(store.clientStats(index[0]).get(StoreLayout.CLIENT_STATS_PID))
                    .isEqualTo(process.pid());
            Files.move(
                    elsewhere,
                    server.socket(),
                    StandardCopyOption.REPLACE_EXISTING); // the server may have made another
            process.getOutputStream().close();
            assertThat(text(process.getErrorStream())
                            .lines()
                            .filter(line -> !line.isEmpty() && !line.startsWith("WARNING: ")))
                    .isEmpty();
            assertThat(process.waitFor()).isZero();
            process.getInputStream().close();
        }
    }

    static final class Heir {
        public static void main(String[] arguments) throws IOException {
            try (NativeStore store = NativeStore.attachInherited(Path.of("nowhere"))) {
                System.out.write(store.clientIndex());
                System.out.flush();
                System.in.read();
            }
        }
    }
}
