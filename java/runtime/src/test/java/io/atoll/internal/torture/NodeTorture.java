package io.atoll.internal.torture;

import io.atoll.Atoll;
import io.atoll.AtollException;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.internal.runtime.Scribbles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * {@code ci/torture nodes}: a driver and its workers, real JVMs. Three threads submit tasks of all kinds, drawn from a seed,
 * while workers are killed and stopped, their descriptors closed, their rings written over, their heaps and the disk filled.
 * Every get ends in its time, with the right value or an error that is the task's own; what was put stays; in the end nothing
 * is left. Then the next node, of another size.
 *
 * <p>What this cannot see: what the same seed does again in time, since processes are scheduled as they like; the death of a
 * driver or of the store's server (DeathTest, {@code ci/torture storm}); drivers and tasks on virtual threads, tasks that
 * hold resources other than CPUs, deadlocks, and locks on a shared stack (the tests of these); writes over other rings than
 * the worker's own and over objects ({@code ScribbleTest}, the store's fuzz targets); descriptors of jars and of the JVM's
 * own; a machine without memory; more than three workers; other JVM flags than the default.
 */
public final class NodeTorture {
    private static final int THREADS = 3;
    private static final int OPEN = 10;
    private static final int KEPT = 12;
    private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(15);
    /** Beyond the time that was asked for: a node that hangs otherwise than in a get. */
    private static final long LIMIT_SECONDS = 300;

    private final Verdicts verdicts = new Verdicts();
    private final Remains remains;
    private final Random random;
    private final Path disk;

    private NodeTorture(long seed, Path disk) {
        // The first node of a JVM has it open what it then keeps.
        try (AtollSession session = Atoll.init(AtollOptions.builder().workers(1).build())) {
            Atoll.task(TortureTasks::add, 1, 1).remote().get(Probe.PATIENCE);
        }
        remains = new Remains(verdicts);
        random = new Random(seed);
        this.disk = disk;
    }

    /** Seconds, a seed, and the directory of a small disk, if there is one. */
    public static void main(String[] arguments) throws Exception {
        long seconds = Long.parseLong(arguments[0]);
        long seed = Long.parseLong(arguments[1]);
        System.out.println("nodes: seed " + seed);
        NodeTorture torture = new NodeTorture(seed, arguments.length > 2 ? Path.of(arguments[2]) : null);
        Thread limit = new Thread(() -> endAfter(seconds + LIMIT_SECONDS), "limit");
        limit.setDaemon(true);
        limit.start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        for (int round = 0; round == 0 || System.nanoTime() < end; ++round) {
            torture.round(Math.min(end, System.nanoTime() + ROUND_NANOS), round);
        }
        System.out.println(torture.verdicts);
        System.exit(torture.verdicts.isGood() ? 0 : 1);
    }

    private static void endAfter(long seconds) {
        try {
            TimeUnit.SECONDS.sleep(seconds);
        } catch (InterruptedException e) {
            return;
        }
        System.out.println("nodes: no end after " + seconds + " s");
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            System.out.println(thread);
            for (StackTraceElement each : stack) {
                System.out.println("    at " + each);
            }
        });
        Havoc.endAll();
        Runtime.getRuntime().halt(1);
    }

    static void showStacks() {
        Havoc.showStacks();
    }

    private void round(long end, int number) throws Exception {
        int workers = 1 + random.nextInt(3);
        Path marks = Files.createTempDirectory("atoll-torture");
        Path own = Files.createTempDirectory("atoll-torture-spilled");
        // Every other one on the small disk.
        boolean isSmall = disk != null && number % 2 == 0;
        verdicts.diskWasFull = false;
        AtollOptions options = AtollOptions.builder()
                .workers(workers)
                .cpus(workers + random.nextInt(2))
                .storeBytes(48L << 20)
                .workerHeapBytes(96 << 20)
                .workerJvmArguments("--add-opens=java.base/java.io=ALL-UNNAMED")
                .spillDirectory(isSmall ? disk : own)
                .build();
        Set<Long> seen = new TreeSet<>();
        try (AtollSession session = Atoll.init(options)) {
            Havoc havoc = new Havoc(random.nextLong(), isSmall ? disk : null, verdicts);
            havoc.start();
            torture(end, marks, random.nextLong());
            havoc.end();
            seen.addAll(Havoc.all());
            if (!session.awaitTasks(Probe.PATIENCE)) {
                verdicts.stuck("tasks that nobody waits for: " + Atoll.stats());
                showStacks();
            }
            remains.ofObjects(workers);
            seen.addAll(Havoc.all());
        }
        remains.ofSession(List.copyOf(seen), isSmall ? disk : own, marks);
        Files.delete(marks);
        Files.delete(own);
    }

    private void torture(long end, Path marks, long seed) throws InterruptedException {
        int driver = Scribbles.store().clientIndex();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; ++i) {
            Draw draw = new Draw(seed, i, marks.toString(), driver);
            Thread thread = new Thread(() -> submit(draw, end), "submitter " + i);
            thread.start();
            threads.add(thread);
        }
        keep(end);
        for (Thread each : threads) {
            each.join();
        }
    }

    private void submit(Draw draw, long end) {
        ArrayDeque<Probe> open = new ArrayDeque<>();
        try {
            while (System.nanoTime() < end) {
                open.add(draw.next());
                if (open.size() > OPEN) {
                    open.remove().settle(verdicts);
                }
            }
            for (Probe each : open) {
                each.settle(verdicts);
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            verdicts.wrong("a thread that submits", e);
        }
    }

    /** What was put is there, whatever dies; some of it is on disk. */
    private void keep(long end) throws InterruptedException {
        List<ObjectRef<byte[]>> kept = new ArrayList<>();
        for (int i = 0; i < KEPT; ++i) {
            try {
                kept.add(Atoll.put(TortureTasks.bytes(2 << 20, kept.size())));
            } catch (AtollException e) {
                if (!verdicts.mayBeFull(e)) {
                    verdicts.wrong("a put", e);
                }
            }
        }
        while (System.nanoTime() < end) {
            for (int i = 0; i < kept.size(); ++i) {
                ObjectRef<byte[]> ref = kept.get(i);
                Probe.equalTo("what was put", i, () -> TortureTasks.fillOf(ref.get(Probe.PATIENCE)))
                        .withoutRoom()
                        .settle(verdicts);
            }
            Thread.sleep(200);
        }
        kept.forEach(ObjectRef::close);
    }
}
