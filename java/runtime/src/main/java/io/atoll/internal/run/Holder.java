package io.atoll.internal.run;

import io.atoll.DeadlockException;
import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.internal.store.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What a thread of a worker holds: the resources of the task that was sent to it. Tasks that the thread helps with run on
 * these, too, each on top of the one that waits for it. Interrupts name a task: the one on top is interrupted as it is,
 * one below it when it is on top again. Its thread alone, but for what says otherwise.
 */
public final class Holder {
    public final ObjectId task;
    final Resources held;
    public final boolean isAtMostOnce;
    /** How many tasks this thread is within, one on top of the other, besides its own. Any thread reads it. */
    private volatile int helping;

    private final TaskThread thread;
    private volatile boolean granted;
    /** Its thread waits, or has ended; {@link OwnThreads} writes it under its lock. */
    public volatile boolean waits;
    /** Threads of its task's own that wait in Atoll; {@link OwnThreads} writes it under its lock. */
    volatile int ownWaiters;
    /** Whether its CPU has ever been given to others for a thread of its own. */
    volatile boolean wasLent;

    /** Whether it has ever gone on without its CPU. */
    private boolean wentOn;

    /** What its thread waits for; null while it does not wait. */
    private volatile @Nullable Awaited wait;

    private @Nullable Run top; // guarded by this
    private volatile boolean isLent; // guarded by this when it changes: to a thread beside this one
    private @Nullable Runnable runNext; // guarded by this: by the thread to which it is lent
    private @Nullable Runnable whenBack; // guarded by this

    /** Whether what it holds is another thread's, which waits; it has no CPU then. */
    private final boolean isBeside;

    public Holder(TaskThread thread, ObjectId task, Resources held, boolean isAtMostOnce) {
        this(thread, task, held, isAtMostOnce, false);
    }

    private Holder(TaskThread thread, ObjectId task, Resources held, boolean isAtMostOnce, boolean isBeside) {
        this.thread = thread;
        this.isBeside = isBeside;
        this.task = task;
        this.held = held;
        this.isAtMostOnce = isAtMostOnce;
    }

    /** Null for a thread that runs no task: one that a user's task has started. */
    public static @Nullable Holder current() {
        TaskThread thread = TaskThread.current();
        return thread == null ? null : thread.holder();
    }

    /** What the calling thread holds. REQUIRES: it runs a task. */
    public static Holder own() {
        return Objects.requireNonNull(TaskThread.self().holder(), "this thread runs no task");
    }

    public TaskThread thread() {
        return thread;
    }

    // ---- what runs

    /** The run goes on top, and finds the thread not interrupted. */
    public synchronized void begin(Run run) {
        if (Thread.interrupted() && top != null) {
            top.isInterrupted = true;
        }
        run.below = top;
        top = run;
        run.markThreads();
    }

    /** It is over; whoever has interrupted the thread since it began meant it. */
    public synchronized void end(Run run) {
        top = run.below;
        Thread.interrupted();
        if (top != null && top.isInterrupted) {
            top.isInterrupted = false;
            thread.interruptNow();
        }
    }

    /** Whether the thread is at it, and not at a task that it waits for. Any thread. */
    public synchronized boolean isOnTop(Run run) {
        return top == run;
    }

    /** Null when nothing runs. */
    public synchronized @Nullable Run top() {
        return top;
    }

    /** Interrupts the run of a task, now or when it is on top again; false when it does not run here. Any thread. */
    public synchronized boolean interrupt(ObjectId id) {
        for (Run each = top; each != null; each = each.below) {
            if (each.task.equals(id)) {
                if (each == top) {
                    thread.interruptNow();
                } else {
                    each.isInterrupted = true;
                }
                return true;
            }
        }
        return false;
    }

    /** Keeps an interrupt for one that waits below others; false when it does not. Any thread. */
    synchronized boolean keepInterrupt(@Nullable Run meant) {
        for (Run each = top == null ? null : top.below; each != null && meant != null; each = each.below) {
            if (each == meant) {
                each.isInterrupted = true;
                return true;
            }
        }
        return false;
    }

    /** What runs on the stack of another task; null when nothing does. Any thread. */
    public synchronized @Nullable Run helped() {
        return top != null && top.below != null ? top : null;
    }

