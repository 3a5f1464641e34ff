package io.atoll.internal.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.store.testkit.InMemoryStore;
import io.atoll.spi.TaskRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the fuzzer of call records begins with, and what it has found. To make the good ones anew, run main. */
class CallSeedsTest {
    private static final Path SEEDS = Path.of("src/test/fuzz/call");

    @Test
    void shouldReadDamagedCallsOrThrow() throws IOException {
        try (Stream<Path> seeds = Files.list(SEEDS)) {
            List<Path> all = seeds.sorted().toList();
            assertThat(all).isNotEmpty();
            for (Path each : all) {
                CallFuzz.fuzzerTestOneInput(Files.readAllBytes(each));
            }
        }
    }

    /** Writes the good ones. */
    public static void main(String[] args) throws IOException {
        InMemoryStore store = InMemoryStore.create(1 << 20);
        CallWriter writer =
                new CallWriter(store, new ObjectCodec(store, id -> null), new ObjectWriter(store, Duration.ZERO));
        write(writer, "values", Resources.cpus(1), null, 1, true, "text", -2L, 2.5, 'c', List.of("x", 1));
        write(writer, "large", Resources.cpus(2).with("GPU", 1), "name", (Object) new byte[2000]);
    }

    private static void write(CallWriter writer, String file, Resources resources, String name, Object... arguments)
            throws IOException {
        writer.write(
                new TaskRequest(CallCodecTest.IDENTITY, arguments, resources, 5, name),
                Submitter.DRIVER,
                Results.one(new ObjectId(1, 2)));
        byte[] bytes = new byte[writer.length()];
        writer.record().getBytes(0, bytes);
        Files.write(Files.createDirectories(SEEDS).resolve(file), bytes);
    }
}
