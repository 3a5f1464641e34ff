package io.atoll.internal.node;

import io.atoll.store.NativeStore;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets go of what this process holds without needing it when somebody waits for room: views and refs that nobody can
 * reach are given back only after a collection, and a heap that is small has no other reason for one. At most one
 * collection a second, and so seldom that they take a twentieth of the time. One thread of its own, for as long as the
 * process is attached.
 */
public final class LettingGo implements AutoCloseable {
    private static final long PAUSE_NANOS = 1_000_000_000L;
    private static final long SHARE = 20;

    private final NativeStore store;
    private final Thread thread = new Thread(null, this::run, "atoll-letting-go", 256 * 1024);
    private volatile boolean closed;

    private LettingGo(NativeStore store) {
        this.store = store;
    }

    public static LettingGo start(NativeStore store) {
        LettingGo started = new LettingGo(store);
        started.thread.setDaemon(true);
        started.thread.start();
        return started;
    }

    private void run() {
        try {
            while (!closed) {
                long rung = store.bell(NativeStore.PRESSURE_BELL);
                if (closed || store.bellWait(NativeStore.PRESSURE_BELL, rung, Long.MAX_VALUE / 2) == rung || closed) {
                    continue;
                }
                long start = System.nanoTime();
                System.gc();
                LockSupport.parkNanos(Math.max(PAUSE_NANOS, SHARE * (System.nanoTime() - start)));
            }
        } catch (RuntimeException e) {
            // The store is closed or gone: nothing is held any more.
        }
    }

    /** Has the thread end, which it does within the tenth of a second that it may sleep. */
    public void stop() {
        closed = true;
        thread.interrupt();
    }

    @Override
    public void close() {
        stop();
        try {
            thread.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
