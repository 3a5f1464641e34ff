package io.atoll.internal.node;

import io.atoll.DeadlockException;
import io.atoll.ObjectId;
import io.atoll.TaskException;
import io.atoll.WorkerDiedException;
import io.atoll.internal.call.ScheduledCall;
import io.atoll.internal.process.WorkerProcesses;
import io.atoll.scheduler.Scheduler;
import io.atoll.store.NativeStore;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The calls that are not done, and the references that the node has for each of them: one on its result and one on every
 * id that it names, from before the ring's consumer position moves on until the task is done for good. Who has the
 * scheduler's turn.
 */
final class UnfinishedCalls {
    private static final int MOST_NAMES = 8;

    private final NativeStore store;
    private final Failures failures;
    private final Set<ScheduledCall> calls = new HashSet<>();
    /** Which call makes an object that is one of several results. */
    private final Map<ObjectId, ObjectId> parts = new HashMap<>();

    UnfinishedCalls(NativeStore store, Failures failures) {
        this.store = store;
        this.failures = failures;
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
            failures.put(call, notRun(call, e.getMessage()));
            for (ObjectId id : held.subList(0, count)) {
                store.dereference(id);
            }
            store.dereference(call.task.id());
            return false;
        }
        calls.add(call);
        call.task.outputs().forEach(part -> parts.put(part, call.task.id()));
        return true;
    }

    /** The task that makes the object: of its name, unless it is one of several results. */
    ObjectId taskOf(ObjectId result) {
        return parts.getOrDefault(result, result);
    }

    /** A stream has come so far: what lies before is its readers' alone. */
    void moveStream(ScheduledCall call, ObjectId node, long index) {
        store.reference(node);
        store.dereference(call.stream().node());
        call.moveStream(node, index);
    }

    void remove(ScheduledCall call) {
        calls.remove(call);
        call.task.outputs().forEach(parts::remove);
        for (ObjectId id : call.held()) {
            store.dereference(id);
        }
        store.dereference(call.task.id());
    }

    /** The name of the task that makes this object; null when none that is not done does. */
    String nameOf(ObjectId result) {
        for (ScheduledCall each : calls) {
            if (each.task.id().equals(result)) {
                return each.name();
            }
        }
        return null;
    }

    /** No worker is left, and none will come: all of them have failed, and the scheduler is told. */
    void giveUp(WorkerProcesses.Hopeless hope, Scheduler scheduler) {
        for (ScheduledCall call : List.copyOf(calls)) {
            String name = call.name();
            String text = "task " + name + " cannot be run: " + hope.why();
            failures.put(call, new WorkerDiedException(text, name, 0, 0, hope.ending()));
            scheduler.finished(call.task.id(), Scheduler.NOBODY);
        }
    }

    static TaskException notRun(ScheduledCall call, String why) {
        return new TaskException("task " + call.name() + " cannot be run: " + why, call.name(), 0, 0, null);
    }

    /** What the call fails with; names those that keep what it needs. */
    TaskException deadlock(ScheduledCall call, String why) {
        StringBuilder text = new StringBuilder("task " + call.name() + " can never be run: " + why
                + "; nothing runs, and these wait and keep what they have:");
        int left = MOST_NAMES;
        for (ScheduledCall each : calls) {
            if (each.task.isBlocked() && left-- > 0) {
                text.append(left == 0 ? " ..." : " " + each.name() + " (" + each.task.demand() + ")");
            }
        }
        return new DeadlockException(text.toString(), call.name());
    }
}
