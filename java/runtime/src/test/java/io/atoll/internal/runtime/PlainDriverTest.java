package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.jvms.Jvms;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A driver started by plain {@code java -cp}, with Arrow and Fory at work in it and in its worker: no flag is needed,
 * and neither process says a word but the one warning of JDK 24 and later. With the documented flags not even that.
 */
@Tag("once")
class PlainDriverTest {
    private static final Path ARGFILE = Path.of("../../ci/atoll.argfile").toAbsolutePath();

    static Stream<Jvms.Jvm> jvms() throws IOException {
        return Jvms.all().stream();
    }

    @ParameterizedTest
    @MethodSource("jvms")
    void shouldRunWithoutFlags(Jvms.Jvm jvm) throws Exception {
        Jvms.Output output = Jvms.run(jvm, List.of(), Driver.class);
        assertThat(output.out()).as(output.err()).isEqualTo("42 kept\n");
        if (jvm.version() < 24) {
            assertThat(output.err()).isEmpty();
        } else {
            assertThat(output.err().lines().filter(line -> !line.isEmpty()))
                    .hasSize(4)
                    .allMatch(line -> line.startsWith("WARNING: "));
            assertThat(output.err())
                    .contains("--enable-native-access=ALL-UNNAMED")
                    .doesNotContain("Unsafe");
        }
    }

    @ParameterizedTest
    @MethodSource("jvms")
    void shouldRunSilentlyWithTheArgfile(Jvms.Jvm jvm) throws Exception {
        Jvms.Output output = Jvms.run(jvm, List.of("@" + ARGFILE), Driver.class);
        assertThat(output.out()).as(output.err()).isEqualTo("42 kept\n");
        assertThat(output.err()).isEmpty();
    }

    static final class Driver {
        public static void main(String[] arguments) {
            AtollOptions options =
                    AtollOptions.builder().workers(1).storeBytes(32 << 20).build();
            try (AtollSession session = Atoll.init(options);
                    RootAllocator allocator = new RootAllocator();
                    IntVector vector = new IntVector("v", allocator)) {
                vector.allocateNew(1);
                vector.set(0, 42);
                vector.setValueCount(1);
                ObjectRef<Integer> first =
                        Atoll.task(Driver::first, Atoll.put(vector)).remote();
                ObjectRef<String> name = Atoll.task(
                                Driver::name, Atoll.put(new Named(new ArrayList<>(List.of("kept")))))
                        .remote();
                System.out.println(first.get() + " " + name.get());
            }
        }

        static int first(IntVector vector) {
            return vector.get(0);
        }

        static String name(Named named) {
            return named.names().get(0);
        }

        record Named(List<String> names) {}
    }
}
