package io.atoll.scheduler;

import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.spi.ResourceUnits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A driver or worker of a {@link SimulatedNode}. */
final class SimulatedProcess {

    final int index;
    final Deque<Runnable> sent = new ArrayDeque<>();
    final Deque<Task> unstarted = new ArrayDeque<>();
    final List<Thread> threads = new ArrayList<>();
    boolean full;
    /** Killed, and not buried yet: its threads do nothing any more. */
    boolean isKilled;
    /** The task that it was said to be killed for; null for none. */
    ObjectId overdue;

    SimulatedProcess(int index) {
        this.index = index;
    }

    /** How much of a resource is in use: of the CPU not by those who wait. */
    long used(String name) {
        long used = 0;
        for (Task task : unstarted) {
            used += ResourceUnits.amount(task.demand(), name);
        }
        for (Thread thread : threads) {
            if (thread.waitsFor == null || !name.equals(Resources.CPU)) {
                used += ResourceUnits.amount(thread.root().demand(), name);
            }
        }
        return used;
    }

    /** A thread of a worker: the task that was dispatched, and on top those that it helps. */
    static final class Thread {
        final Deque<Task> stack = new ArrayDeque<>();
        /** Null when it runs. */
        ObjectId waitsFor;

        boolean resumeSent;

        Task root() {
            return stack.peekLast();
        }
    }
}
