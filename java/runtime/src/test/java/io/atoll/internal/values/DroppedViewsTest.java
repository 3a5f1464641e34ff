package io.atoll.internal.values;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.internal.runtime.ChildJvm;
import io.atoll.tensor.DType;
import io.atoll.tensor.Tensor;
import io.atoll.tensor.WritableTensor;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Views that are dropped and not closed: who wants their room waits until they are found. */
@Timeout(240)
class DroppedViewsTest {
    private static final int LONGS = 3 << 20; // 24 MiB

    private static Tensor tensor(int number) {
        try (WritableTensor writing = Tensor.create(DType.INT64, LONGS)) {
            writing.setLong(number, LONGS - 1);
            return Atoll.get(writing.seal());
        }
    }

    /** Its collections take so long that a twentieth of the time is more than any put waits. */
    static final class Slow {
        private static final int MOST_LISTS = 60;

        public static void main(String[] args) {
            AtollOptions options = AtollOptions.builder()
                    .workers(1)
                    .storeBytes(64L << 20)
                    .withoutSpilling()
                    .build();
            try (AtollSession session = Atoll.init(options)) {
                List<Object> live = new ArrayList<>();
                long millis = 0;
                while (millis < 800 && live.size() < MOST_LISTS) {
                    List<Object> more = new ArrayList<>();
                    for (int i = 0; i < 500_000; ++i) {
                        more.add(new Object[] {more.isEmpty() ? null : more.get(i / 2)});
                    }
                    live.add(more);
                    long start = System.nanoTime();
                    System.gc();
                    millis = (System.nanoTime() - start) / 1_000_000;
                }
                for (int i = 0; i < 8; ++i) {
                    System.out.println("tensor " + tensor(i).getLong(LONGS - 1));
                }
                Reference.reachabilityFence(live);
            }
        }
    }

    @Test
    void shouldFindThemInTimeAlsoWhereACollectionTakesLong() throws Exception {
        try (ChildJvm program = ChildJvm.run(
                ChildJvm.java(), "-XX:+UseSerialGC", "-Xmx3g", "-cp", ChildJvm.classPath(), Slow.class.getName())) {
            assertThat(program.readAllButWarnings()).contains("tensor 7\n").doesNotContain("Exception");
        }
    }

    private static long first(Tensor tensor) {
        return tensor.getLong(0) + tensor.getLong(LONGS - 1);
    }

    @Test
    void shouldHaveAllInTurnAndGiveTheStoreBack(@TempDir Path disk) throws Exception {
        AtollOptions options = AtollOptions.builder()
                .workers(1)
                .storeBytes(64L << 20)
                .spillDirectory(disk)
                .build();
        try (AtollSession session = Atoll.init(options)) {
            List<ObjectRef<Tensor>> refs = new ArrayList<>();
            for (int i = 0; i < 10; ++i) {
                try (WritableTensor writing = Tensor.create(DType.INT64, LONGS)) {
                    writing.setLong(i, 0);
                    writing.setLong(7 * i, LONGS - 1);
                    refs.add(writing.seal());
                }
            }
            for (int i = 0; i < refs.size(); ++i) {
                assertThat(first(Atoll.get(refs.get(i)))).isEqualTo(8L * i);
            }
            List<ObjectRef<Long>> sums = new ArrayList<>();
            for (ObjectRef<Tensor> ref : refs) {
                sums.add(Atoll.task(DroppedViewsTest::first, ref).remote());
            }
            assertThat(Atoll.get(sums).stream().mapToLong(each -> each).sum()).isEqualTo(8 * 45);
            refs.forEach(ObjectRef::close);
            sums.forEach(ObjectRef::close);
            // The worker, which nobody has asked for anything since, holds views of its last arguments.
            Tensor.create(DType.INT64, 5 << 20).close();
        }
    }
}
