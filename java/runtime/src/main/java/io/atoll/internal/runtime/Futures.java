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
    private final LinkedBlockingQueue<Pending<?>> ready = new LinkedBlockingQueue<>();
    private Thread thread; // guarded by this
    private volatile boolean closed;

    Futures(ClientRuntime runtime) {
        this.runtime = runtime;
    }

    <T> CompletableFuture<T> of(ObjectRef<T> own) {
        startThread();
        CompletableFuture<T> future = new CompletableFuture<>();
        runtime.events.tell(new Pending<>(own, future), new ObjectId[] {own.id()});
        return future;
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
        for (Pending<?> each = ready.poll(); each != null; each = ready.poll()) {
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

    /** A future and its own ref to what it will be completed with. */
    private final class Pending<T> implements ReadyEvents.Listener {
        private final ObjectRef<T> ref;
        private final CompletableFuture<T> future;
        private volatile boolean ended;

        Pending(ObjectRef<T> ref, CompletableFuture<T> future) {
            this.ref = ref;
            this.future = future;
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

        void complete() {
            try (ref) {
                if (ended) {
                    throw new IllegalStateException("the session was closed before object " + ref.id() + " was there");
                }
                future.complete(ref.get());
            } catch (Throwable e) {
                future.completeExceptionally(e);
            }
        }
    }
}
