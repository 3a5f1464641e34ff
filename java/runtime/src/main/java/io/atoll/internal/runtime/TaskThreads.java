package io.atoll.internal.runtime;

import io.atoll.ObjectId;
import io.atoll.internal.call.CallRecord;
import io.atoll.internal.call.Messages;
import io.atoll.internal.node.DownRing;
import io.atoll.internal.node.RingReader;
import io.atoll.store.NativeStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.LoggerFactory;

/**
 * The threads of a worker that run tasks. All that are idle wait on the worker's bell; whoever is woken takes one message
 * out of the ring and runs it right there. One idle thread is always left while others run or are blocked, so a blocked
 * task never holds up the next.
 */
final class TaskThreads {
    /** Recursion of tasks goes on the getter's stack. Only what is touched of it takes memory. */
    private static final long STACK_BYTES = 64L << 20;

    private static final int MOST_IDLE = 4;
    /** A recursion of tasks that nobody can help with takes one a level, and may have no end. */
    private static final int MOST_THREADS = 2000;

    private static final long PATIENCE_NANOS = 5_000_000_000L;

    private final WorkerRuntime runtime;
    private final NativeStore store;
    private final RingReader ring; // read while one has `reading`
    private final AtomicInteger idle = new AtomicInteger();
    private final AtomicInteger threads = new AtomicInteger();
    private final Set<TaskThread> all = ConcurrentHashMap.newKeySet();
    /** The last attempt to start a thread has failed. */
    private volatile boolean crowded;

    private final Object reading = new Object();
    private byte[] taken; // guarded by reading

    TaskThreads(WorkerRuntime runtime) {
        this.runtime = runtime;
        store = runtime.store;
        ring = DownRing.open(store);
    }

    void start() {
        startOne();
        startOne();
    }

    private void startOne() {
        int number = threads.incrementAndGet();
        idle.incrementAndGet();
        boolean started = false;
        try {
            new TaskThread(number).start();
            started = true;
        } finally {
            if (!started) {
                threads.decrementAndGet();
                idle.decrementAndGet();
            }
        }
    }

    private final class TaskThread extends Thread {
        /** The task whose resources it holds; null between tasks. */
        private volatile Holder context;

        TaskThread(int number) {
            super(null, null, "atoll-task-" + number, STACK_BYTES);
            setDaemon(true);
        }

        /** Nothing of ours throws while the store is there; whatever did has left something half done. */
        @Override
        public void run() {
            all.add(this);
            try {
                runAll();
            } catch (Throwable e) {
                if (!isServerGone()) { // else the watchdog tidies up, and ends this process with its children
                    WorkerMain.fail(e);
                }
            } finally {
                all.remove(this);
            }
        }
    }

    private boolean isServerGone() {
        try {
            return store.awaitServerExit(Duration.ZERO);
        } catch (RuntimeException e) {
            return true;
        }
    }

    /** The tasks whose resources are held now. */
    List<Holder> running() {
        List<Holder> contexts = new ArrayList<>();
        for (TaskThread each : all) {
            Holder context = each.context;
            if (context != null) {
                contexts.add(context);
            }
        }
        return contexts;
    }

    private void runAll() {
        int self = store.clientIndex();
        while (true) {
            long rung = store.bell(self);
            byte[] call = take();
            if (call == null) {
                if (store.bellWait(self, rung, PATIENCE_NANOS) == rung && isOneTooMany()) {
                    return;
                }
            } else {
                run(call);
            }
        }
    }

    /** One that is not here yet finds that it is marked. */
    private void interrupt(ObjectId task) {
        for (Holder each : running()) {
            if (each.interrupt(task)) {
                return;
            }
        }
        runtime.runner().interrupt(task);
    }

    /** The next call to run, or null when there is none. Grants on the way to it are passed on. */
    private byte[] take() {
        synchronized (reading) {
            taken = null;
            while (taken == null && ring.read(this::onMessage, 1) > 0) {}
            if (taken != null && ring.hasMore()) {
                store.bellRing(store.clientIndex(), 1);
            }
            return taken;
        }
    }

    private void onMessage(int type, MutableDirectBuffer buffer, int at, int length) {
        if (type == Messages.GRANT) {
            runtime.granted(CallRecord.id(buffer, at));
        } else if (type == Messages.INTERRUPT) {
            interrupt(CallRecord.id(buffer, at));
        } else {
            taken = new byte[length];
            buffer.getBytes(at, taken);
        }
    }

    private void run(byte[] call) {
        UnsafeBuffer record = new UnsafeBuffer(call);
        ObjectId task = CallRecord.result(record);
        if (idle.decrementAndGet() == 0) {
            String why = startOneMore();
            if (why != null) {
                if (!crowded) {
                    crowded = true; // Said once, not for every task that is tried meanwhile.
                    LoggerFactory.getLogger(TaskThreads.class)
                            .warn(
                                    "no thread can be made beside {}, so this worker takes no more tasks until one"
                                            + " ends: {}",
                                    threads.get(),
                                    why);
                }
                idle.incrementAndGet();
                runtime.ring.tell(Messages.RETURNED, task);
                return;
            }
            crowded = false;
        }
        Holder context = new Holder(task, CallRecord.demand(record), CallRecord.retries(record) == 0);
        TaskThread self = (TaskThread) Thread.currentThread();
        Holder.enter(context);
        self.context = context;
        try {
            runtime.runner().run(call);
        } finally {
            self.context = null;
            runtime.ended(context);
            Holder.leave();
            idle.incrementAndGet();
        }
    }

    /** Null when there is one more, or need not be: this thread is the only one. Else why there is none. */
    private String startOneMore() {
        if (threads.get() >= MOST_THREADS) {
            return "that is as many as it may have";
        }
        try {
            startOne();
            return null;
        } catch (OutOfMemoryError e) {
            return threads.get() > 1 ? e.getMessage() : null;
        }
    }

    private boolean isOneTooMany() {
        int now = idle.get();
        while (now > MOST_IDLE) {
            if (idle.compareAndSet(now, now - 1)) {
                threads.decrementAndGet();
                return true;
            }
            now = idle.get();
        }
        return false;
    }
}
