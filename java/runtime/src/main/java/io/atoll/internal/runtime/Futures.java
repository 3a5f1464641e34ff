package io.atoll.internal.runtime;

import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.internal.node.ReadyEvents;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Completes futures with the values of refs. One thread of the process does it, which is started with the first future:
 * not the one that events come from, since values are read there and users' functions run. Any thread.
 */
final class Futures {
    private final ClientRuntime runtime;
    private final LinkedBlockingQueue<Pending> ready = new LinkedBlockingQueue<>();
    private Thread thread; // guarded by this
    private volatile boolean closed;

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
        startThread();
        runtime.events.tell(pending, new ObjectId[] {pending.ref.id()});
    }

    private synchronized void startThread() {
        if (thread == null) {
            thread = new Thread(this::run, "atoll-completer");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void run() {
        while (!closed) {
            try {
                ready.take().complete();
            } catch (InterruptedException e) {
                // By close, or by a function of the user's, which means nobody here.
            }
        }
        for (Pending each = ready.poll(); each != null; each = ready.poll()) {
            each.complete();
        }
    }

    /** Ends the thread; futures that are not complete are completed first, with what a closed session throws. */
    void close() {
        closed = true;
        Thread running;
        synchronized (this) {
            running = thread;
        }
        if (running == null || running == Thread.currentThread()) {
            return;
        }
        running.interrupt();
        try {
            running.join(1000);
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
            ready.add(this);
        }

        @Override
        public void ended() {
            ended = true;
            ready.add(this);
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
