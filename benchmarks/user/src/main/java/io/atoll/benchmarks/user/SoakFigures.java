package io.atoll.benchmarks.user;

import io.atoll.Atoll;
import io.atoll.NodeStats;
import io.atoll.store.ClientStats;
import io.atoll.store.StoreClient;
import io.atoll.store.StoreStats;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;

/** What a node has: of each minute the most, since a look at once sees garbage that is about to go or none. Not thread-safe. */
final class SoakFigures {
    private static final double MEBI = 1 << 20;
    private static final int FIRST = 2; // by then all is warm
    private static final String[] NAMES = {"memory", "leased", "live", "objects"};

    /** Of each worker, by process id. */
    private static final Map<Long, Double> GC_MILLIS = new ConcurrentHashMap<>();

    private final StoreClient store;
    private long[] most = new long[NAMES.length];
    private long[] first = most;
    private long[] last = most;
    private long minuteAt = System.nanoTime();
    private double gcBefore = ownGcMillis();
    private Map<Long, Double> gcOfWorkersBefore = Map.of();
    private double mostGc;

    SoakFigures(StoreClient store) {
        this.store = store;
    }

    static void ofWorker(long pid, double gcMillis) {
        GC_MILLIS.merge(pid, gcMillis, Math::max);
    }

    static double ownGcMillis() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .sum();
    }

    void look() {
        StoreStats stats = store.stats();
        long[] now = {
            LongStream.concat(
                            LongStream.of(ProcessHandle.current().pid()),
                            Atoll.stats().workers().stream().mapToLong(NodeStats.ProcessStats::pid))
                    .map(SoakFigures::pss)
                    .sum(),
            store.clients().stream().mapToLong(ClientStats::leasedBytes).sum(),
            stats.usedBytes(),
            stats.objects()
        };
        for (int i = 0; i < now.length; ++i) {
            most[i] = Math.max(most[i], now[i]);
        }
    }

    private static long pss(long pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
                if (line.startsWith("Pss:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
        } catch (IOException e) {
            // It has ended.
        }
        return 0;
    }

    /** Of the minute that is ending. */
    String line() {
        double millis = (System.nanoTime() - minuteAt) / 1e6;
        double gc = (ownGcMillis() - gcBefore) / millis;
        double ofWorkers = 0;
        for (Map.Entry<Long, Double> each : GC_MILLIS.entrySet()) {
            double before = gcOfWorkersBefore.getOrDefault(each.getKey(), 0.0);
            ofWorkers = Math.max(ofWorkers, (each.getValue() - before) / millis);
        }
        mostGc = Math.max(mostGc, Math.max(gc, ofWorkers));
        return String.format(
                Locale.ROOT,
                "%6.0f [%5.0f %5.0f]  %,9d  %.1f, %.1f",
                most[0] / MEBI,
                most[1] / MEBI,
                most[2] / MEBI,
                most[3],
                100 * gc,
                100 * ofWorkers);
    }

    void endMinute(int minute) {
        last = most;
        first = minute <= FIRST ? most : first;
        most = new long[NAMES.length];
        minuteAt = System.nanoTime();
        gcBefore = ownGcMillis();
        gcOfWorkersBefore = Map.copyOf(GC_MILLIS);
    }

    /** At the end. */
    void print() {
        for (int i = 0; i < NAMES.length; ++i) {
            String unit = NAMES[i].equals("objects") ? "objects" : "B";
            String stat = NAMES[i].equals("memory") ? "pss" : "max";
            print("soak." + NAMES[i], (double) last[i], unit, stat);
            print("soak." + NAMES[i] + ".minute2", (double) first[i], unit, stat);
        }
        print("soak.gc", 100 * mostGc, "%", "max");
    }

    /** As the programs that measure do. */
    static void print(String name, double value, String unit, String stat) {
        System.out.printf(Locale.ROOT, "%s\t%.3f\t%s\t%s%n", name, value, unit, stat);
    }
}
