package io.atoll.jni;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.jvms.Jvms;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.fory.Fory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Loading the library is enough for what Atoll stands on: no flag, and no word but one on JDK 24 and later. */
@Tag("once")
class StartupTest {
    private static final Path ARGFILE = Path.of("../ci/atoll.argfile").toAbsolutePath();

    static Stream<Jvms.Jvm> jvms() throws IOException {
        return Jvms.all().stream();
    }

    @ParameterizedTest
    @MethodSource("jvms")
    void shouldStartWithoutFlags(Jvms.Jvm jvm) throws Exception {
        Jvms.Output output = Jvms.run(jvm, List.of(), Driver.class);
        assertThat(output.out()).as(output.err()).isEqualTo("42 kept 7\n");
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
    void shouldStartSilentlyWithTheArgfile(Jvms.Jvm jvm) throws Exception {
        Jvms.Output output = Jvms.run(jvm, List.of("@" + ARGFILE), Driver.class);
        assertThat(output.out()).as(output.err()).isEqualTo("42 kept 7\n");
        assertThat(output.err()).isEmpty();
    }

    static final class Driver {
        public static void main(String[] arguments) {
            NativeLibrary.load();
            System.out.println(arrow() + " " + fory() + " " + agrona());
        }

        private static int arrow() {
            try (RootAllocator allocator = new RootAllocator();
                    IntVector vector = new IntVector("v", allocator)) {
                vector.allocateNew(1);
                vector.set(0, 42);
                vector.setValueCount(1);
                return vector.getDataBuffer()
                        .nioBuffer(0, 4)
                        .order(java.nio.ByteOrder.nativeOrder())
                        .getInt(0);
            }
        }

        private static String fory() {
            Fory fory = Fory.builder().requireClassRegistration(false).build();
            return ((List<?>) fory.deserialize(fory.serialize(new ArrayList<>(List.of("kept")))))
                    .get(0)
                    .toString();
        }

        private static long agrona() {
            UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(16));
            buffer.putLongOrdered(0, 7);
            return buffer.getLongVolatile(0);
        }
    }
}
