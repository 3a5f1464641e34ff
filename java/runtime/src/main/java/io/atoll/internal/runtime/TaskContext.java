package io.atoll.internal.runtime;

import io.atoll.ObjectId;
import io.atoll.Resources;
import java.util.concurrent.locks.LockSupport;

/**
 * The task whose resources a thread of a worker holds. Tasks that the thread helps with run on these, too. Its thread
 * alone, but for {@link #grant}.
 */
final class TaskContext {
    private static final ThreadLocal<TaskContext> CURRENT = new ThreadLocal<>();

    final ObjectId task;
    final Resources held;
    final boolean isAtMostOnce;
    /** How many tasks this thread is within, one on top of the other, besides its own. */
    int helping;

    private final Thread thread = Thread.currentThread();
    private volatile boolean granted;
    /** Its thread waits, or has ended; guarded by {@link OwnThreads}. */
    boolean waits;
    /** Whether its CPU has ever been given to others for a thread of its own. */
    volatile boolean wasLent;

    TaskContext(ObjectId task, Resources held, boolean isAtMostOnce) {
        this.task = task;
        this.held = held;
        this.isAtMostOnce = isAtMostOnce;
    }

    /** Null for a thread that runs no task: one that a user's task has started. */
    static TaskContext current() {
        return CURRENT.get();
    }

    static void enter(TaskContext context) {
        CURRENT.set(context);
    }

    static void leave() {
        CURRENT.remove();
    }

    /** Whether its thread stands still now, in whatever it waits for. */
    boolean isParked() {
        Thread.State state = thread.getState();
        return state != Thread.State.RUNNABLE && state != Thread.State.TERMINATED;
    }

    boolean holdsCpu() {
        return held.quantity(Resources.CPU) > 0;
    }

    /** Whether a task with this demand can run on what is held. */
    boolean covers(Resources demand) {
        for (var amount : demand.quantities().entrySet()) {
            if (held.quantity(amount.getKey()) < amount.getValue()) {
                return false;
            }
        }
        return true;
    }

    /** To be called before the CPU is asked for. */
    void expectGrant() {
        granted = false;
    }

    /** The CPU is this task's again. Called by the thread that got the message. */
    void grant() {
        granted = true;
        LockSupport.unpark(thread);
    }

    /** Goes on once {@link #grant} was called: soon, so an interrupt waits. */
    void awaitGrant() {
        boolean interrupted = false;
        while (!granted) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
