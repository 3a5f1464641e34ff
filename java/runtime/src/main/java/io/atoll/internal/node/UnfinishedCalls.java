package io.atoll.internal.node;

import io.atoll.DeadlockException;
import io.atoll.ObjectId;
import io.atoll.TaskException;
import io.atoll.WorkerDiedException;
import io.atoll.internal.call.ScheduledCall;
import io.atoll.internal.call.StreamPlace;
import io.atoll.internal.lineage.Lineage;
import io.atoll.internal.process.WorkerProcesses;
import io.atoll.internal.store.NativeStore;
import io.atoll.scheduler.Scheduler;
import io.atoll.scheduler.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The calls that are not done, and the references that the node has for each of them: one on its result and one on every
 * id that it names, from before the ring's consumer position moves on until the task is done for good. Who has the
 * scheduler's turn.
 */
final class UnfinishedCalls {
    private static final int MOST_NAMES = 8;
    private static final String NOT_AGAIN =
            "; it is not run again, since there was no room to keep what it had read of the"
                    + " stream that it was given";

    private final NativeStore store;
    private final Failures failures;
    private final Lineage lineage;
    private final Readers readers;
    /** A list through the calls themselves, of which there may be millions. */
    private @Nullable ScheduledCall first;

    private @Nullable ScheduledCall last;
    /** Which call makes an object that is one of several results. */
    private final Map<ObjectId, ObjectId> parts = new HashMap<>();

    /** How far those are that have said so, and in which run. */
    private final Map<ObjectId, Progress> progress = new HashMap<>();

    private long ended;

    UnfinishedCalls(NativeStore store, Failures failures, Lineage lineage, Readers readers) {
        this.store = store;
        this.failures = failures;
        this.lineage = lineage;
        this.readers = readers;
    }

    /** Refers to all that the call names. False when some of it is not there: the call has failed, then. */
    boolean add(ScheduledCall call) {
        store.reference(call.task.id());
        List<ObjectId> held = call.held();
        int count = 0;
        try {
            for (; count < held.size(); ++count) {
                store.reference(held.get(count));
            }
        } catch (RuntimeException e) {
            failures.put(call, notRun(call, String.valueOf(e.getMessage())));
            for (ObjectId id : held.subList(0, count)) {
                store.dereference(id);
            }
            store.dereference(call.task.id());
            return false;
        }
        call.before = last;
        if (last == null) {
            first = call;
        } else {
            last.after = call;
        }
        last = call;
        readers.add(call);
        call.task.outputs().forEach(part -> parts.put(part, call.task.id()));
        return true;
    }

    /** The task that makes the object: of its name, unless it is one of several results. */
    ObjectId taskOf(ObjectId result) {
        return parts.getOrDefault(result, result);
    }

    /** A stream has come so far: what lies before is its readers' alone. */
    void moveStream(ScheduledCall call, StreamPlace from, ObjectId node, long index) {
        store.reference(node);
        store.dereference(from.node());
        call.moveStream(node, index);
    }

    /** It has all that it was given, and a stream among that, of which one that is not run again need keep nothing. */
    void given(ScheduledCall call) {
        if (call.isGivenStream() && !call.hasLetGo()) {
            call.setGiven();
            if (call.task.isAtMostOnce()) {
                call.letGo().forEach(store::dereference);
            } else {
                readers.given(call);
            }
        }
    }

    /** Why one that has retries left fails at once. */
    static String notAgain(ScheduledCall call) {
        return call.hasLetGo() && !call.task.isAtMostOnce() ? NOT_AGAIN : "";
    }

    /** The same in the text of what it fails with. */
    static TaskException notAgain(ScheduledCall call, TaskException error) {
        String why = notAgain(call);
        return why.isEmpty()
                ? error
                : new TaskException(
                        error.getMessage() + why, error.taskName(), error.workerPid(), error.attempt(), null);
    }

