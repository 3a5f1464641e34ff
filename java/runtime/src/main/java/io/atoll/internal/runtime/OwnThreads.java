package io.atoll.internal.runtime;

import io.atoll.internal.call.Messages;
import io.atoll.internal.node.UpRing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;

/**
 * Threads that a task has started itself and that wait in Atoll. Nobody knows whose they are: the task most likely waits for
 * them, by no means of Atoll, and so keeps the CPU that what they wait for needs. For each of them one task of this process
 * whose thread has not run for a second is said to be blocked, until the wait is over. A task that goes on meanwhile runs
 * beside the one that got its CPU. One thread, from the first such wait on; the methods are any thread's.
 */
final class OwnThreads {
    private static final long LOOK_MILLIS = 200;
    /** A thread that was seen waiting so often in a row is taken to wait. */
    private static final int LOOKS = 5;

    private final UpRing ring;
    private final Supplier<? extends Iterable<Holder>> running;
    private final Map<Holder, Integer> seen = new HashMap<>(); // the looking thread's
    private final Set<Holder> lent = new LinkedHashSet<>(); // guarded by this
    private int waiters; // guarded by this
    private Thread thread; // guarded by this

    /** @param running the tasks that threads of this process hold resources for, now */
    OwnThreads(UpRing ring, Supplier<? extends Iterable<Holder>> running) {
        this.ring = ring;
        this.running = running;
    }

    /** Waits on a thread without a task. */
    <R> R await(Supplier<R> wait) {
        synchronized (this) {
            ++waiters;
            if (thread == null) {
                thread = new Thread(null, this::look, "atoll-own-threads", 256 * 1024);
                thread.setDaemon(true);
                thread.start();
            }
            notifyAll();
        }
        try {
            return wait.get();
        } finally {
            leave();
        }
    }

    /** The thread of the task is about to wait itself. Whether the scheduler knows already that its CPU is free. */
    synchronized boolean ownWait(Holder context) {
        context.waits = true;
        return lent.remove(context);
    }

    synchronized void ownWaitEnded(Holder context) {
        context.waits = false;
    }

    /** The task has ended. */
    void ended(Holder context) {
        if (context.wasLent) {
            synchronized (this) {
                context.waits = true; // Nothing is said of it any more.
                lent.remove(context);
            }
        }
    }

    private synchronized void leave() {
        --waiters;
        while (lent.size() > waiters) {
            Holder first = lent.iterator().next();
            lent.remove(first);
            ring.tell(Messages.RESUME, first.task);
        }
    }

    private void look() {
        try {
            while (true) {
                synchronized (this) {
                    while (waiters == 0) {
                        seen.clear();
                        wait();
                    }
                    wait(LOOK_MILLIS);
                }
                for (Holder idle : idle()) {
                    lend(idle);
                }
            }
        } catch (InterruptedException | RuntimeException e) {
            // The store is closed or gone.
            LoggerFactory.getLogger(OwnThreads.class).debug("threads of tasks are not looked after any more", e);
        }
    }

    private List<Holder> idle() {
        Map<Holder, Integer> now = new HashMap<>();
        List<Holder> idle = new ArrayList<>();
        for (Holder each : running.get()) {
            if (each.holdsCpu() && each.isParked()) {
                int looks = seen.getOrDefault(each, 0) + 1;
                now.put(each, looks);
                if (looks >= LOOKS) {
                    idle.add(each);
                }
            }
        }
        seen.clear();
        seen.putAll(now);
        return idle;
    }

    private synchronized void lend(Holder idle) {
        if (lent.size() < waiters && !idle.waits && lent.add(idle)) {
            idle.wasLent = true;
            ring.tell(Messages.BLOCKED, idle.task);
        }
    }
}
