package io.atoll.internal.node;

import io.atoll.ObjectId;
import io.atoll.ObjectLostException;
import io.atoll.internal.log.Log;
import io.atoll.internal.store.NativeStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Says of objects that they are ready, to whoever asked: in the order in which they become so, at a cost that follows
 * those that are told, not those that are waited for. One thread of the process, which is started by the first who asks,
 * takes the store's events. An object that somebody has asked for is referred to until it is ready. Any thread.
 */
public final class ReadyEvents {
    private static final long PATIENCE_NANOS = Long.MAX_VALUE / 2;
    /** Who waits for all of many is told of one as late as that, but never later than this. */
    private static final int PART_OF_WAIT = 64;

    private static final long LATEST_NANOS = 5_000_000;
    private static final long SHORTEST_NANOS = 100_000;

    private final NativeStore store;
    private final Map<ObjectId, List<Listener>> watched = new HashMap<>(); // guarded by this
    /** Times that somebody is to be told at once. */
    private int prompt; // guarded by this
    /** When somebody has asked last who need not be. */
    private long patientSince; // guarded by this

    private @Nullable Thread thread; // guarded by this
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

        /** Whether it waits for all of many objects: being told of each for itself takes a CPU from what makes them. Always the same. */
        default boolean mayBeLate() {
            return false;
        }
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
                prompt += promptOf(listener);
            }
            if (listener.mayBeLate()) {
                patientSince = System.nanoTime();
            } else if (thread != null) {
                LockSupport.unpark(thread); // It may make a pause for others.
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
                prompt -= (int) listeners.stream()
                                .filter(each -> each == listener)
                                .count()
                        * promptOf(listener);
                listeners.removeIf(each -> each == listener);
            }
        }
    }

    /** How often somebody is to be told: for tests. */
    public synchronized int asked() {
        return watched.values().stream().mapToInt(List::size).sum();
    }

    private void watch(List<ObjectId> fresh) {
        boolean done = false;
        try {
            store.watch(fresh.toArray(new ObjectId[0]));
            done = true;
        } finally {
            if (!done) {
                fresh.forEach(this::take);
                fresh.forEach(store::dereference);
            }
        }
    }

    private static int promptOf(Listener listener) {
        return listener.mayBeLate() ? 0 : 1;
    }

    /** Guarded by this. */
    private @Nullable List<Listener> take(ObjectId id) {
        List<Listener> listeners = watched.remove(id);
        if (listeners != null) {
            listeners.forEach(each -> prompt -= promptOf(each));
        }
        return listeners;
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
            Thread fresh = new Thread(null, this::run, "atoll-ready", 256 * 1024, false);
            fresh.setDaemon(true);
            fresh.start(); // Else the next who asks tries again.
            thread = fresh;
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
                long pause = pause(batches.came(ready.length, System.nanoTime()));
                if (pause >= SHORTEST_NANOS) {
                    LockSupport.parkNanos(pause);
                }
            }
        } catch (RuntimeException e) {
            // The store is closed or gone.
        } finally {
            end(); // Nobody waits for a thread that is not there.
        }
    }

    private synchronized long pause(boolean isBetter) {
        boolean mayBeLate = prompt == 0 && !watched.isEmpty();
        long late = mayBeLate ? Math.min(LATEST_NANOS, (System.nanoTime() - patientSince) / PART_OF_WAIT) : 0;
        return Math.max(late, isBetter ? Batches.PAUSE_NANOS : 0);
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
            listeners = take(id);
        }
        if (listeners == null) {
            return;
        }
        for (Listener each : listeners) {
            try {
                each.ready(id);
            } catch (RuntimeException e) {
                Log.of(ReadyEvents.class).warn("object {} is ready, and who waits cannot be told", id, e);
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
            prompt = 0;
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
