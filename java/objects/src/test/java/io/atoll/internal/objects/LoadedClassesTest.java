package io.atoll.internal.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.ObjectId;
import io.atoll.TaskException;
import io.atoll.internal.store.testkit.InMemoryStore;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Simple values, and values of simple shape, must not wait for Arrow or Fory to be loaded. */
class LoadedClassesTest {
    @Test
    void shouldNotLoadArrowOrForyForSimpleValues() throws Exception {
        List<String> loaded = classesLoadedBy("simple");
        assertThat(loaded).contains(ObjectCodec.class.getName());
        assertThat(loaded).noneMatch(LoadedClassesTest::isHeavy);
    }

    /** The test above can fail at all. */
    @Test
    void shouldLoadForyForAGraph() throws Exception {
        assertThat(classesLoadedBy("graph")).anyMatch(LoadedClassesTest::isHeavy);
    }

    private static boolean isHeavy(String name) {
        return name.startsWith("org.apache.") || name.startsWith("com.google.") || name.startsWith("org.slf4j.");
    }

    private static List<String> classesLoadedBy(String what) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-Xlog:class+load:stdout:tags",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        what)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines()
                .filter(line -> line.contains(" source: "))
                .map(line -> line.replaceFirst("^\\[[^]]*]\\s*", "").replaceFirst(" source: .*", ""))
                .toList();
    }

    enum Unit {
        METRE
    }

    record Row(int number, String text, List<Unit> units, Map<String, Optional<Long>> more, int[] counts) {}

    static final class Main {
        public static void main(String[] args) {
            InMemoryStore store = InMemoryStore.create(1 << 20);
            ObjectCodec codec = new ObjectCodec(store, id -> null);
            Object[] values = {null, true, 1, 2L, 3.0, 'c', (byte) 4, (short) 5, 6f, "text", new double[9], new byte[9]
            };
            for (Object value : values) {
                codec.get(codec.put(value), Duration.ZERO);
            }
            ObjectId error = store.expect();
            codec.putError(error, TaskException.of("task", 7, 1, new IllegalStateException("text")));
            try {
                codec.get(error, Duration.ZERO);
            } catch (TaskException e) {
                // as it should
            }
            Row row = new Row(1, "text", List.of(Unit.METRE), Map.of("k", Optional.of(2L)), new int[] {3});
            Object[] plain = {
                row,
                List.of(row, row),
                new Row[] {row},
                new TreeMap<>(Map.of("at", Instant.EPOCH)),
                new HashSet<>(Set.of(UUID.randomUUID())),
                Arrays.asList(LocalDate.EPOCH, BigDecimal.TEN)
            };
            for (Object value : plain) {
                codec.get(codec.put(value), Duration.ZERO);
            }
            if (args[0].equals("graph")) {
                codec.put(new Main());
            }
        }
    }
}
