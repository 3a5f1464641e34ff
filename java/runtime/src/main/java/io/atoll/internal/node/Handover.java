package io.atoll.internal.node;

import io.atoll.ObjectId;
import io.atoll.internal.store.NativeStore;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Gives back this process's references, but not before the scheduler has read every message written so far: it registers
 * its own references when it reads a call, and until then the sender's keep the arguments alive. Any thread.
 */
public final class Handover {
    private static final long PAUSE_NANOS = 200_000;

    private final NativeStore store;
    private final UpRing ring;
    private final Gate gate;
    private final LinkedBlockingQueue<Parting> queue = new LinkedBlockingQueue<>();
    private volatile @Nullable Thread thread;
    private volatile boolean closed;

    public Handover(NativeStore store, UpRing ring, Gate gate) {
        this.store = store;
        this.ring = ring;
        this.gate = gate;
    }

    private record Parting(ObjectId id, long position) {}

    /** One reference of this process less, soon. Never throws: a store that has gone needs no references given back. */
    public void release(ObjectId id) {
        if (closed || !gate.tryEnter()) {
            return;
        }
        try {
            long position = ring.position();
            if (ring.isRead(position)) {
                store.dereference(id);
            } else {
                queue.add(new Parting(id, position));
                startThread();
            }
        } catch (RuntimeException e) {
            // Closed or disconnected: all references of this process go with it.
        } finally {
            gate.leave();
        }
    }

    /** What waits to be given back is given up: the store takes it when this process leaves. */
    public void close() {
        closed = true;
        Thread running = thread;
        if (running != null) {
            running.interrupt();
            try {
                running.join(1000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void startThread() {
        if (thread == null) {
            synchronized (this) {
                if (thread == null && !closed) {
                    Thread created = new Thread(null, this::run, "atoll-references", 256 * 1024, false);
                    created.setDaemon(true);
                    created.start();
                    thread = created;
                }
            }
        }
    }

    private void run() {
        while (!closed) {
            try {
                Parting next = queue.take();
                while (!ring.isRead(next.position) && !closed) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
                if (!closed) {
                    store.dereference(next.id);
                }
            } catch (InterruptedException e) {
                // Closed; or by a user who interrupts all threads there are.
            } catch (RuntimeException e) {
                closed = true;
            }
        }
    }
}
