package io.atoll.internal.runtime;

import io.atoll.DeadlockException;
import io.atoll.internal.log.Log;
import io.atoll.internal.run.Holder;
import io.atoll.internal.run.Run;
import io.atoll.internal.threads.LateThread;
import io.atoll.internal.threads.WantedLock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks after tasks that run on the stack of one that waits for them, when they want a lock: what that one keeps they would
 * never get. One that has wanted the same lock for a second fails with a {@link DeadlockException}, by interrupt; one that does
 * not heed that, with all that it holds up and the worker. While other tasks run here, which may have the lock and give it
 * back, that takes ten times as long. One thread, from the first time on that a task helps; the methods are any thread's.
 */
final class LockWatch {
    private static final long LOOK_MILLIS = 200;
    private static final int LOOKS = 5;
    private static final int LOOKS_BESIDE_OTHERS = 50;
    /** After the interrupt. */
    private static final int LOOKS_OF_GRACE = 10;

    private final TaskRunner runner;
    private final Supplier<? extends Iterable<Holder>> running;
    private final Map<Run, Wish> wishes = new HashMap<>(); // the looking thread's
    private volatile boolean isAwake;
    private final LateThread thread = new LateThread("atoll-locks", this::look);

    /** @param running the tasks that threads of this process hold resources for, now */
    LockWatch(TaskRunner runner, Supplier<? extends Iterable<Holder>> running) {
        this.runner = runner;
        this.running = running;
    }

    /** For how long a run has wanted a lock. */
    private static final class Wish {
        final Object lock;
        int looks;
        int looksWhenTold;
        /** What the run was told that it fails with; null before. */
        @Nullable
        DeadlockException told;

        Wish(Object lock) {
            this.lock = lock;
        }
    }

    /** A task is about to run on the stack of another, and its holder says so. */
    void helping() {
        if (!isAwake) {
            wake();
        }
    }

    private synchronized void wake() {
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            return; // The next that helps tries again; this one is taken already, and is run all the same.
        }
        isAwake = true;
        notifyAll();
    }

    private void look() {
        try {
            while (true) {
                lookNext();
            }
        } catch (RuntimeException e) {
            Log.of(LockWatch.class).debug("locks that tasks want are not looked after any more", e);
        } catch (Error e) {
            WorkerMain.fail(e);
        }
    }

    private void lookNext() {
        try {
            synchronized (this) {
                while (!isAwake) {
                    wait();
                }
                TimeUnit.MILLISECONDS.timedWait(this, LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            return; // By a user who interrupts all threads there are.
        }
        if (!lookAtAll()) {
            isAwake = false;
            isAwake = isAnyHelping(); // One that has begun meanwhile may not have seen the first.
        }
    }

    private boolean isAnyHelping() {
        for (Holder each : running.get()) {
            if (each.helping() > 0) {
                return true;
            }
        }
        return false;
    }

    /** False when no task runs on the stack of another. */
    private boolean lookAtAll() {
        boolean isAny = false;
        Map<Run, Wish> now = new HashMap<>();
        for (Holder each : running.get()) {
            Run run = each.helped();
            WantedLock wanted = run == null ? null : WantedLock.of(each.thread());
            isAny |= run != null;
            if (run == null || wanted == null || wanted.isAnothers(each.thread())) {
                continue;
            }
            Wish wish = wishes.get(run);
            if (wish == null || wish.lock != wanted.lock()) {
                wish = new Wish(wanted.lock());
            }
            ++wish.looks;
            now.put(run, wish);
            decide(each, run, wanted, wish);
        }
        wishes.clear();
        wishes.putAll(now);
        return isAny;
    }

    private void decide(Holder holder, Run run, WantedLock wanted, Wish wish) {
        DeadlockException told = wish.told;
        if (told == null) {
            if (wish.looks >= (isAnyBeside(holder) ? LOOKS_BESIDE_OTHERS : LOOKS)) {
                wish.looksWhenTold = wish.looks;
                wish.told = deadlock(holder, run, wanted);
                run.setDeadlock(wish.told);
                holder.interrupt(run.task);
            }
        } else if (wish.looks == wish.looksWhenTold + LOOKS_OF_GRACE) {
            runner.giveUp(run, told);
        }
    }

    /** Whether another task runs here, and does not stand still for a lock or for what it has submitted. */
    private boolean isAnyBeside(Holder holder) {
        for (Holder each : running.get()) {
            if (each != holder && !each.waits && WantedLock.of(each.thread()) == null) {
                return true;
            }
        }
        return false;
    }

    private static DeadlockException deadlock(Holder holder, Run run, WantedLock wanted) {
        StackTraceElement[] stack = holder.thread().getStackTrace();
        Run below = run.below;
        DeadlockException why = new DeadlockException(
                "task " + run.name + " runs on the thread of " + (below == null ? "another" : "task " + below.name)
                        + ", which waits for it, and waits itself"
                        + " for a " + wanted.name() + place(stack)
                        + ": if that task keeps it, it will never be free. A call that is isolated() runs on a thread of its"
                        + " own",
                run.name);
        why.setStackTrace(stack);
        return why;
    }

    /** Where the code of users waits. */
    private static String place(StackTraceElement[] stack) {
        for (StackTraceElement each : stack) {
            if (!each.getClassName().startsWith("java.") && !each.getClassName().startsWith("jdk.")) {
                return " in " + each.getClassName() + "." + each.getMethodName() + " (" + each.getFileName() + ":"
                        + each.getLineNumber() + ")";
            }
        }
        return "";
    }
}
