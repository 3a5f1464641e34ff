package io.atoll.internal.runtime;

import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.internal.node.ReadyEvents;
import io.atoll.internal.threads.LateThread;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Completes futures with the values of refs: one after the other, on threads of its own and not the one that events come
 * from, since values are read there and users' functions run. Such a function may wait for what has yet to be completed: so
 * another thread goes on when one has stood still for a while. Any thread.
 */
final class Futures {
    /** So long may a function of a user's hold up the others. */
    private static final long STILL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    /** One that waits, and as many that stand still. */
    private static final int MOST_THREADS = 64;

    private static final int MOST_IDLE = 2;

    private final ClientRuntime runtime;
    /** What users attach runs there, as whoever is the first to attach something is not to matter. */
    private final ThreadFactory daemons = LateThread.daemons("atoll-completer", 0);

    private final ArrayDeque<Pending> ready = new ArrayDeque<>(); // guarded by this
    private final Set<Thread> threads = new HashSet<>(); // guarded by this
    private int idle; // guarded by this: of the threads, those that wait for their turn
    /** Who completes now; null when nobody does, or who did stands still and another one has not begun yet. */
    private @Nullable Thread atWork; // guarded by this

    private long atWorkSince; // guarded by this
    private boolean closed; // guarded by this

    Futures(ClientRuntime runtime) {
        this.runtime = runtime;
    }

    <T> CompletableFuture<T> of(ObjectRef<T> own) {
        CompletableFuture<T> future = new CompletableFuture<>();
        tell(new Promise<>(own, future));
        return future;
    }

    /** Has something run once the object is ready, or never will be. */
    void tell(ObjectRef<?> own, Runnable action) {
        tell(new Action(own, action));
    }

    private void tell(Pending pending) {
        startFirst();
        runtime.events.tell(pending, new ObjectId[] {pending.ref.id()});
    }

    private synchronized void startFirst() {
        if (threads.isEmpty()) {
            start();
        }
    }

    /** Guarded by this. */
    private void start() {
        Thread thread = daemons.newThread(this::run);
        thread.start();
        threads.add(thread);
        ++idle;
    }

    private synchronized void add(Pending pending) {
        ready.add(pending);
        startSpare();
        notify();
    }

    /** Somebody looks whether who is at work stands still, as long as there is anything else to do. Guarded by this. */
    private void startSpare() {
        if (idle == 0 && !ready.isEmpty() && threads.size() < MOST_THREADS) {
            try {
                start();
            } catch (OutOfMemoryError e) {
                // Who is at work goes on by himself, most likely; else the next that is added tries again.
            }
        }
    }

    private void run() {
        for (Pending next = next(); next != null; next = next()) {
            try {
                next.complete();
            } catch (Throwable e) {
                // By the user's handler of what nobody catches: nobody hears of that, as where the JVM calls it.
            } finally {
                done();
            }
        }
    }

    /** Waits for what this thread is to complete; null when it is to end. */
    private synchronized @Nullable Pending next() {
        while (ready.isEmpty() ? !closed && idle <= MOST_IDLE : stillNanos() > 0) {
            try {
                if (ready.isEmpty()) {
                    wait();
                } else {
                    TimeUnit.NANOSECONDS.timedWait(this, stillNanos());
                }
            } catch (InterruptedException e) {
                // By close, or by a function of the user's, which means nobody here.
            }
        }
        --idle;
        Pending next = ready.poll();
        if (next == null) {
            threads.remove(Thread.currentThread());
            notifyAll();
            return null;
        }
        atWork = Thread.currentThread();
        atWorkSince = System.nanoTime();
        startSpare();
        return next;
    }

    /** How long until who is at work stands still; 0 when nobody is. Guarded by this. */
    private long stillNanos() {
        return atWork == null ? 0 : Math.max(0, atWorkSince + STILL_NANOS - System.nanoTime());
    }

    private synchronized void done() {
        ++idle;
        if (atWork == Thread.currentThread()) {
            atWork = null;
        }
    }

    /** Ends the threads; futures that are not complete are completed first, with what a closed session throws. */
    synchronized void close() {
        closed = true;
        notifyAll();
        threads.forEach(Thread::interrupt);
        if (threads.contains(Thread.currentThread())) {
            return;
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        try {
            for (long left = end - System.nanoTime(); !threads.isEmpty() && left > 0; left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Is told of its own ref, which it has until then. */
    private abstract class Pending implements ReadyEvents.Listener {
        final ObjectRef<?> ref;
        volatile boolean ended;

        Pending(ObjectRef<?> ref) {
            this.ref = ref;
        }

        @Override
        public void ready(ObjectId id) {
            add(this);
        }

        @Override
        public void ended() {
            ended = true;
            add(this);
        }

        abstract void complete();
    }

    private final class Promise<T> extends Pending {
        private final CompletableFuture<T> future;

        Promise(ObjectRef<T> ref, CompletableFuture<T> future) {
            super(ref);
            this.future = future;
        }

        @Override
        @SuppressWarnings("unchecked")
        void complete() {
            try (ref) {
                if (ended) {
                    throw new IllegalStateException("the session was closed before object " + ref.id() + " was there");
                }
                future.complete((T) ref.get());
            } catch (Throwable e) {
                future.completeExceptionally(e);
            }
        }
    }

    private final class Action extends Pending {
        private final Runnable action;

        Action(ObjectRef<?> ref, Runnable action) {
            super(ref);
            this.action = action;
        }

        @Override
        void complete() {
            try (ref) {
                action.run();
            } catch (Throwable e) {
                Thread here = Thread.currentThread();
                here.getUncaughtExceptionHandler().uncaughtException(here, e);
            }
        }
    }
}
