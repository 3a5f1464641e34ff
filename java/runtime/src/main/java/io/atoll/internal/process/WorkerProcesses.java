package io.atoll.internal.process;

import io.atoll.internal.log.Log;
import io.atoll.scheduler.WorkerKind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The worker JVMs of a driver. Each inherits a connection to the store; the end of its standard input, which comes with this
 * process's end too, ends it. For each that ends another is started, later and later while they end before they can take a
 * task. Any thread.
 */
public final class WorkerProcesses implements AutoCloseable {
    /** So many in a row that end for a reason that will not go away, with none left, are taken to be all. */
    private static final int HOPELESS = 3;

    private static final long GRACE_MILLIS = 2000;
    /** For those that end while others work: nobody waits for it. */
    private static final long RETIRING_MILLIS = 30_000;
    /** For those that first write what they have been told to, however busy the machine is. */
    private static final long WRITING_MILLIS = 180_000;
    /** So many that have ended are remembered, for those who ask how. */
    private static final int REMEMBERED = 16;

    private static final long STACK_BYTES = 256 * 1024;

    private final WorkerLauncher launcher;
    private List<String> flags; // guarded by this: what the JVM is told beside, until one ends that was told it
    private boolean flagsAreGood; // guarded by this
    private final Runnable onUseless;
    private final CrashFiles crashes;
    private final List<WorkerProcess> workers = new ArrayList<>(); // guarded by this
    private final ArrayDeque<WorkerProcess> ended = new ArrayDeque<>(); // guarded by this
    private final Map<WorkerKind, WorkerPool> pools = new LinkedHashMap<>(); // guarded by this
    private final WorkerPool plain; // guarded by this
    private int most; // guarded by this: so many are there at a time
    private @Nullable Thread starter; // guarded by this
    private int later; // guarded by this: of those wanted, not before one has joined
    private @Nullable Hopeless hopeless; // guarded by this
    private final Map<WorkerKind, Hopeless> hopelessKinds = new LinkedHashMap<>(); // guarded by this
    private Runnable onHopeless = () -> {}; // guarded by this
    private boolean closed; // guarded by this

    /**
     * @param crashes where they write of their crashes, as the command says
     * @param flags what else their JVMs are told, as long as they then live long enough to take tasks
     * @param onUseless runs when one has not
     */
    public WorkerProcesses(WorkerLauncher launcher, CrashFiles crashes, List<String> flags, Runnable onUseless) {
        this.launcher = launcher;
        this.flags = flags;
        this.onUseless = onUseless;
        this.crashes = crashes;
        plain = pool(WorkerKind.PLAIN);
        plain.command(launcher); // or throws
    }

    /**
     * Starts so many, without waiting for them. As many as leave a CPU to this process start now, at least one; the rest
     * when the first has joined, so that they do not hold up the first task.
     */
    public synchronized void launch(int count) {
        int now = Math.max(1, Math.min(count, Runtime.getRuntime().availableProcessors() - 1));
        for (int i = 0; i < now; ++i) {
            launchOne(plain);
        }
        plain.wanted = count;
        most = 2 * count;
        later = count - now;
    }

    /** Is run when there is no hope for a worker: {@link #hopeless} or {@link #takeHopelessKinds} tells why. */
    public synchronized void whenHopeless(Runnable action) {
        onHopeless = action;
        if (hopeless != null || !hopelessKinds.isEmpty()) {
            action.run(); // It went fast.
        }
    }

    /** Why no worker can be had; null while that is not so. */
    public synchronized @Nullable Hopeless hopeless() {
        return hopeless;
    }

    /** The kinds of which no worker can be had, and why, once each. */
    public synchronized Map<WorkerKind, Hopeless> takeHopelessKinds() {
        Map<WorkerKind, Hopeless> taken = Map.copyOf(hopelessKinds);
        hopelessKinds.clear();
        return taken;
    }

    /**
     * Why no worker can be had.
     *
     * @param why for people
     * @param ending of the last one
     */
    public record Hopeless(String why, String ending) {}

    /** How a worker that is dead ended. Waits a moment for what it has printed. */
    public Ending ending(long pid) {
        WorkerProcess worker = find(pid);
        if (worker == null) {
            return Ending.UNKNOWN;
        }
        try {
            if (!worker.process.waitFor(WorkerProcess.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                return Ending.UNKNOWN;
            }
            worker.awaitOutput();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Ending.UNKNOWN;
        }
        return worker.ending(crashes);
    }

    private synchronized @Nullable WorkerProcess find(long pid) {
        return Stream.concat(workers.stream(), ended.stream())
                .filter(worker -> worker.process.pid() == pid)
                .findFirst()
                .orElse(null);
    }

    /** A process can take tasks now, of this kind; null when it is none of these. */
    public synchronized @Nullable WorkerKind joined(long pid) {
        WorkerProcess worker = find(pid);
        if (worker == null) {
            return null;
        }
        worker.joined = true;
        flagsAreGood |= worker.kind.environment().isNone();
        pool(worker.kind).joined();
        if (later > 0) {
            later = 0;
            startMissing();
        }
        return worker.kind;
    }

    /** Has so many workers of a kind there, beside those that were replaced or retired. */
    public synchronized void want(WorkerKind kind, int count) {
        if (count == 0 && !kind.isPlain()) {
            pools.remove(kind);
        } else {
            pool(kind).wanted = count;
        }
        startMissing();
    }

    /** Starts another in the place of a worker that takes no more tasks. Together there are twice as many as are wanted at most. */
    public synchronized void replace(long pid) {
        WorkerProcess worker = find(pid);
        if (worker != null) {
            worker.replaced = true;
            startMissing();
        }
    }

    /** Has a worker end that has nothing left to do. */
    public void retire(long pid) {
        WorkerProcess worker;
        synchronized (this) {
            worker = find(pid);
            if (worker == null) {
                return;
            }
            worker.replaced = true;
            worker.endBy = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMillis(RETIRING_MILLIS));
            startMissing(); // Who does that sees to it that it ends.
        }
        try {
            worker.process.getOutputStream().write(WorkerOrders.END);
        } catch (IOException e) {
            // It has ended.
        }
    }

