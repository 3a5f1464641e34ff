package io.atoll.examples.flights;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.NodeStats.ProcessStats;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The job on worker processes of this JVM. */
@Timeout(300)
class FlightsJobTest {
    private static final int WORKERS = 2;
    private static final long MEGABYTE = 1_000_000;
    private static final AtollOptions OPTIONS = AtollOptions.builder()
            .workers(WORKERS)
            .cpus(WORKERS)
            .storeBytes(1L << 30)
            .build();

    @Test
    void shouldFindTheSameAtEveryScaleWithoutMoreHeapInTheWorkers() throws Exception {
        try (AtollSession session = Atoll.init(OPTIONS)) {
            awaitWorkers();
            run(1, (step, done, total) -> {}); // classes are loaded, and stay
            FlightsJob.Result once = run(1, (step, done, total) -> {});
            FlightsJob.Result often = run(100, (step, done, total) -> {});

            checkSample(once, 1);
            checkSample(often, 100);
            assertThat(often.record().tableBytes()).isGreaterThan(160 * MEGABYTE);
            assertThat(often.record().copiedBytes()).isZero();
            assertThat(often.record().workers()).hasSize(WORKERS);
            Map<Long, JobRecord.Worker> small = byPid(once);
            for (JobRecord.Worker worker : often.record().workers()) {
                long growth = worker.after().heapBytes()
                        - small.get(worker.pid()).after().heapBytes();
                assertThat(growth).as("heap growth of worker %d", worker.pid()).isLessThan(MEGABYTE);
            }
            long mapped = often.record().workers().stream()
                    .mapToLong(worker ->
                            worker.after().sharedBytes() - worker.before().sharedBytes())
                    .sum();
            assertThat(mapped)
                    .as("shared memory that the workers have mapped more than before")
                    .isLessThan(often.record().tableBytes() + 16 * MEGABYTE);
        }
    }

    @Test
    void shouldFindTheSameWhenAWorkerIsKilledInTheMiddle() throws Exception {
        try (AtollSession session = Atoll.init(OPTIONS)) {
            awaitWorkers();
            AtomicLong killed = new AtomicLong();
            FlightsJob.Result result = run(100, (step, done, total) -> {
                if (done > 0 && done < total && killed.get() == 0) {
                    killed.set(killOneWorker());
                }
            });
            checkSample(result, 100);
            assertThat(killed.get()).isNotZero();
            assertThat(byPid(result).get(killed.get()).after()).isNull();
            assertThat(result.record().workers())
                    .filteredOn(worker -> worker.after() != null)
                    .hasSize(WORKERS);
        }
    }

    private static void awaitWorkers() {
        while (Atoll.stats().workers().size() < WORKERS) {
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** Of those that are children of this process; and waits for the one that takes its place. */
    private static long killOneWorker() {
        ProcessHandle worker = Atoll.stats().workers().stream()
                .map(ProcessStats::pid)
                .flatMap(pid -> ProcessHandle.current().children().filter(child -> child.pid() == pid))
                .findFirst()
                .orElseThrow();
        worker.destroyForcibly();
        worker.onExit().join();
        while (Atoll.stats().workers().stream().anyMatch(each -> each.pid() == worker.pid())) {
            LockSupport.parkNanos(5_000_000);
        }
        awaitWorkers();
        return worker.pid();
    }

    private static FlightsJob.Result run(int scale, Progress progress) throws InputException {
        try (BufferAllocator allocator = new RootAllocator();
                FlightsInput input = FlightsInput.readSample(allocator)) {
            return new FlightsJob("sample", scale, WORKERS, true, progress).run(input, System.nanoTime());
        }
    }

    private static void checkSample(FlightsJob.Result result, int scale) {
        FlightGroup all = result.stats().all();
        assertThat(all.flights()).isEqualTo(200_000L * scale);
        assertThat(all.meanDelay()).isEqualTo(7.500795);
        assertThat(all.meanDistance()).isEqualTo(729.235625);
        assertThat(all.percentile95()).isEqualTo(63);
        assertThat(all.lateShare()).isEqualTo(0.215725);
        assertThat(result.stats().hour(17).flights()).isEqualTo(13_325L * scale);
        assertThat(result.stats().band(2).flights()).isEqualTo(61_578L * scale);
        assertThat(result.stats().incomplete()).isZero();
        assertThat(result.stats().outside()).isZero();
        assertThat(result.record().rows()).isEqualTo(200_000L * scale);
        assertThat(result.record().batches()).isEqualTo(scale);
    }

    private static Map<Long, JobRecord.Worker> byPid(FlightsJob.Result result) {
        return result.record().workers().stream().collect(Collectors.toMap(JobRecord.Worker::pid, Function.identity()));
    }
}
