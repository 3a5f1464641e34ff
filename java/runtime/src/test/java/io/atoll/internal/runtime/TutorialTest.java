package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.tensor.Tensor;
import java.nio.DoubleBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The README's program, as it stands there. */
@Timeout(180)
class TutorialTest {
    // The README's program begins here.
    public static class Means {
        static double mean(Tensor values, int from, int to) {
            DoubleBuffer view = values.asDoubleBuffer(); // shared memory, in every process
            double sum = 0;
            for (int i = from; i < to; ++i) {
                sum += view.get(i);
            }
            return sum / (to - from);
        }

        public static void main(String[] args) {
            try (AtollSession session = Atoll.init()) { // a store in shared memory, and worker JVMs
                double[] values = IntStream.range(0, 1_000_000).asDoubleStream().toArray();
                ObjectRef<Tensor> shared = Atoll.put(Tensor.of(values, values.length)); // once, for all
                List<ObjectRef<Double>> means = new ArrayList<>();
                for (int i = 0; i < 1_000_000; i += 100_000) {
                    means.add(Atoll.task(Means::mean, shared, i, i + 100_000).remote());
                }
                System.out.println(Atoll.get(means));
            }
        }
    }
    // The README's program ends here.

    @Test
    void shouldPrintTheMeans() throws Exception {
        try (ChildJvm program = ChildJvm.start(Means.class)) {
            assertThat(program.readAll())
                    .contains(
                            "[49999.5, 149999.5, 249999.5, 349999.5, 449999.5, 549999.5, 649999.5, 749999.5, 849999.5, 949999.5]\n");
        }
    }

    @Test
    void shouldStandInTheReadmeWordForWord() throws Exception {
        String source = Files.readString(Path.of("src/test/java/io/atoll/internal/runtime/TutorialTest.java"));
        String program = source.substring(
                        source.indexOf("    public static class Means"),
                        source.indexOf("    // The README's program ends here."))
                .stripTrailing()
                .replace("public static class", "public class")
                .stripIndent();
        String readme = Files.readString(Path.of("../../README.md"));
        assertThat(readme).contains("\n\n" + program + "\n```\n");
        String imports = readme.substring(readme.indexOf("```java\n") + "```java\n".length(), readme.indexOf(program));
        assertThat(imports.strip().lines()).hasSize(8).allMatch(line -> line.startsWith("import "));
        assertThat(source).contains(imports.strip().lines().toList());
    }
}
