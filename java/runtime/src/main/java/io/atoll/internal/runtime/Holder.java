package io.atoll.internal.runtime;

import io.atoll.ObjectId;
import io.atoll.Resources;
import java.util.concurrent.locks.LockSupport;

/**
 * What a thread of a worker holds: the resources of the task that was sent to it. Tasks that the thread helps with run on
 * these, too, each on top of the one that waits for it. Interrupts name a task: the one on top is interrupted as it is,
 * one below it when it is on top again. Its thread alone, but for what says otherwise.
 */
final class Holder {
    private static final ThreadLocal<Holder> CURRENT = new ThreadLocal<>();

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

    private Run top; // guarded by this

    Holder(ObjectId task, Resources held, boolean isAtMostOnce) {
        this.task = task;
        this.held = held;
        this.isAtMostOnce = isAtMostOnce;
    }

    /** Null for a thread that runs no task: one that a user's task has started. */
    static Holder current() {
        return CURRENT.get();
    }

    static void enter(Holder holder) {
        CURRENT.set(holder);
    }

    static void leave() {
        CURRENT.remove();
    }

    // ---- what runs

    /** The run goes on top, and finds the thread not interrupted. */
    synchronized void begin(Run run) {
        if (Thread.interrupted() && top != null) {
            top.isInterrupted = true;
        }
        run.below = top;
        top = run;
    }

    /** It is over; whoever has interrupted the thread since it began meant it. */
    synchronized void end(Run run) {
        top = run.below;
        Thread.interrupted();
        if (top != null && top.isInterrupted) {
            top.isInterrupted = false;
            thread.interrupt();
        }
    }

    /** Whether the thread is at it, and not at a task that it waits for. Any thread. */
    synchronized boolean isOnTop(Run run) {
        return top == run;
    }

    /** Null when nothing runs. */
    synchronized Run top() {
        return top;
    }

    /** Interrupts the run of a task, now or when it is on top again; false when it does not run here. Any thread. */
    synchronized boolean interrupt(ObjectId id) {
        for (Run each = top; each != null; each = each.below) {
            if (each.task.equals(id)) {
                if (each == top) {
                    thread.interrupt();
                } else {
                    each.isInterrupted = true;
                }
                return true;
            }
        }
        return false;
    }

    // ---- what is held

    /** Whether its thread stands still now, in whatever it waits for. Any thread. */
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
