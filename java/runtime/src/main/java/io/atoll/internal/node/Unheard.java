package io.atoll.internal.node;

import io.atoll.ObjectId;
import io.atoll.TaskCancelledException;
import io.atoll.TaskException;
import io.atoll.internal.log.Log;
import io.atoll.internal.process.Repetitions;
import io.atoll.internal.store.ObjectStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What tasks have failed with and nobody has got: it is told once, when nobody refers to the results any more, so that
 * nobody will get it, or when the session ends. Whoever stores an error says so before that, and whoever gets one, or has
 * another task fail with it, says that; so those who never fail pay nothing. What one task fails with again and again is
 * told together. What was cancelled is not told: somebody wanted that. Any thread.
 */
final class Unheard {
    /** Results of tasks that failed, at most; beyond, the oldest are forgotten untold, since they may be got still. */
    private static final int MOST_RESULTS = 10_000;
    /** Of which it is known that somebody has asked for them, and not whether they have failed. */
    private static final int MOST_HEARD = 1 << 16;

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** What was said before a result went may take so long to be read by a scheduler that is never without messages. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final ObjectStore store;
    private final Repetitions told;

    /** By the task, the oldest first. */
    private final Map<ObjectId, Failed> failures = new LinkedHashMap<>(); // guarded by this

    private final Map<ObjectId, Failed> byResult = new HashMap<>(); // guarded by this
    private final Set<ObjectId> heard = new LinkedHashSet<>(); // guarded by this
    /** Whether there is anything to look at: so the scheduler's rounds take no lock while there is not. */
    private volatile boolean any;

    private long lookedAt; // guarded by this
    private long quietAt; // guarded by this: when all that had been said was read

    Unheard(ObjectStore store) {
        this(store, text -> Log.of(SchedulerThread.class).warn("{}", text));
    }

    Unheard(ObjectStore store, Consumer<String> log) {
        this.store = store;
        told = new Repetitions(log);
        lookedAt = System.nanoTime();
        quietAt = lookedAt;
    }

    /** One task's failure. */
    private static final class Failed {
        final ObjectId task;
        final String name;
        final String kind;
        final String text;
        final List<ObjectId> results = new ArrayList<>(1);
        boolean isGone;
        long goneAt;

        Failed(ObjectId task, String name, String kind, String text) {
            this.task = task;
            this.name = name;
            this.kind = kind;
            this.text = text;
        }
    }

    /** The task's result, or one of several, is about to be this error. */
    void failed(ObjectId task, ObjectId result, String name, TaskException error) {
        if (!(error instanceof TaskCancelledException)) {
            failed(task, result, name, kind(error), text(name, error));
        }
    }

    /** What two failures have in common that are told together, beside the task's name. */
    static String kind(TaskException error) {
        Throwable thrown = error.getCause() == null ? error : error.getCause();
        return thrown.getClass().getName();
    }

    /** The first line of it; what fails because of another task's failure has the name of that in it. */
    static String text(String name, TaskException error) {
        String text = String.valueOf(error.getMessage());
        String line = text.lines().findFirst().orElse("");
        return (line.contains(name) ? "" : "task " + name + ": ")
                + line
                + (line.length() < text.length() ? " ..." : "");
    }

    synchronized void failed(ObjectId task, ObjectId result, String name, String kind, String text) {
        if (heard.contains(task) || heard.contains(result)) {
            hear(task);
            Failed known = failures.get(task);
            if (known != null) {
                remove(known);
            }
            return;
        }
        Failed failed = failures.computeIfAbsent(task, id -> new Failed(id, name, kind, text));
        if (byResult.putIfAbsent(result, failed) == null) {
            failed.results.add(result);
        }
        while (byResult.size() > MOST_RESULTS) {
            remove(failures.values().iterator().next());
        }
        any = true;
    }

    /** Somebody has asked for the object, whose error is his now, if it has one. */
    synchronized void heard(ObjectId result) {
        Failed failed = byResult.get(result);
        if (failed != null) {
            remove(failed);
            hear(failed.task);
        } else {
            hear(result);
        }
    }

    private void hear(ObjectId id) {
        if (heard.add(id) && heard.size() > MOST_HEARD) {
            Iterator<ObjectId> oldest = heard.iterator();
            oldest.next();
            oldest.remove();
        }
    }

    private void remove(Failed failed) {
        failures.remove(failed.task);
        failed.results.forEach(byResult::remove);
    }

    /**
     * Tells what nobody will ask for any more. To be called after each round.
     *
     * @param isQuiet whether there was nothing to be read in it
     */
    void look(long now, boolean isQuiet) {
        if (any) {
            lookNow(now, isQuiet);
        }
    }

    private synchronized void lookNow(long now, boolean isQuiet) {
        if (isQuiet) {
            quietAt = now;
        }
        if (now - lookedAt < LOOK_NANOS) {
            return;
        }
        lookedAt = now;
        for (Failed each : List.copyOf(failures.values())) {
            if (!each.isGone) {
                each.isGone = isGone(each);
                each.goneAt = now;
            } else if (quietAt - each.goneAt > 0 || now - each.goneAt > PATIENCE_NANOS) {
                tell(each); // Whoever had got it has said so before he let it go, and that would have been read.
            }
        }
        told.tellMore(now, false);
        any = !failures.isEmpty() || !told.isEmpty();
    }

    private boolean isGone(Failed failed) {
        for (ObjectId result : failed.results) {
            if (store.state(result) != ObjectStore.State.ABSENT) {
                return false;
            }
        }
        return true;
    }

    private void tell(Failed failed) {
        remove(failed);
        told.tell(failed.name, failed.kind, failed.text + "; nobody has asked for its result");
    }

    /** The session ends: tells all that nobody has got. */
    synchronized void tellAll() {
        List.copyOf(failures.values()).forEach(this::tell);
        told.tellMore(System.nanoTime(), true);
        any = false;
    }

    /** Whether there is anything that may have to be told. */
    boolean isAny() {
        return any;
    }
}
