package io.atoll.internal.process;

import io.atoll.scheduler.WorkerKind;
import io.atoll.store.SpawnedProcess;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One worker's process, as {@link WorkerProcesses} sees it. */
final class WorkerProcess {
    /** How long who asks waits for what a dead worker has printed: somebody else may hold the pipe open. */
    static final long PATIENCE_MILLIS = 300;

    final SpawnedProcess process;
    final int number;
    final WorkerKind kind;
    LineForwarder err;
    LineForwarder out;
    boolean joined; // guarded by the WorkerProcesses
    boolean replaced; // guarded by the WorkerProcesses: another takes its place while it is there still
    long endBy; // guarded by the WorkerProcesses: when it was told to end; 0 before
    /** Why this process has killed it; null when it has not. */
    volatile String killed;
    /** Null before anybody has looked. */
    private Optional<CrashReport> crash;

    WorkerProcess(SpawnedProcess process, int number, WorkerKind kind) {
        this.process = process;
        this.number = number;
        this.kind = kind;
    }

    /** Once its process has ended. */
    Ending ending(CrashFiles from) {
        String all = Stream.of(out.lastLines(), err.lastLines())
                .filter(lines -> !lines.isEmpty())
                .collect(Collectors.joining("\n"));
        Ending ending = Ending.of(process.signal(), process.exitValue(), all);
        if (killed != null) {
            return ending.because(killed);
        }
        Optional<CrashReport> written = crash(from);
        return written.isPresent() ? ending.withCrash(written.get()) : ending.withPrintedCrash();
    }

    private synchronized Optional<CrashReport> crash(CrashFiles from) {
        if (crash == null) {
            crash = from.take(process.pid());
        }
        return crash;
    }

    void awaitOutput() throws InterruptedException {
        out.awaitEnd(PATIENCE_MILLIS);
        err.awaitEnd(PATIENCE_MILLIS);
    }
}
