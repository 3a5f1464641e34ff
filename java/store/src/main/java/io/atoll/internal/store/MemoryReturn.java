package io.atoll.internal.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Gives the memory of a store that has ended back to the system, on a thread for which nobody has to wait but the end of this
 * JVM: the kernel takes a quarter of a microsecond and more for each page. Any thread.
 */
public final class MemoryReturn implements Executor {
    private static final long STACK_BYTES = 256 * 1024;

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
        Runnable task = () -> all.forEach(Runnable::run);
        try {
            new Thread(null, task, "atoll-memory", STACK_BYTES, false).start();
        } catch (OutOfMemoryError e) { // There is no thread to be had.
            task.run();
        }
    }
}
