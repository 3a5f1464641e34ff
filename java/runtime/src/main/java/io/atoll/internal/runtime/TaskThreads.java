package io.atoll.internal.runtime;

import io.atoll.ObjectId;
import io.atoll.internal.call.CallRecord;
import io.atoll.internal.call.Messages;
import io.atoll.internal.node.DownRing;
import io.atoll.internal.node.RingReader;
import io.atoll.store.NativeStore;
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
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    private final WorkerRuntime runtime;
    private final NativeStore store;
    private final RingReader ring; // read while one has `reading`
    private final AtomicInteger idle = new AtomicInteger();
    private final AtomicInteger threads = new AtomicInteger();
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
            Thread thread = new Thread(null, this::loop, "atoll-task-" + number, STACK_BYTES);
            thread.setDaemon(true);
            thread.start();
            started = true;
        } finally {
            if (!started) {
                threads.decrementAndGet();
                idle.decrementAndGet();
            }
        }
    }

    /** Nothing of ours throws while the store is there; whatever did has left something half done. */
    private void loop() {
        try {
            runAll();
        } catch (Throwable e) {
            WorkerMain.fail(e);
        }
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
        } else {
            taken = new byte[length];
            buffer.getBytes(at, taken);
        }
    }

    private void run(byte[] call) {
        UnsafeBuffer record = new UnsafeBuffer(call);
        ObjectId task = CallRecord.result(record);
        if (idle.decrementAndGet() == 0) {
            try {
                startOne();
                crowded = false;
            } catch (OutOfMemoryError e) {
                if (threads.get() > 1) {
                    if (!crowded) {
                        crowded = true; // Said once, not for every task that is tried meanwhile.
                        LoggerFactory.getLogger(TaskThreads.class)
                                .warn(
                                        "no thread can be made beside {}, so this worker takes no more tasks until one"
                                                + " ends: {}",
                                        threads.get(),
                                        e.getMessage());
                    }
                    idle.incrementAndGet();
                    runtime.ring.tell(Messages.RETURNED, task);
                    return;
                }
            }
        }
        TaskContext.enter(new TaskContext(task, CallRecord.demand(record)));
        try {
            runtime.runner().run(call);
        } finally {
            TaskContext.leave();
            Thread.interrupted(); // Whoever interrupted meant the task.
            idle.incrementAndGet();
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
