package io.atoll.internal.run;

import io.atoll.internal.call.Messages;
import io.atoll.internal.log.Log;
import io.atoll.internal.node.UpRing;
import io.atoll.internal.threads.LateThread;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Threads that a task has started itself and that wait in Atoll. The task most likely waits for them, by no means of Atoll, and
 * so keeps the CPU that what they wait for needs. For each of them one task of this process whose thread does not run is said
 * to be blocked, until the wait is over: their own, at once, where they do {@link OwnWork}; else nobody knows whose they are,
 * and it is one whose thread has not run for a second, or, when there is none, one that has run for five, since a thread may
 * also wait for others without rest, as those of parallel streams do. A task that goes on meanwhile runs beside the one that
 * got its CPU. One thread, from the first such wait on; the methods are any thread's.
 */
public final class OwnThreads {
    private static final long LOOK_MILLIS = 200;
    /** Two looks that are nearer to each other are one. */
    private static final long LOOK_NANOS = (LOOK_MILLIS - 10) * 1_000_000;
    /** A thread that was seen waiting so often in a row is taken to wait. */
    private static final int LOOKS = 5;
    /** The same for one that runs, as far as can be seen. */
    private static final int LOOKS_OF_A_BUSY_ONE = 25;
    /** While somebody waits whose task is known and runs still. */
    private static final long QUICK_MILLIS = 10;

    private final UpRing ring;
    private final Supplier<? extends Iterable<Holder>> running;
    /** How often in a row each stood still, and how often it had a CPU; both the looking thread's. */
    private final Map<Holder, Integer> seen = new HashMap<>();

    private final Map<Holder, Integer> held = new HashMap<>();
    private final Set<Holder> lent = new LinkedHashSet<>(); // guarded by this
    private int waiters; // guarded by this
    private int known; // guarded by this: of those, threads of whom it is known whose they are
    private long lookedAt = System.nanoTime(); // the looking thread's
    private final LateThread thread = new LateThread("atoll-own-threads", this::look);

    /** @param running the tasks that threads of this process hold resources for, now */
    public OwnThreads(UpRing ring, Supplier<? extends Iterable<Holder>> running) {
        this.ring = ring;
        this.running = running;
    }

    /** Waits on a thread without a task. */
    public <R> R await(Supplier<R> wait) {
        OwnWork work = OwnWork.current();
        Holder of = work == null || !work.isUnderWay() ? null : work.holder();
        enter(of);
        try {
            return wait.get();
        } finally {
            leave(of);
        }
    }

    private synchronized void enter(@Nullable Holder of) {
        thread.start();
        ++waiters;
        if (of != null) {
            ++known;
            changeOwnWaiters(of, 1);
        }
        notifyAll();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    private static void changeOwnWaiters(Holder of, int by) {
        of.ownWaiters += by;
    }

    /** The thread of the task is about to wait itself. Whether the scheduler knows already that its CPU is free. */
    public synchronized boolean ownWait(Holder context) {
        context.waits = true;
        return lent.remove(context);
    }

    public synchronized void ownWaitEnded(Holder context) {
        context.waits = false;
    }

    /** The task has ended: its CPU is lent no more, and it is known whether it ever was. */
    public synchronized void ended(Holder context) {
        context.waits = true; // Nothing is said of it any more.
        if (context.wasLent) {
            lent.remove(context);
        }
    }

    /** @param of whose CPU is given back for it, if it was lent; null for anybody's */
    private synchronized void leave(@Nullable Holder of) {
        --waiters;
        if (of != null) {
            --known;
            changeOwnWaiters(of, -1);
        }
        while (lent.size() > waiters) {
            Holder back = of != null && lent.contains(of) ? of : lent.iterator().next();
            lent.remove(back);
            ring.tell(Messages.RESUME, back.task);
        }
    }

    private void look() {
        try {
            while (true) {
                lookNext();
            }
        } catch (RuntimeException e) {
            // The store is closed or gone.
            Log.of(OwnThreads.class).debug("threads of tasks are not looked after any more", e);
        }
    }

    private void lookNext() {
        try {
            synchronized (this) {
                while (waiters == 0) {
                    seen.clear();
                    held.clear();
                    wait();
                }
                TimeUnit.MILLISECONDS.timedWait(this, known > 0 && lent.size() < waiters ? QUICK_MILLIS : LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            return; // By a user who interrupts all threads there are.
        }
        for (Holder idle : idle()) {
            lend(idle);
        }
    }

    private List<Holder> idle() {
        List<Holder> all = new ArrayList<>();
        running.get().forEach(all::add);
        all.removeIf(each -> !each.holdsCpu() || each.waits);
        List<Holder> idle = new ArrayList<>(all);
        idle.removeIf(each -> each.ownWaiters == 0 || !each.isParked());
        if (System.nanoTime() - lookedAt >= LOOK_NANOS) {
            lookedAt = System.nanoTime();
            idle.addAll(often(all, seen, LOOKS, each -> each.isParked() || turns(each)));
            idle.addAll(often(all, held, LOOKS_OF_A_BUSY_ONE, each -> true));
        }
        return idle;
    }

    /** Whether it waits for threads of a pool without rest, as who runs a parallel stream does. */
    private static boolean turns(Holder each) {
        StackTraceElement[] stack = each.thread().getStackTrace();
        return stack.length > 0 && stack[0].getClassName().startsWith("java.util.concurrent.ForkJoin");
    }

    /** Those that were found so at each of so many looks. */
    private static List<Holder> often(
            List<Holder> all, Map<Holder, Integer> counts, int looks, Predicate<Holder> isSo) {
        Map<Holder, Integer> now = new HashMap<>();
        List<Holder> often = new ArrayList<>();
        for (Holder each : all) {
            if (isSo.test(each)) {
                int count = counts.getOrDefault(each, 0) + 1;
                now.put(each, count);
                if (count >= looks) {
                    often.add(each);
                }
            }
        }
        counts.clear();
        counts.putAll(now);
        return often;
    }

    private synchronized void lend(Holder idle) {
        if (lent.size() < waiters && !idle.waits && lent.add(idle)) {
            idle.wasLent = true;
            ring.tell(Messages.BLOCKED, idle.task);
        }
    }
}
