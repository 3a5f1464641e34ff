package io.atoll.benchmarks.user;

import io.atoll.Atoll;
import io.atoll.AtollOptions;
import io.atoll.AtollSession;
import io.atoll.ObjectRef;
import io.atoll.store.StoreClient;
import io.atoll.table.Table;
import io.atoll.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * All loops at once in one session, for minutes: prints a line a minute, and at the end what {@code SoakMain} judges. Argument: how
 * many minutes.
 */
public final class Soak {
    private static final int LARGE = 8 << 20;
    private static final int MIDDLE = 128 << 10;
    private static final int BURST = 16;
    private static final int ROWS = 1_000;
    private static final double MINUTE = 60e9;
    private static final long LOOK_MILLIS = 500;
    private static final Duration PUT_TIMEOUT = Duration.ofMinutes(5);
    private static final double[] NUMBERS = new double[MIDDLE];

    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final List<SoakLoop> loops = new ArrayList<>();

    private Soak() {}

    public static void main(String[] arguments) throws Exception {
        int minutes = Integer.parseInt(arguments[0]);
        double[] large = new double[LARGE];
        // A put that has to wait, on a machine that others use, is a pause and no failure.
        AtollOptions options = AtollOptions.builder().putTimeout(PUT_TIMEOUT).build();
        try (AtollSession session = Atoll.init(options);
                BufferAllocator allocator = new RootAllocator();
                Float8Vector column = new Float8Vector("x", allocator);
                VectorSchemaRoot batch = VectorSchemaRoot.of(column);
                StoreClient store = StoreClient.attach(session.socket())) {
            for (int i = 0; i < ROWS; ++i) {
                column.setSafe(i, i);
            }
            batch.setRowCount(ROWS);
            ObjectRef<Tensor> stored = Atoll.put(Tensor.of(NUMBERS, MIDDLE));
            Soak soak = new Soak();
            soak.add("put.64MiB.close", i -> Atoll.put(Tensor.of(large, LARGE)).close());
            soak.add("put.64MiB.drop", i -> Atoll.put(Tensor.of(large, LARGE)));
            soak.addTimed("put.1MiB.two", Soak::putOfWorker);
            soak.addTimed("put.1MiB.two", Soak::putOfWorker);
            soak.add("put.int.drop", i -> Atoll.put(i));
            soak.add("put_get.record5", Loops::putAndGet);
            soak.add("task.int", i -> same(Atoll.task(Soak::next, i).remote().get(), i + 1));
            soak.add("view.drop", i -> same(stored.get().getDouble(i & MIDDLE - 1), 0));
            try (Table table = Table.of(batch)) {
                soak.add("table", i -> same((int) Atoll.put(table).get().rowCount(), ROWS));
                soak.run(new SoakFigures(store), minutes);
            }
        }
    }

    private interface Call {
        void run(int number);
    }

    private void add(String name, Call call) {
        addTimed(name, i -> {
            call.run(i);
            return 0;
        });
    }

    private void addTimed(String name, SoakLoop.Turn turn) {
        loops.add(new SoakLoop(name, turn, failure));
    }

    private void run(SoakFigures figures, int minutes) throws Exception {
        List<String> names = loops.stream().map(Thread::getName).distinct().toList();
        System.out.println("worst pause of a call in ms; memory in MiB, in brackets leased and live in the store\n"
                + String.format("%6s", "minute")
                + names.stream().map(name -> "  " + name).collect(Collectors.joining())
                + String.format("  %20s  %9s  %s", "memory", "objects", "GC, % of driver, worker"));
        loops.forEach(Thread::start);
        double[] worst = new double[names.size()];
        long start = System.nanoTime();
        for (int minute = 1; minute <= minutes; ++minute) {
            while (System.nanoTime() - start < minute * MINUTE && failure.get() == null) {
                Thread.sleep(LOOK_MILLIS);
                figures.look();
            }
            StringBuilder line = new StringBuilder(String.format("%6d", minute));
            for (int i = 0; i < worst.length; ++i) {
                long nanos = 0;
                for (SoakLoop loop : loops) {
                    nanos = loop.getName().equals(names.get(i)) ? Math.max(nanos, loop.takeWorstNanos()) : nanos;
                }
                worst[i] = Math.max(worst[i], (double) nanos);
                line.append(String.format(Locale.ROOT, "  %" + names.get(i).length() + ".1f", nanos / 1e6));
            }
            System.out.println(line + "  " + figures.line());
            figures.endMinute(minute);
            if (failure.get() != null) {
                throw new IllegalStateException("in minute " + minute, failure.get());
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        for (SoakLoop loop : loops) {
            loop.end();
        }
        for (int i = 0; i < worst.length; ++i) {
            String name = names.get(i);
            long turns = loops.stream()
                    .filter(loop -> loop.getName().equals(name))
                    .mapToLong(SoakLoop::turns)
                    .sum();
            SoakFigures.print("soak." + name, worst[i], "ns", "max");
            SoakFigures.print("soak." + name, turns / seconds, "1/s", "rate");
        }
        figures.print();
        if (failure.get() != null) {
            throw new IllegalStateException("at the end", failure.get());
        }
    }

    private static void same(double is, double expected) {
        if (is != expected) {
            throw new AssertionError(is + " came back in the place of " + expected);
        }
    }

    /** Runs in a worker. */
    static int next(int number) {
        return number + 1;
    }

    private static long putOfWorker(int number) {
        double[] found = Atoll.task(Soak::putAndLook, number).remote().get();
        SoakFigures.ofWorker((long) found[1], found[2]);
        return (long) found[0];
    }

    /** Runs in a worker, for so long that others do not wait: nanoseconds of the longest, and who it was with what its GC has taken. */
    static double[] putAndLook(int number) {
        long worst = 1;
        for (int i = 0; i < BURST; ++i) {
            long start = System.nanoTime();
            same(Atoll.put(Tensor.of(NUMBERS, MIDDLE)).get().getDouble(number & MIDDLE - 1), 0);
            worst = Math.max(worst, System.nanoTime() - start);
        }
        return new double[] {worst, ProcessHandle.current().pid(), SoakFigures.ownGcMillis()};
    }
}
