package io.atoll.internal.runtime;

import io.atoll.ObjectId;
import io.atoll.internal.call.Behind;
import io.atoll.internal.call.CallRecord;
import io.atoll.internal.call.Messages;
import io.atoll.internal.log.Log;
import io.atoll.internal.node.DownRing;
import io.atoll.internal.node.RingReader;
import io.atoll.internal.run.Holder;
import io.atoll.internal.run.TaskThread;
import io.atoll.internal.store.NativeStore;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a worker that run tasks. All that are idle wait on the worker's bell; whoever is woken takes one message
 * out of the ring and runs it right there. One idle thread is always left while others run or are blocked, so a blocked
 * task never holds up the next.
 */
final class TaskThreads {
    private static final int MOST_IDLE = 4;
    private static final int MESSAGES_AT_ONCE = 64;
    /** So many are left by a recursion that has ended, and are not kept for the next. */
    private static final int MANY_IDLE = 64;

    /** A recursion of tasks that nobody can help with takes one a level, and may have no end. */
    private static final int MOST_THREADS = 2000;

    private static final long PATIENCE_NANOS = 5_000_000_000L;

    private final WorkerRuntime runtime;
    private final NativeStore store;
    /** Of whom makes this: that of tasks' classes. */
    private final ClassLoader loader = Thread.currentThread().getContextClassLoader();

    private final RingReader ring; // read while one has `reading`
    private final AtomicInteger idle = new AtomicInteger();
    private final AtomicInteger threads = new AtomicInteger();
    private final Set<TaskThread> all = ConcurrentHashMap.newKeySet();
    /** The last attempt to start a thread has failed. */
    private volatile boolean crowded;

    private volatile boolean stopped;

    private final Object reading = new Object();
    /** Read, and not taken yet; guarded by reading. */
    private final ArrayDeque<byte[]> calls = new ArrayDeque<>();

    private final Behind behind; // guarded by reading

