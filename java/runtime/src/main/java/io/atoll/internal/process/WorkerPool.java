package io.atoll.internal.process;

import io.atoll.scheduler.WorkerKind;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The workers of one kind, as {@link WorkerProcesses} sees them, which guards this: how they are started, and how that went. */
final class WorkerPool {
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LAST_PAUSE_MILLIS = 10_000;

    final WorkerKind kind;
    private @Nullable IntFunction<List<String>> command; // null before the first is started

    int wanted;
    int failuresInARow;
    int hopelessInARow;
    private long startAt = System.nanoTime();

    WorkerPool(WorkerKind kind) {
        this.kind = kind;
    }

    /** Of the worker with a number, all but the orders' arguments. The launcher is asked once. */
    IntFunction<List<String>> command(WorkerLauncher launcher) {
        if (command == null) {
            command = launcher.command(kind);
        }
        return command;
    }

    void joined() {
        failuresInARow = 0;
        hopelessInARow = 0;
    }

    /** How long until one may be started. */
    long pause(long now) {
        return startAt - now;
    }

    /** Whether one of this may be started sooner than one of another. */
    boolean isBefore(WorkerPool other) {
        return startAt - other.startAt < 0;
    }

    /** Later and later; so many milliseconds now. */
    long setPause() {
        long pause = Math.min(LAST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(Math.max(failuresInARow - 1, 0), 10));
        startAt = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pause);
        return pause;
    }
}