    /** Whether a worker will join soon, or may, beside or in the place of those that have been there. */
    public synchronized boolean areComing() {
        boolean anyReplaced = pools.size() > 1 || workers.stream().anyMatch(worker -> worker.replaced);
        boolean anyEnding = workers.stream().anyMatch(worker -> worker.endBy != 0);
        boolean anyStarting = workers.stream().anyMatch(worker -> !worker.joined);
        boolean areTried = pools.values().stream().allMatch(pool -> pool.failuresInARow < HOPELESS);
        return anyReplaced && areTried && (missing() != null || anyStarting || anyEnding);
    }

    /** Ends a worker that must not go on. {@link #ending} says why. */
    public void kill(long pid, String why) {
        WorkerProcess worker = find(pid);
        if (worker != null) {
            worker.killed = why;
            Log.of(WorkerProcesses.class).warn("worker {}: {}", pid, why);
            worker.process.destroyForcibly();
        }
    }

    /** Whether somebody has stopped the process, so that nothing it does takes a known time. */
    public boolean isStopped(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            char state = stat.charAt(stat.lastIndexOf(')') + 2);
            return state == 'T' || state == 't';
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    /** Kills all, and starts no more. */
    public synchronized void endAll() {
        closed = true;
        notifyAll();
        workers.forEach(worker -> worker.process.destroyForcibly());
    }

    /** Asks all to end, waits, and ends those that do not. What they had printed has been forwarded then. */
    @Override
    public void close() {
        List<WorkerProcess> all;
        boolean maySkip = graceMillis(GRACE_MILLIS) == GRACE_MILLIS;
        synchronized (this) {
            closed = true;
            notifyAll();
            all = List.copyOf(workers);
            // Who is starting would read it when that is done, and has done nothing that could be lost.
            all.stream().filter(each -> maySkip && !each.joined).forEach(each -> each.process.destroyForcibly());
        }
        for (WorkerProcess worker : all) {
            try (OutputStream in = worker.process.getOutputStream()) {
                in.write(WorkerOrders.END);
            } catch (IOException e) {
                // It has ended.
            }
        }
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMillis(GRACE_MILLIS));
        boolean interrupted = false;
        for (WorkerProcess worker : all) {
            try {
                if (!worker.process.waitFor(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                    worker.process.destroyForcibly().waitFor();
                }
                worker.awaitOutput();
            } catch (InterruptedException e) {
                worker.process.destroyForcibly();
                interrupted = true;
            }
        }
        launcher.tellRepeats();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** How long one may take to end. */
    private long graceMillis(long usual) {
        return plain.command(launcher).apply(0).stream().anyMatch(WorkerProcesses::writesAtItsEnd)
                ? WRITING_MILLIS
                : usual;
    }

    /** Whether it tells a JVM to make an archive of its classes when it ends. */
    private static boolean writesAtItsEnd(String word) {
        return word.startsWith("-XX:ArchiveClassesAtExit=") || word.startsWith("-XX:AOTCacheOutput=");
    }

    private WorkerPool pool(WorkerKind kind) {
        return pools.computeIfAbsent(kind, WorkerPool::new);
    }

    private synchronized void launchOne(WorkerPool pool) {
        WorkerProcess worker =
                launcher.launch(pool, freeNumber(), pool.kind.environment().isNone() ? flags : List.of());
        workers.add(worker); // before there is need of threads, for which there may be no memory
        worker.forwardOutput();
        var unused = worker.process.onExit().thenRun(() -> ended(worker));
    }

    private int freeNumber() {
        BitSet taken = new BitSet();
        workers.forEach(worker -> taken.set(worker.number));
        return taken.nextClearBit(0);
    }

    /** The worker's process has ended, whoever may still hold its output open. Another takes its place. */
    private void ended(WorkerProcess worker) {
        try {
            worker.awaitOutput();
            worker.process.getOutputStream().close();
        } catch (InterruptedException | IOException e) {
            // Its last lines are missing, then.
        }
        Ending how = endingOf(worker); // Looked at here too so that nothing is left, whoever asks.
        Runnable then = null;
        synchronized (this) {
            workers.remove(worker);
            ended.addLast(worker);
            if (ended.size() > REMEMBERED) {
                ended.removeFirst();
            }
            if (closed) {
                return;
            }
            if (!worker.joined) {
                then = failed(worker, how);
            }
            startMissing();
        }
        if (then != null) {
            then.run();
        }
    }

    /** Whatever is wrong with what it has left: it has to be replaced. */
    private Ending endingOf(WorkerProcess worker) {
        try {
            return worker.ending(crashes);
        } catch (Exception | LinkageError e) {
            Log.of(WorkerProcesses.class).warn("worker {} has ended, and how cannot be told", worker.process.pid(), e);
            return Ending.UNKNOWN;
        }
    }

    /** One more could not take a task. What is to be done about it; null for nothing. */
    private @Nullable Runnable failed(WorkerProcess worker, Ending ending) {
        long pid = worker.process.pid();
        boolean isInNone = worker.kind.environment().isNone();
        if (isInNone && !flags.isEmpty() && !flagsAreGood) {
            Log.of(WorkerProcesses.class)
                    .warn(
                            "worker {} has ended before it could take a task: {}; others start without {}",
                            pid,
                            ending,
                            flags);
            flags = List.of(); // It may have been these.
            return onUseless;
        }
        WorkerPool pool = pool(worker.kind);
        ++pool.failuresInARow;
        pool.hopelessInARow = ending.isForGood() ? pool.hopelessInARow + 1 : 0;
        if (pool.hopelessInARow >= HOPELESS && (workers.isEmpty() || !isInNone)) {
            String where = isInNone ? "" : " in " + pool.kind.environment();
            String why = "the last " + pool.hopelessInARow + " workers" + where
                    + " ended before they could take a task, this one: " + ending;
            giveUp(pool, new Hopeless(why, ending.how()));
            return onHopeless;
        }
        sayAndPause(pool, "worker " + pid + " has ended before it could take a task: " + ending);
        return null;
    }

    private void giveUp(WorkerPool pool, Hopeless why) {
        if (pool.kind.environment().isNone()) {
            hopeless = why;
        } else {
            pools.remove(pool.kind);
            hopelessKinds.put(pool.kind, why);
        }
    }

    private void sayAndPause(WorkerPool pool, String what) {
        long pause = pool.setPause();
        Log.of(WorkerProcesses.class)
                .warn(
                        "{}; of {} workers {} are there, the next one is started in {} ms",
                        what,
                        pools.values().stream().mapToInt(each -> each.wanted).sum(),
                        workers.size(),
                        pause);
    }

    private void startMissing() {
        if (starter == null || !starter.isAlive()) { // There may have been no memory for it.
            starter = new Thread(null, this::keepStarting, "atoll-starter", STACK_BYTES);
            starter.setDaemon(true);
            starter.start();
        }
        notifyAll();
    }

    /** Of which one is to be started, first those of which that may be now; null when there is none. */
    private @Nullable WorkerPool missing() {
        WorkerPool first = null;
        for (WorkerPool pool : pools.values()) {
            long here = workers.stream()
                    .filter(worker -> !worker.replaced && worker.kind.equals(pool.kind))
                    .count();
            boolean isMissing = here < pool.wanted - (pool == plain ? later : 0) && workers.size() < most;
            if (isMissing && (first == null || pool.isBefore(first))) {
                first = pool;
            }
        }
        return first;
    }

    /** Kills those that were to end and have not in their time; how long until that may be so of another. */
    private long endOverdue(long now) {
        long least = Long.MAX_VALUE;
        for (WorkerProcess worker : workers) {
            if (worker.endBy != 0 && worker.killed == null) {
                long left = worker.endBy - now;
                if (left <= 0) {
                    kill(
                            worker.process.pid(),
                            "it was to end, after as many tasks as it may run, and did not: it is killed");
                } else {
                    least = Math.min(least, left);
                }
            }
        }
        return least;
    }

    private synchronized void keepStarting() {
        while (!closed && hopeless == null) {
            WorkerPool missing = plain;
            try {
                long now = System.nanoTime();
                long patience = endOverdue(now);
                missing = missing();
                long pause = missing == null ? 0 : missing.pause(now);
                if (missing == null) {
                    TimeUnit.NANOSECONDS.timedWait(this, patience);
                } else if (pause > 0) {
                    TimeUnit.NANOSECONDS.timedWait(this, pause);
                } else {
                    launchOne(missing);
                }
            } catch (InterruptedException e) {
                // Nobody has a reason to.
            } catch (Exception | Error e) { // Of those who wait for a worker nobody else would hear.
                WorkerPool failed = missing == null ? plain : missing;
                if (++failed.failuresInARow >= HOPELESS
                        && !failed.kind.environment().isNone()) {
                    giveUp(
                            failed,
                            new Hopeless("no worker in " + failed.kind.environment() + " starts: " + e, e.toString()));
                    onHopeless.run();
                } else {
                    sayAndPause(failed, e.toString());
                }
            }
        }
    }
}