    TaskThreads(WorkerRuntime runtime) {
        this.runtime = runtime;
        store = runtime.store;
        ring = DownRing.open(store);
        behind = new Behind(store);
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
            new TaskThread(number, loader, this::work).start();
            started = true;
        } finally {
            if (!started) {
                threads.decrementAndGet();
                idle.decrementAndGet();
            }
        }
    }

    /** Nothing of ours throws while the store is there; whatever did has left something half done. */
    private void work() {
        TaskThread self = TaskThread.self();
        all.add(self);
        try {
            runAll();
        } catch (Throwable e) {
            if (!isServerGone()) { // else the watchdog tidies up, and ends this process with its children
                WorkerMain.fail(e);
            }
        } finally {
            all.remove(self);
        }
    }

    /**
     * Runs something on a thread beside that of a task, which waits for it: it has what that has, but for its CPU, until it
     * gives that back. False when no thread can be had.
     */
    boolean startBeside(Holder lender, Runnable run) {
        if (threads.get() >= MOST_THREADS) {
            return false;
        }
        try {
            new TaskThread(threads.incrementAndGet(), loader, () -> runBeside(lender, run)).start();
            return true;
        } catch (OutOfMemoryError e) {
            threads.decrementAndGet();
            return false;
        }
    }

    private void runBeside(Holder lender, Runnable run) {
        TaskThread self = TaskThread.self();
        self.setHolder(lender.beside(self));
        all.add(self);
        try {
            for (Runnable next = run; next != null; next = lender.nextOrTakeBack()) {
                next.run();
            }
        } catch (Throwable e) {
            if (!isServerGone()) {
                WorkerMain.fail(e);
            }
        } finally {
            all.remove(self);
            self.setHolder(null);
            threads.decrementAndGet();
        }
    }

    private boolean isServerGone() {
        try {
            return store.awaitServerExit(Duration.ZERO);
        } catch (RuntimeException e) {
            return true;
        } catch (Error e) {
            return false; // Nobody knows, and this process does not go on.
        }
    }

    /** The tasks whose resources are held now. */
    List<Holder> running() {
        List<Holder> contexts = new ArrayList<>();
        for (TaskThread each : all) {
            Holder context = each.holder();
            if (context != null) {
                contexts.add(context);
            }
        }
        return contexts;
    }

    /** Those that have nothing to do end once they are woken. */
    void stop() {
        stopped = true;
    }

    private void runAll() {
        int self = store.clientIndex();
        while (!stopped) {
            long rung = store.bell(self);
            byte[] call = take();
            if (call == null) {
                boolean isQuiet = idle.get() > MANY_IDLE || store.bellWait(self, rung, PATIENCE_NANOS) == rung;
                Thread.interrupted(); // Meant for a task that has ended, or for nobody; it would keep this thread
                // awake.
                if (isQuiet && isOneTooMany()) {
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

    private void breakWait(ObjectId task, String why) {
        for (Holder each : running()) {
            if (each.task.equals(task) && !each.isBeside()) {
                each.breakWait(why);
            }
        }
    }

    /** The next call to run, or null when there is none. Grants on the way to it are passed on. */
    private byte @Nullable [] take() {
        synchronized (reading) {
            // All of it: what is sent behind a call is read here sooner than by another thread that is woken for it.
            while (ring.read(this::onMessage, MESSAGES_AT_ONCE) > 0) {}
            byte[] call = calls.poll();
            if (call != null && !calls.isEmpty()) {
                store.bellRing(store.clientIndex(), 1);
            }
            return call;
        }
    }

    /** The task has ended; if its thread holds its resources, what was sent behind it is begun. */
    private Behind.Next next(ObjectId ended, boolean mayBegin) {
        synchronized (reading) {
            while (ring.read(this::onMessage, MESSAGES_AT_ONCE) > 0) {}
            Behind.Next next = behind.ended(ended, mayBegin);
            if (next.call() != null && !calls.isEmpty()) {
                store.bellRing(store.clientIndex(), 1);
            }
            return next;
        }
    }

    private void onMessage(int type, MutableDirectBuffer buffer, int at, int length) {
        if (type == Messages.GRANT) {
            runtime.granted(CallRecord.id(buffer, at));
        } else if (type == Messages.INTERRUPT) {
            interrupt(CallRecord.id(buffer, at));
        } else if (type == Messages.AHEAD || type == Messages.AHEAD_AND_TELL) {
            byte[] call = new byte[length - ObjectId.BYTES];
            buffer.getBytes(at + ObjectId.BYTES, call);
            behind.add(CallRecord.id(buffer, at), call, type == Messages.AHEAD_AND_TELL);
        } else if (type == Messages.CHECK) {
            runtime.check(CallRecord.id(buffer, at));
        } else if (type == Messages.BREAK) {
            breakWait(CallRecord.id(buffer, at), buffer.getStringUtf8(at + ObjectId.BYTES, ByteOrder.LITTLE_ENDIAN));
        } else {
            byte[] call = new byte[length];
            buffer.getBytes(at, call);
            behind.arrived(CallRecord.result(new UnsafeBuffer(call)));
            calls.add(call);
        }
    }

    private void run(byte[] call) {
        ObjectId task = CallRecord.result(new UnsafeBuffer(call));
        if (idle.decrementAndGet() == 0) {
            String why = startOneMore();
            if (why != null) {
                if (!crowded) {
                    crowded = true; // Said once, not for every task that is tried meanwhile.
                    Log.of(TaskThreads.class)
                            .warn(
                                    "no thread can be made beside {}, so this worker takes no more tasks until one"
                                            + " ends: {}",
                                    threads.get(),
                                    why);
                }
                idle.incrementAndGet();
                next(task, false);
                runtime.ring.tell(Messages.RETURNED, task);
                return;
            }
            crowded = false;
        }
        byte[] next = call;
        while (next != null) {
            next = runOne(next);
        }
        idle.incrementAndGet();
    }

    /** What is to be run next, on the same resources; null for nothing. */
    private byte @Nullable [] runOne(byte[] call) {
        UnsafeBuffer record = new UnsafeBuffer(call);
        runtime.meet(record);
        ObjectId task = CallRecord.result(record);
        TaskThread self = TaskThread.self();
        Holder context = new Holder(self, task, CallRecord.demand(record), CallRecord.retries(record) == 0);
        self.setHolder(context);
        boolean isOver = false;
        try {
            isOver = runtime.runner().run(call);
        } finally {
            self.setHolder(null);
            runtime.ended(context);
        }
        Behind.Next next = next(task, isOver && context.hasAll() && !stopped);
        if (isOver) {
            context.whenBack(
                    () -> runtime.runner().tellFinished(task, next.task(), next.isLow())); // Until then all is held.
        }
        return next.call();
    }

    /** Null when there is one more, or need not be: this thread is the only one. Else why there is none. */
    private @Nullable String startOneMore() {
        if (threads.get() >= MOST_THREADS) {
            return "that is as many as it may have";
        }
        if (runtime.runner().isFull()) {
            return "so many tasks have begun, and wait for others, as it may have";
        }
        try {
            startOne();
            return null;
        } catch (OutOfMemoryError e) {
            return threads.get() > 1 ? String.valueOf(e.getMessage()) : null;
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
