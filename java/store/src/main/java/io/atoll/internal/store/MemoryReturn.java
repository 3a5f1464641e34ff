package io.atoll.internal.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;

/**
 * Gives the memory of a store that has ended back to the system, on a thread for which nobody has to wait but the end of this
 * JVM and the next store in it, for which there may be no room beside: the kernel takes a quarter of a microsecond and more
 * for each page. Any thread.
 */
public final class MemoryReturn implements Executor {
    private static final long STACK_BYTES = 256 * 1024;

    private static final List<Thread> RUNNING = new CopyOnWriteArrayList<>();

    private final List<Runnable> parts = new ArrayList<>(); // guarded by this
    private boolean begun; // guarded by this

    /** Is done once {@link #begin} is called; what comes later, by who calls this. */
    @Override
    public void execute(Runnable part) {
        synchronized (this) {
            if (!begun) {
                parts.add(part);
                return;
            }
        }
        part.run();
    }

    public void begin() {
        List<Runnable> all;
        synchronized (this) {
            begun = true;
            all = List.copyOf(parts);
            parts.clear();
        }
        Runnable task = () -> {
            try {
                all.forEach(Runnable::run);
            } finally {
                RUNNING.remove(Thread.currentThread());
            }
        };
        Thread thread = new Thread(null, task, "atoll-memory", STACK_BYTES, false);
        RUNNING.add(thread);
        try {
            thread.start();
        } catch (OutOfMemoryError e) { // There is no thread to be had.
            RUNNING.remove(thread);
            task.run();
        }
    }

    /** Until all that has begun is given back. An interrupt is kept for later. */
    static void await() {
        boolean interrupted = false;
        for (Thread thread : RUNNING) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
