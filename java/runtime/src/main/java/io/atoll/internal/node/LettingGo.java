package io.atoll.internal.node;

import io.atoll.internal.store.NativeStore;
import io.atoll.jni.StoreLayout;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets go of what this process holds without needing it: views and refs that nobody can reach are given back only after a
 * collection, and a heap that is small has no other reason for one. So there is one when refs hold much of the store, and
 * when somebody waits for room. One thread of its own, for as long as the process is attached, hears of the latter.
 */
public final class LettingGo implements AutoCloseable {
    private static final long PAUSE_NANOS = 1_000_000_000L;

    private final NativeStore store;
    private final Collector collector;
    private final Held held;
    private final Thread thread = new Thread(null, this::run, "atoll-letting-go", 256 * 1024);
    private volatile boolean closed;

    private LettingGo(NativeStore store) {
        this.store = store;
        held = new Held(
                store.capacity(),
                store.stats().get(StoreLayout.STATS_MAX_OBJECTS),
                () -> (int) store.stats().get(StoreLayout.STATS_CLIENTS),
                this::collect);
        collector = new Collector(held);
    }

    public static LettingGo start(NativeStore store) {
        LettingGo started = new LettingGo(store);
        started.thread.setDaemon(true);
        started.thread.start();
        return started;
    }

    /** A ref to an object of so many bytes was made here. */
    public void made(long bytes) {
        held.add(bytes);
    }

    /** It was closed or collected. */
    public void gone(long bytes) {
        held.remove(bytes);
    }

    /** Has refs that are garbage found soon. */
    public void collect() {
        collector.ask();
    }

    private void run() {
        try {
            while (!closed) {
                Thread.interrupted(); // By stop, or by a user who interrupts all threads there are; it could not sleep.
                long rung = store.bell(NativeStore.PRESSURE_BELL);
                if (closed || store.bellWait(NativeStore.PRESSURE_BELL, rung, Long.MAX_VALUE / 2) == rung || closed) {
                    continue;
                }
                collector.askForRoom();
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (RuntimeException e) {
            // The store is closed or gone: nothing is held any more.
        }
    }

    /** Has the threads end, which they do at the end of a collection. REQUIRES: the store's waits are ended, or it is closed. */
    public void stop() {
        closed = true;
        collector.close();
        thread.interrupt();
    }

    @Override
    public void close() {
        stop();
        try {
            thread.join(1000);
            collector.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
