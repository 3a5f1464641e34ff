package io.atoll.concurrent;

import io.atoll.spi.Runtimes;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** What {@link TaskContext#executor} gives. Any thread. */
final class TaskPool extends ThreadPoolExecutor {
    private static final AtomicInteger THREADS = new AtomicInteger();

    private final UnaryOperator<Runnable> wrapper;

    TaskPool(UnaryOperator<Runnable> wrapper) {
        super(0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
            Thread thread = new Thread(work, "atoll-own-" + THREADS.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        this.wrapper = wrapper;
    }

    /** Of the calling thread's task. */
    static UnaryOperator<Runnable> wrapper(String what) {
        UnaryOperator<Runnable> wrapper =
                Runtimes.isRunning() ? Runtimes.current().taskWrapper() : null;
        if (wrapper == null) {
            throw new IllegalStateException(
                    "the thread " + Thread.currentThread().getName() + " runs no task: TaskContext." + what);
        }
        return wrapper;
    }

    @Override
    public void execute(Runnable work) {
        super.execute(wrapper.apply(work));
    }
}
