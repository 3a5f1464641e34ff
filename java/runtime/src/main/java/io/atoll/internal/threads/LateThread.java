package io.atoll.internal.threads;

import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * A thread that is started by the first who needs it. Where it cannot be, for want of memory or of threads, that one is told,
 * and the next tries again. Any thread.
 */
public final class LateThread {
    private static final int STACK_BYTES = 256 * 1024;

    private final ThreadFactory threads;
    private final Runnable body;
    private @Nullable Thread thread; // guarded by this

    /** A daemon of that name, which runs for ever. */
    public LateThread(String name, Runnable body) {
        this(work -> daemon(name, work), body);
    }

    LateThread(ThreadFactory threads, Runnable body) {
        this.threads = threads;
        this.body = body;
    }

    private static Thread daemon(String name, Runnable work) {
        Thread thread = new Thread(null, work, name, STACK_BYTES);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * It runs when this returns.
     *
     * @throws OutOfMemoryError when it cannot be started
     */
    public synchronized void start() {
        if (thread == null) {
            Thread fresh = threads.newThread(body);
            fresh.start();
            thread = fresh;
        }
    }
}