    public int helping() {
        return helping;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // its thread's alone
    public void changeHelping(int by) {
        helping += by;
    }

    // ---- what is held

    /** Whether its thread stands still now, in whatever it waits for. Any thread. */
    boolean isParked() {
        Thread.State state = thread.getState();
        return state != Thread.State.RUNNABLE && state != Thread.State.TERMINATED;
    }

    public boolean holdsCpu() {
        return !isBeside && held.quantity(Resources.CPU) > 0;
    }

    public boolean isBeside() {
        return isBeside;
    }

    // ---- what it waits for

    public void setWait(@Nullable Awaited wait) {
        this.wait = wait;
    }

    /** Whether its thread waits for what is there. Any thread. */
    public boolean isWaitOver() {
        Awaited wait = this.wait;
        try {
            return wait != null && wait.isOver();
        } catch (RuntimeException e) {
            return true; // Its wait throws that, too.
        }
    }

    /** What its thread waits for, as far as that can be said. Any thread. */
    public Awaited.Missing missing() {
        Awaited wait = this.wait;
        try {
            return wait == null || isAnyLimited() ? Awaited.Missing.UNKNOWN : wait.missing();
        } catch (RuntimeException e) {
            return Awaited.Missing.UNKNOWN;
        }
    }

    /** Whether the time of a task on its thread will end the wait. */
    private synchronized boolean isAnyLimited() {
        for (Run each = top; each != null; each = each.below) {
            if (each.policy.timeoutNanos() != 0) {
                return true;
            }
        }
        return false;
    }

    /** The tasks that run on its thread on top of its own. Any thread. */
    public synchronized List<ObjectId> helpedTasks() {
        List<ObjectId> tasks = new ArrayList<>();
        for (Run each = top; each != null && each.below != null; each = each.below) {
            tasks.add(each.task);
        }
        return tasks;
    }

    /** Interrupts its thread if that waits; those on it fail by the deadlock, if they fail by the interrupt. Any thread. */
    public synchronized void breakWait(String why) {
        Run own = top;
        while (own != null && own.below != null) {
            own = own.below;
        }
        if (own == null || !own.task.equals(task) || wait == null || isWaitOver()) {
            return; // It has gone on by itself.
        }
        for (Run each = top; each != null; each = each.below) {
            each.setDeadlock(new DeadlockException(why, each.name));
        }
        thread.interruptNow();
    }

    // ---- what is lent

    /** Whether another thread is to run this on what is held; else the one that still has it runs this next. */
    public synchronized boolean lend(Runnable run) {
        if (isLent) {
            runNext = run;
            return false;
        }
        isLent = true;
        return true;
    }

    /** For the thread to which it was lent: what it runs next; null: it is taken back. */
    public @Nullable Runnable nextOrTakeBack() {
        Runnable then;
        synchronized (this) {
            Runnable next = runNext;
            runNext = null;
            if (next != null) {
                return next;
            }
            isLent = false;
            then = whenBack;
            whenBack = null;
        }
        if (then != null) {
            then.run();
        }
        return null;
    }

    /** Runs it now, or when nothing is lent any more. */
    public void whenBack(Runnable action) {
        synchronized (this) {
            if (isLent) {
                whenBack = action;
                return;
            }
        }
        action.run();
    }

    public boolean hasLent() {
        return isLent;
    }

    /** It goes on, whoever has its CPU. */
    public void goOn() {
        wentOn = true;
    }

    /** Whether its thread surely has all that is held, and had it all the time but for waits. */
    public boolean hasAll() {
        return !wentOn && !wasLent && !isLent;
    }

    /** What the thread to which it was lent has. */
    public Holder beside(TaskThread other) {
        return new Holder(other, task, held, isAtMostOnce, true);
    }

    /** Whether a task with this demand can run on what is held. */
    public boolean covers(Resources demand) {
        for (var amount : demand.quantities().entrySet()) {
            if (held.quantity(amount.getKey()) < amount.getValue()) {
                return false;
            }
        }
        return true;
    }

    /** To be called before the CPU is asked for. */
    public void expectGrant() {
        granted = false;
    }

    /** The CPU is this task's again. Called by the thread that got the message. */
    public void grant() {
        granted = true;
        LockSupport.unpark(thread);
    }

    /**
     * Waits until {@link #grant} is called. Interrupts wait until it goes on.
     *
     * @param nanos at most; {@link Waiting#FOREVER} for as long as it takes
     * @return false when that is over
     */
    public boolean awaitGrant(long nanos) {
        long startedAt = System.nanoTime();
        boolean isInterrupted = false;
        long left = nanos;
        while (!granted && left > 0) {
            LockSupport.parkNanos(this, left);
            isInterrupted |= Thread.interrupted();
            left = Waiting.left(nanos, startedAt);
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
        return granted;
    }
}
