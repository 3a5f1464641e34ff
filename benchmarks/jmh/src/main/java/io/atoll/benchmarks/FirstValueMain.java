package io.atoll.benchmarks;

import io.atoll.ObjectId;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.store.NativeServer;
import io.atoll.internal.store.NativeStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * {@code put_get.VALUE.first}: prints the nanoseconds of the first put and get of a fresh JVM whose store is there. The
 * argument is the value: {@code record5} or {@code list}.
 */
final class FirstValueMain {
    private static final long STORE_BYTES = 64 << 20;

    private FirstValueMain() {}

    public static void main(String[] args) throws Exception {
        Path directory = Files.createTempDirectory("atoll-bench");
        Object value =
                args[0].equals("list") ? List.of("a", 1, 2.5) : new ObjectsBenchmark.Order(1, "name", 2.5, 3, true);
        try (NativeServer server =
                        NativeServer.start(NativeServer.options(directory.resolve("store.sock"), STORE_BYTES));
                NativeStore store = NativeStore.attach(server.socket())) {
            ObjectCodec codec = new ObjectCodec(store, id -> null);
            long start = System.nanoTime();
            ObjectId id = codec.put(value);
            Object read = codec.get(id, Duration.ZERO);
            long end = System.nanoTime();
            if (!read.equals(value)) {
                throw new AssertionError(value + " came back as " + read);
            }
            store.dereference(id);
            System.out.println(end - start);
        }
        Files.delete(directory);
    }
}
