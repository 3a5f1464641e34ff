package io.atoll.internal.node;

import io.atoll.ObjectId;
import io.atoll.ObjectLostException;
import io.atoll.store.NativeStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.LoggerFactory;

/**
 * Says of objects that they are ready, to whoever asked: in the order in which they become so, at a cost that follows
 * those that are told, not those that are waited for. One thread of the process, which is started by the first who asks,
 * takes the store's events. An object that somebody has asked for is referred to until it is ready. Any thread.
 */
public final class ReadyEvents {
    private static final long PATIENCE_NANOS = Long.MAX_VALUE / 2;

    private final NativeStore store;
    private final Map<ObjectId, List<Listener>> watched = new HashMap<>(); // guarded by this
    private Thread thread; // guarded by this
    private boolean closed; // guarded by this

    public ReadyEvents(NativeStore store) {
        this.store = store;
    }

    /** Is told by the one thread, which it must not hold up. */
    public interface Listener {
        /** Once for each time that the object was asked for. */
        void ready(ObjectId id);

        /** Nothing more is told: the store is closed or gone. */
        void ended();
    }

    /** Has the listener told of each, those that are ready now included. */
    public void tell(Listener listener, ObjectId[] ids) {
        List<ObjectId> gone = new ArrayList<>();
        synchronized (this) {
            checkOpen();
            List<ObjectId> fresh = new ArrayList<>();
            for (ObjectId id : ids) {
                List<Listener> listeners = watched.get(id);
                if (listeners == null && !refer(id)) {
                    gone.add(id);
                    continue;
                }
                if (listeners == null) {
                    listeners = new ArrayList<>(1);
                    watched.put(id, listeners);
                    fresh.add(id);
                }
                listeners.add(listener);
            }
            if (!fresh.isEmpty()) {
                watch(fresh);
                startThread();
                notifyAll();
            }
        }
        gone.forEach(listener::ready);
    }

    /** Tells the listener of none of them any more; the objects are referred to until they are ready all the same. */
    public synchronized void forget(Listener listener, ObjectId[] ids) {
        for (ObjectId id : ids) {
            List<Listener> listeners = watched.get(id);
            if (listeners != null) {
                listeners.removeIf(each -> each == listener);
            }
        }
    }

    private void watch(List<ObjectId> fresh) {
        boolean done = false;
        try {
            store.watch(fresh.toArray(new ObjectId[0]));
            done = true;
        } finally {
            if (!done) {
                watched.keySet().removeAll(fresh);
                fresh.forEach(store::dereference);
            }
        }
    }

    private void checkOpen() {
        if (closed) {
            throw closed();
        }
    }

    /** What is thrown once nothing more is told. */
    public static IllegalStateException closed() {
        return new IllegalStateException("Atoll is not running in this process any more: its session is closed");
    }

    private boolean refer(ObjectId id) {
        try {
            store.reference(id);
            return true;
        } catch (ObjectLostException | IllegalArgumentException e) {
            return false; // Of another store, or deleted: a get says which, at once.
        }
    }

    private void startThread() {
        if (thread == null) {
            thread = new Thread(null, this::run, "atoll-ready", 256 * 1024);
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void run() {
        try {
            Batches batches = new Batches();
            while (awaitSomethingWatched()) {
                ObjectId[] ready = store.takeReady(PATIENCE_NANOS);
                for (ObjectId id : ready) {
                    tell(id);
                }
                Thread.interrupted(); // By close, which is seen next, or by a user who interrupts all threads.
                if (batches.came(ready.length, System.nanoTime())) {
                    LockSupport.parkNanos(Batches.PAUSE_NANOS);
                }
            }
        } catch (RuntimeException e) {
            // The store is closed or gone.
        } finally {
            end(); // Nobody waits for a thread that is not there.
        }
    }

    private synchronized boolean awaitSomethingWatched() {
        while (watched.isEmpty() && !closed) {
            try {
                wait();
            } catch (InterruptedException e) {
                // As below.
            }
        }
        return !closed;
    }

    private void tell(ObjectId id) {
        List<Listener> listeners;
        synchronized (this) {
            listeners = watched.remove(id);
        }
        if (listeners == null) {
            return;
        }
        for (Listener each : listeners) {
            try {
                each.ready(id);
            } catch (RuntimeException e) {
                LoggerFactory.getLogger(ReadyEvents.class)
                        .warn("object {} is ready, and who waits cannot be told", id, e);
            }
        }
        store.dereference(id);
    }

    private void end() {
        List<Listener> all = new ArrayList<>();
        synchronized (this) {
            closed = true;
            watched.values().forEach(all::addAll);
            watched.clear();
        }
        all.forEach(Listener::ended);
    }

    /** Has the thread end, within the tenth of a second that it may sleep, and nobody wait for it any more. */
    public void close() {
        Thread running;
        synchronized (this) {
            closed = true;
            notifyAll();
            running = thread;
        }
        if (running == null) {
            return;
        }
        running.interrupt();
    }

    /** Once {@link #close} was called. */
    public void awaitEnd() {
        Thread running;
        synchronized (this) {
            running = thread;
        }
        if (running == null || running == Thread.currentThread()) {
            return;
        }
        try {
            running.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
