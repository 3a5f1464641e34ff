package io.atoll.internal.process;

import io.atoll.internal.store.SpawnedProcess;
import io.atoll.scheduler.WorkerKind;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One worker's process, as {@link WorkerProcesses} sees it. */
final class WorkerProcess {
    /** How long who asks waits for what a dead worker has printed: somebody else may hold the pipe open. */
    static final long PATIENCE_MILLIS = 300;

    final SpawnedProcess process;
    final int number;
    final WorkerKind kind;
    private final LineForwarder err;
    private final LineForwarder out;
    boolean joined; // guarded by the WorkerProcesses
    boolean replaced; // guarded by the WorkerProcesses: another takes its place while it is there still
    long endBy; // guarded by the WorkerProcesses: when it was told to end; 0 before
    /** Why this process has killed it; null when it has not. */
    volatile @Nullable String killed;

    private boolean isCrashTaken;
    private Optional<CrashReport> crash = Optional.empty(); // once it is taken

    WorkerProcess(SpawnedProcess process, int number, WorkerKind kind, Repeats repeats) {
        this.process = process;
        this.number = number;
        this.kind = kind;
        long pid = process.pid();
        err = new LineForwarder("atoll-worker-err", process.getErrorStream(), () -> System.err, pid, repeats);
        out = new LineForwarder("atoll-worker-out", process.getInputStream(), () -> System.out, pid, repeats);
    }

    /** Copies what it prints from now on. */
    void forwardOutput() {
        err.start();
        out.start();
    }

    /** Once its process has ended. */
    Ending ending(CrashFiles from) {
        String all = Stream.of(out.lastLines(), err.lastLines())
                .filter(lines -> !lines.isEmpty())
                .collect(Collectors.joining("\n"));
        Ending ending = Ending.of(process.signal(), process.exitValue(), all);
        String why = killed;
        if (why != null) {
            return ending.because(why);
        }
        Optional<CrashReport> written = crash(from);
        return written.isPresent() ? ending.withCrash(written.get()) : ending.withPrintedCrash();
    }

    private synchronized Optional<CrashReport> crash(CrashFiles from) {
        if (!isCrashTaken) {
            crash = from.take(process.pid());
            isCrashTaken = true;
        }
        return crash;
    }

    void awaitOutput() throws InterruptedException {
        out.awaitEnd(PATIENCE_MILLIS);
        err.awaitEnd(PATIENCE_MILLIS);
    }
}
