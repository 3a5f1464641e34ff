package io.atoll.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.NodeStats;
import io.atoll.ObjectRef;
import io.atoll.ObjectStoreFullException;
import io.atoll.tensor.Tensor;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** More values than memory: what somebody refers to is on disk meanwhile, and comes back. */
@Timeout(120)
class SpillTest {
    private static final int ARRAY = 1 << 20;
    private static final long STORE = 32L << 20;

    static long sum(byte[] bytes) {
        long sum = 0;
        for (byte b : bytes) {
            sum += b;
        }
        return sum;
    }

    private static byte[] array(int fill) {
        byte[] bytes = new byte[ARRAY];
        Arrays.fill(bytes, (byte) fill);
        return bytes;
    }

    @Test
    void shouldKeepThreeTimesTheStoreForDriverAndTasks(@TempDir Path disk) throws IOException {
        AtollOptions options = AtollOptions.builder()
                .workers(2)
                .storeBytes(STORE)
                .spillDirectory(disk)
                .build();
        try (AtollSession session = Atoll.init(options)) {
            List<ObjectRef<byte[]>> refs = new ArrayList<>();
            for (int i = 0; i < 96; ++i) {
                refs.add(Atoll.put(array(i)));
            }
            try (Stream<Path> files = Files.walk(disk)) {
                assertThat(files.filter(Files::isRegularFile).count())
                        .as("files")
                        .isGreaterThan(1);
            }
            List<ObjectRef<Long>> sums = new ArrayList<>();
            for (ObjectRef<byte[]> ref : refs) {
                sums.add(Atoll.task(SpillTest::sum, ref).remote());
            }
            for (int i = 0; i < refs.size(); ++i) {
                assertThat(sums.get(i).get()).isEqualTo((long) i * ARRAY);
                assertThat(refs.get(i).get()).isEqualTo(array(i));
            }
            NodeStats stats = Atoll.stats();
            assertThat(stats.spilledBytes()).isGreaterThanOrEqualTo(96L * ARRAY - STORE);
            assertThat(stats.spilledObjects()).isGreaterThanOrEqualTo(96 - STORE / ARRAY);
            assertThat(stats.restoredBytes()).isPositive();
            ByteBuffer pinning = refs.get(0).bytes();
            assertThat(Atoll.stats().pinnedBytes()).isGreaterThanOrEqualTo(ARRAY);
            Reference.reachabilityFence(pinning);
        }
        try (Stream<Path> left = Files.list(disk)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void shouldFailWithWhoHoldsWhatWhenNothingMaySpill() {
        AtollOptions options = AtollOptions.builder()
                .workers(1)
                .storeBytes(STORE)
                .withoutSpilling()
                .build();
        try (AtollSession session = Atoll.init(options)) {
            List<ObjectRef<byte[]>> refs = new ArrayList<>();
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 96; ++i) {
                            refs.add(Atoll.put(array(i)));
                        }
                    })
                    .isInstanceOf(ObjectStoreFullException.class)
                    .hasMessageContaining(Long.toString(STORE));
            assertThat(refs.get(0).get()).isEqualTo(array(0));
        }
    }

    static byte[] make(int size) {
        return new byte[size];
    }

    /** A driver whose heap is so large that nothing but being asked makes it collect. */
    static final class Forgetful {
        public static void main(String[] args) {
            AtollOptions options = AtollOptions.builder()
                    .workers(1)
                    .storeBytes(STORE)
                    .withoutSpilling()
                    .build();
            try (AtollSession session = Atoll.init(options)) {
                lookAndForget(24);
                byte[] made = Atoll.task(SpillTest::make, 20 << 20).remote().get();
                System.out.println("made " + made.length);
            } catch (ObjectStoreFullException e) {
                System.out.println(e);
            }
        }

        private static void lookAndForget(int tensors) {
            Tensor source = Tensor.of(array(1), ARRAY);
            for (int i = 0; i < tensors; ++i) {
                Tensor view = Atoll.put(source).get();
                assertThat(view.shape()).containsExactly(ARRAY);
            }
        }
    }

    /** Its views are what the worker's room is lacking. */
    @Test
    void shouldLetGoOfUnreachableViewsWhenAnotherProcessLacksRoom() throws Exception {
        try (ChildJvm driver = ChildJvm.run(
                ChildJvm.java(),
                "-XX:+UseSerialGC",
                "-Xms1g",
                "-Xmx1g",
                "-Xmn512m",
                "-XX:MetaspaceSize=512m",
                "-Xlog:gc",
                "-cp",
                ChildJvm.classPath(),
                Forgetful.class.getName())) {
            String output = driver.readAll();
            assertThat(output)
                    .contains("made " + (20 << 20))
                    .contains("Pause") // a collection, of whichever kind: one that is asked for may become another
                    .doesNotContain("Allocation Failure"); // and none by itself
        }
    }
}
