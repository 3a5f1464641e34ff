package io.atoll.internal.run;

import io.atoll.internal.threads.ThreadState;
import org.jspecify.annotations.Nullable;

/**
 * A thread of a worker that runs tasks. What it is at is in its fields, and not in thread locals, since each task on its stack
 * has its own of those.
 */
public final class TaskThread extends Thread {
    /** Recursion of tasks goes on the getter's stack. Only what is touched of it takes memory. */
    private static final long STACK_BYTES = 64L << 20;

    private final Runnable work;
    /** Its own alone, from its start on. */
    @SuppressWarnings("NullAway.Init")
    private ThreadState state;
    /** The task whose resources it holds; null between tasks. Any thread reads it. */
    private volatile @Nullable Holder holder;

    /** Nothing of it is that of the thread which makes it, and which may be at a task. */
    @SuppressWarnings("ThreadPriorityCheck") // a task may have changed that one's
    public TaskThread(int number, ClassLoader loader, Runnable work) {
        super(null, null, "atoll-task-" + number, STACK_BYTES, false);
        setDaemon(true);
        setPriority(NORM_PRIORITY);
        setContextClassLoader(loader);
        this.work = work;
    }

    /** The calling thread; null when it is none. */
    public static @Nullable TaskThread current() {
        return Thread.currentThread() instanceof TaskThread thread ? thread : null;
    }

    /** The calling thread. REQUIRES: it is one. */
    public static TaskThread self() {
        return (TaskThread) Thread.currentThread();
    }

    @Override
    public void run() {
        state = new ThreadState();
        work.run();
    }

    public ThreadState state() {
        return state;
    }

    public @Nullable Holder holder() {
        return holder;
    }

    public void setHolder(@Nullable Holder holder) {
        this.holder = holder;
    }

    /** From a thread that a task on the stack has started it is meant for that task, and waits for those on top of it. */
    @Override
    public void interrupt() {
        Holder now = holder;
        if (now == null || Thread.currentThread() == this || !now.keepInterrupt(Run.whoseThread())) {
            interruptNow();
        }
    }

    void interruptNow() {
        super.interrupt();
    }
}
