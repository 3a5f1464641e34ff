package io.atoll.internal.threads;

import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * A thread that is started by the first who needs it, of whom it has nothing: that may be anybody's task. Where it cannot be
 * started, for want of memory or of threads, that one is told, and the next tries again. Any thread.
 */
public final class LateThread {
    private static final int STACK_BYTES = 256 * 1024;

    private final ThreadFactory threads;
    private final Runnable body;
    private @Nullable Thread thread; // guarded by this

    /** A daemon of that name, which runs for ever. Its context class loader is that of the thread that makes this. */
    public LateThread(String name, Runnable body) {
        this(daemons(name, STACK_BYTES), body);
    }

    LateThread(ThreadFactory threads, Runnable body) {
        this.threads = threads;
        this.body = body;
    }

    /**
     * Makes daemons that have nothing of who starts them, and the context class loader of who calls this.
     *
     * @param stackBytes 0 for as much as the JVM gives
     */
    @SuppressWarnings("ThreadPriorityCheck") // whoever starts it may have changed his own
    public static ThreadFactory daemons(String name, long stackBytes) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        return work -> {
            Thread thread = new Thread(null, work, name, stackBytes, false);
            thread.setDaemon(true);
            thread.setPriority(Thread.NORM_PRIORITY);
            thread.setContextClassLoader(loader);
            return thread;
        };
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
