package io.atoll.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.ObjectRef;
import io.atoll.table.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A hundred thousand calls leave nothing in the store, and take no more memory than the first half of them. */
@Timeout(300)
class FlatMemoryTest extends ComputeNode {
    private static final int CALLS = 50_000;
    private static final long MOST_GROWTH = 48L << 20;

    @Test
    void shouldLeaveNothingBehind() throws Exception {
        while (Atoll.stats().workers().size() < WORKERS) { // one that comes later would be taken for growth
            Thread.sleep(5);
        }
        ObjectRef<Table> numbers = table("n", longs(100));
        ObjectRef<Table> words = table("w", new String[] {"a", "b", "a"});
        calls(numbers, words, 1000);
        long objects = Atoll.stats().objects();
        calls(numbers, words, CALLS);
        long half = workers();
        calls(numbers, words, CALLS);
        assertThat(workers() - half).isLessThan(MOST_GROWTH);
        assertThat(Atoll.stats().objects()).isLessThanOrEqualTo(objects + 10);
    }

    private static void calls(ObjectRef<Table> numbers, ObjectRef<Table> words, int count) {
        for (int i = 0; i < count; i += 5) {
            ArrowCompute.sum(numbers).close();
            try (ObjectRef<Table> sum = ArrowCompute.call(Table.class, "add", null, numbers, numbers);
                    ObjectRef<Table> upper = ArrowCompute.call(Table.class, "utf8_upper", null, words);
                    ObjectRef<Table> counts = ArrowCompute.valueCounts(words);
                    ObjectRef<Table> wrong = ArrowCompute.call(Table.class, "negate", null, words)) {
                Atoll.wait(java.util.List.of(sum, upper, counts, wrong), 4, java.time.Duration.ofSeconds(60));
            }
        }
    }

    /** Memory of the two processes, the store's not counted. */
    private static long workers() throws IOException {
        long bytes = 0;
        for (var worker : Atoll.stats().workers()) {
            for (String line : Files.readAllLines(Path.of("/proc/" + worker.pid() + "/status"))) {
                if (line.startsWith("RssAnon:")) {
                    bytes += Long.parseLong(line.replaceAll("\\D", "")) << 10;
                }
            }
        }
        return bytes;
    }
}
