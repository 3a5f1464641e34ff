package io.atoll.scheduler;

import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.spi.ResourceUnits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A driver or worker of a {@link SimulatedNode}. */
final class SimulatedProcess {

    final int index;
    final WorkerKind kind;
    final Deque<Runnable> sent = new ArrayDeque<>();
    final Deque<Task> unstarted = new ArrayDeque<>();
    /** What may begin once another has ended, by the id of that. */
    final Map<ObjectId, Task> ahead = new HashMap<>();

    final List<Thread> threads = new ArrayList<>();
    /** Tasks that it was sent, but for those that others took before it had begun them. */
    int given;

    /** Tasks that it has run on the threads of others, which wait for them. */
    int helped;

    final boolean mayBeFull;
    boolean full;
    /** Another takes its place. */
    boolean isReplaced;
    /** It was told to end: it does nothing any more. */
    boolean isRetired;
    /** Killed, and not buried yet: its threads do nothing any more. */
    boolean isKilled;
    /** The task that it was said to be killed for; null for none. */
    ObjectId overdue;

    SimulatedProcess(int index, WorkerKind kind, boolean mayBeFull) {
        this.index = index;
        this.kind = kind;
        this.mayBeFull = mayBeFull;
    }

    /** Whether the task was sent here and has not ended. */
    boolean has(ObjectId id) {
        return unstarted.stream().anyMatch(task -> task.id().equals(id))
                || ahead.values().stream().anyMatch(task -> task.id().equals(id))
                || threads.stream().anyMatch(thread -> thread.root().id().equals(id));
    }

    /** A thread takes the next that was sent. */
    void start() {
        Thread thread = new Thread();
        thread.stack.push(unstarted.remove());
        threads.add(thread);
    }

    /** How much of a resource is in use: of the CPU not by those who wait, and have gone on without waiting for theirs. */
    long used(String name) {
        long used = 0;
        for (Task task : unstarted) {
            used += ResourceUnits.amount(task.demand(), name);
        }
        for (Thread thread : threads) {
            boolean hasCpu = thread.waitsFor == null && !thread.overdrawn;
            if (hasCpu || !name.equals(Resources.CPU)) {
                used += ResourceUnits.amount(thread.root().demand(), name);
            }
        }
        return used;
    }

    /** How much of each device that it sees is in use. */
    long usedOfEach() {
        long used = 0;
        for (Task task : unstarted) {
            used += Math.min(ResourceUnits.amount(task.demand(), Resources.GPU), 10_000);
        }
        for (Thread thread : threads) {
            used += Math.min(ResourceUnits.amount(thread.root().demand(), Resources.GPU), 10_000);
        }
        return used;
    }

    /**
     * A task has its CPU back, or it is the answer to what it asked before it went on without: it cannot tell one from the
     * other.
     */
    void granted(Task task) {
        for (Thread thread : threads) {
            if (thread.root() == task && thread.resumeSent) {
                thread.waitsFor = null;
                thread.resumeSent = false;
                thread.overdrawn = thread.resumesUnread > 0;
            }
        }
    }

    /** A thread of a worker: the task that was dispatched, and on top those that it helps. */
    static final class Thread {
        final Deque<Task> stack = new ArrayDeque<>();
        /** Null when it runs. */
        ObjectId waitsFor;

        /** It has asked for the CPU that it gave away when it began to wait. */
        boolean resumeSent;
        /** So many times it has asked of which the scheduler has not read. */
        int resumesUnread;
        /** It runs, and has not waited for its CPU. */
        boolean overdrawn;
        /** So it did once. */
        boolean wentOn;

        Task root() {
            return stack.peekLast();
        }

        void block(ObjectId target) {
            waitsFor = target;
            overdrawn = false;
            resumeSent = false;
        }

        void askForGrant() {
            resumeSent = true;
            ++resumesUnread;
        }

        /** Whether it can do something without: a task that is helped needs what it depends on. */
        boolean mayGoOn() {
            return !stack.element().dependencies().contains(waitsFor);
        }

        void goOnAtOnce() {
            waitsFor = null;
            wentOn = true;
            overdrawn = true;
            resumeSent = false;
        }
    }
}