    void setProgress(Task task, double fraction) {
        if (fraction >= 0 && fraction <= 1) {
            progress.put(task.id(), new Progress(task, task.attempt(), fraction));
        }
    }

    /** As the task that makes the object has said; empty when it has not in this run. */
    OptionalDouble progressOf(ObjectId result) {
        Progress known = progress.isEmpty() ? null : progress.get(taskOf(result));
        return known == null || known.task.attempt() != known.attempt
                ? OptionalDouble.empty()
                : OptionalDouble.of(known.fraction);
    }

    private record Progress(Task task, int attempt, double fraction) {}

    void remove(ScheduledCall call) {
        ++ended;
        if (!progress.isEmpty()) {
            progress.remove(call.task.id());
        }
        unlink(call);
        readers.remove(call);
        call.task.outputs().forEach(parts::remove);
        for (ObjectId id : lineage.keep(call) ? call.task.outputs() : call.held()) {
            store.dereference(id);
        }
        store.dereference(call.task.id());
    }

    private void unlink(ScheduledCall call) {
        if (call.before == null) {
            first = call.after;
        } else {
            call.before.after = call.after;
        }
        if (call.after == null) {
            last = call.before;
        } else {
            call.after.before = call.before;
        }
        call.before = null;
        call.after = null;
    }

    /** How many there have been. */
    long ended() {
        return ended;
    }

    /** The name of the task that makes this object; null when none that is not done does. */
    @Nullable
    String nameOf(ObjectId result) {
        for (ScheduledCall each = first; each != null; each = each.after) {
            if (each.task.id().equals(result)) {
                OptionalDouble done = progressOf(result);
                return each.name() + (done.isEmpty() ? "" : " (" + Math.round(100 * done.getAsDouble()) + " % done)");
            }
        }
        return null;
    }

    /** No worker is left, and none will come: all of them have failed, and the scheduler is told. */
    void giveUp(WorkerProcesses.Hopeless hope, Scheduler scheduler) {
        List<ScheduledCall> all = new ArrayList<>();
        for (ScheduledCall each = first; each != null; each = each.after) {
            all.add(each);
        }
        for (ScheduledCall call : all) {
            failures.put(call, noWorker(call, hope));
            scheduler.finished(call.task.id(), Scheduler.NOBODY);
        }
    }

    static TaskException noWorker(ScheduledCall call, WorkerProcesses.Hopeless hope) {
        String name = call.name();
        return new WorkerDiedException("task " + name + " cannot be run: " + hope.why(), name, 0, 0, hope.ending());
    }

    static TaskException notRun(ScheduledCall call, String why) {
        return new TaskException("task " + call.name() + " cannot be run: " + why, call.name(), 0, 0, null);
    }

    /** Why the first of these is to fail: each waits for the next, the last of which is among them already. */
    static String cycle(List<Task> tasks) {
        StringBuilder text = new StringBuilder("these tasks wait for each other: ");
        int most = Math.min(tasks.size(), MOST_NAMES);
        for (int i = 0; i < most; ++i) {
            Task each = tasks.get(i);
            text.append(i == 0 ? "" : ", which waits for ")
                    .append(UpRing.cut(ScheduledCall.of(each).name()));
            text.append(" (").append(each.demand()).append(each.isBlocked() ? ")" : ", not begun)");
        }
        return text.append(most < tasks.size() ? ", ..." : "").toString();
    }

    /** What the call fails with; names those that keep what it needs. */
    TaskException deadlock(ScheduledCall call, String why) {
        StringBuilder text = new StringBuilder("task " + call.name() + " can never be run: " + why
                + "; nothing runs, and these wait and keep what they have:");
        int left = MOST_NAMES;
        for (ScheduledCall each = first; each != null; each = each.after) {
            if (each.task.isBlocked() && left-- > 0) {
                text.append(left == 0 ? " ..." : " " + each.name() + " (" + each.task.demand() + ")");
            }
        }
        return new DeadlockException(text.toString(), call.name());
    }
}
