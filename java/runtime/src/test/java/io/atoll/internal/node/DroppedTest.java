package io.atoll.internal.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.jni.NativeLibrary;
import io.atoll.jni.StoreNative;
import io.atoll.jvms.Jvms;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who drops refs without closing them has room for ever: far more goes through a store than it can hold, and none to disk. */
@Timeout(240)
class DroppedTest {
    private static final int MIB = 1 << 20;
    private static final int STORE_MIB = 192;

    static final class Dropping {
        public static void main(String[] kind) {
            AtollOptions options = AtollOptions.builder()
                    .workers(1)
                    .storeBytes((long) STORE_MIB * MIB)
                    .maxObjects(1 << 16)
                    .putTimeout(Duration.ofSeconds(60))
                    .withoutSpilling()
                    .build();
            List<int[]> live = new ArrayList<>();
            if (kind[0].equals("large heap")) {
                for (int i = 0; i < 2_000_000; ++i) {
                    live.add(new int[1]);
                }
            }
            try (AtollSession session = Atoll.init(options)) {
                byte[] array = new byte[8 * MIB];
                for (int i = 0; i < 6 * STORE_MIB / 8; ++i) {
                    Atoll.put(array);
                }
                for (int i = 0; i < 3 << 16; ++i) {
                    Atoll.put(i);
                }
                System.out.println("all " + live.size());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseG1GC", "-XX:+UseSerialGC", "-XX:+UseZGC", "-XX:+DisableExplicitGC"})
    void shouldNeverBeShortOfRoom(String flag) throws Exception {
        assertThat(run(flag, "small heap")).isEqualTo("all 0\n");
    }

    static final class Ignoring {
        public static void main(String[] arguments) {
            NativeLibrary.load();
            WeakReference<Object> garbage = new WeakReference<>(new Object());
            System.gc();
            boolean wasIgnored = garbage.get() != null;
            StoreNative.collectGarbage();
            System.out.println(wasIgnored + " " + (garbage.get() == null));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseG1GC", "-XX:+UseSerialGC", "-XX:+UseZGC"})
    void shouldCollectWhereExplicitCollectionsAreIgnored(String collector) throws Exception {
        Jvms.Output output = Jvms.run(jvm(), List.of(collector, "-XX:+DisableExplicitGC"), Ignoring.class);
        assertThat(output.out()).as(output.err()).isEqualTo("true true\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseG1GC", "-XX:+UseSerialGC"})
    void shouldNeverBeShortOfRoomBesideALargeHeap(String flag) throws Exception {
        assertThat(run(flag, "large heap")).isEqualTo("all 2000000\n");
    }

    private static Jvms.Jvm jvm() throws IOException {
        return Jvms.all().stream()
                .filter(each -> each.version() == Runtime.version().feature())
                .findFirst()
                .orElseThrow();
    }

    private static String run(String flag, String kind) throws Exception {
        Jvms.Output output = Jvms.run(jvm(), List.of(flag, "-Xmx512m"), Dropping.class, kind);
        assertThat(output.exit()).as(output.err()).isZero();
        return output.out();
    }
}
