package io.atoll.internal.run;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Work of a task on a thread that is not the worker's, which the task has wrapped for that.
 *
 * @param holder of what the task runs on
 * @param run of the task
 */
public record OwnWork(Holder holder, Run run) {
    private static final ThreadLocal<OwnWork> HERE = new ThreadLocal<>();

    /** What the calling thread is at; null for nothing that anybody has wrapped. */
    public static @Nullable OwnWork current() {
        return HERE.get();
    }

    /** Makes work of other threads the work of the task that the calling thread is at; null when it is at none. */
    public static @Nullable UnaryOperator<Runnable> wrapper() {
        Holder holder = Holder.current();
        Run top = holder == null ? null : holder.top();
        OwnWork own = holder == null || top == null ? current() : new OwnWork(holder, top);
        return own == null ? null : work -> () -> own.doing(work);
    }

    private void doing(Runnable work) {
        if (TaskThread.current() != null) {
            work.run(); // The task's own thread, or one that runs another task.
            return;
        }
        OwnWork before = HERE.get();
        HERE.set(this);
        try {
            run.adoptFor(work);
        } finally {
            if (before == null) {
                HERE.remove();
            } else {
                HERE.set(before);
            }
        }
    }

    /** Whether the task still has what it runs on. */
    boolean isUnderWay() {
        return holder.thread().holder() == holder;
    }
}
