package io.atoll.internal.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.internal.process.Workers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker that has no CPU for a while is not one whose tasks wait for ever. */
@Timeout(120)
class StoppedWorkerTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    /** By then nothing has run for longer than a deadlock takes to be told. */
    private static final long QUIET_MILLIS = 3500;

    @TempDir
    Path directory;

    /** The second can only be run on what this keeps, and this waits for the first. */
    static int waitForTwo(String directory) throws Exception {
        Endings.begin(directory, "parent");
        ObjectRef<Integer> first = Atoll.task(Endings::heedNothing, directory, "first", "go")
                .isolated()
                .remote();
        ObjectRef<Integer> second =
                Atoll.task(Endings::twice, 4).resource("licence", 1).remote();
        return first.get() + second.get();
    }

    private long begun(String name) throws Exception {
        while (!Files.exists(directory.resolve(name))) {
            Thread.sleep(2);
        }
        return Long.parseLong(Files.readString(directory.resolve(name)));
    }

    private static void signal(String name, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void shouldNotTakeAStoppedWorkerForADeadlock() throws Exception {
        AtollOptions options = AtollOptions.builder()
                .workers(2)
                .cpus(2)
                .resource("licence", 1)
                .storeBytes(32L << 20)
                .build();
        try (AtollSession session = Atoll.init(options)) {
            Workers.await(2);
            ObjectRef<Integer> ref = Atoll.task(StoppedWorkerTest::waitForTwo, directory.toString())
                    .resource("licence", 1)
                    .remote();
            long parent = begun("parent");
            assertThat(begun("first")).as("the other worker").isNotEqualTo(parent);
            signal("STOP", parent);
            Files.createFile(directory.resolve("go"));
            Thread.sleep(QUIET_MILLIS);
            signal("CONT", parent);
            assertThat(ref.get(SOON)).isEqualTo(9);
        }
    }
}
