package io.atoll.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.GetTimeoutException;
import io.atoll.ObjectId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that has no CPU for a while is waited for as long as the caller says. */
@Timeout(120)
class StoppedServerTest {
    private static final long CAPACITY = 64 << 20;
    private static final long SIZE = 48 << 20; // nobody has as much at hand

    @TempDir
    Path directory;

    private Process server;

    /** The server's process. */
    static final class Server {
        private Server() {}

        public static void main(String[] arguments) throws IOException {
            try (StoreServer server = StoreServer.start(
                    StoreOptions.builder(Path.of(arguments[0]), CAPACITY).build())) {
                System.out.println("ready");
                System.in.read();
            }
        }
    }

    @BeforeEach
    void start() throws IOException {
        server = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Server.class.getName(),
                        socket().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(server.inputReader().readLine()).isEqualTo("ready");
    }

    @AfterEach
    void end() throws Exception {
        signal("CONT");
        server.getOutputStream().close();
        assertThat(server.waitFor()).isZero();
    }

    private Path socket() {
        return directory.resolve("store.sock");
    }

    private void signal(String name) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(server.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private void stop() throws Exception {
        signal("STOP");
        while (!Files.readString(Path.of("/proc/" + server.pid() + "/stat")).contains(") T ")) {
            Thread.sleep(1);
        }
    }

    private static ObjectId put(StoreClient client, Duration timeout) {
        try (WritableObject object = client.create(SIZE, timeout)) {
            return object.seal();
        }
    }

    @Test
    void shouldGetRoomOnceItRunsAgain() throws Exception {
        try (StoreClient client = StoreClient.attach(socket())) {
            stop();
            CompletableFuture<ObjectId> made =
                    CompletableFuture.supplyAsync(() -> put(client, Duration.ofSeconds(100)));
            assertThatThrownBy(() -> made.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            signal("CONT");
            assertThat(made.get()).isNotNull();
        }
    }

    @Test
    void shouldBeGivenUpWhenTheTimeIsOver() throws Exception {
        try (StoreClient client = StoreClient.attach(socket())) {
            stop();
            assertThatThrownBy(() -> put(client, Duration.ofMillis(50)))
                    .isInstanceOf(GetTimeoutException.class)
                    .hasMessageContaining(SIZE + " bytes")
                    .hasMessageContaining("it may be stopped");
            signal("CONT");
            assertThat(put(client, Duration.ofSeconds(100))).isNotNull();
        }
    }
}
