package io.atoll.concurrent;

import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.spi.Runtimes;
import java.time.Instant;
import java.util.Optional;

/**
 * What a task can ask about itself. Any thread may ask the context of a task; only its own finds it by {@link #current}.
 *
 * @since 0.1
 */
public interface TaskContext {
    /**
     * Of the task that the calling thread runs.
     *
     * @return the same one during a run of a task
     * @throws IllegalStateException when the thread runs none: it is a driver's, or one that a task has started
     */
    static TaskContext current() {
        TaskContext context = Runtimes.isRunning() ? Runtimes.current().taskContext() : null;
        if (context == null) {
            throw new IllegalStateException(
                    "the thread " + Thread.currentThread().getName() + " runs no task: TaskContext.current");
        }
        return context;
    }

    /**
     * Whether the calling thread runs a task.
     *
     * @return false in a driver, and on threads that a task has started
     */
    static boolean isInTask() {
        return Runtimes.isRunning() && Runtimes.current().taskContext() != null;
    }

    /**
     * What logs and errors call the task.
     *
     * @return the function's own name, or what {@code name} has given it
     */
    String name();

    /**
     * What the task is known by.
     *
     * @return the id of its result, or of the first of several
     */
    ObjectId id();

    /**
     * Which run of the task this is.
     *
     * @return from 1
     */
    int attempt();

    /**
     * What the task was given to hold while it runs.
     *
     * @return as it was submitted
     */
    Resources resources();

    /**
     * Where it runs.
     *
     * @return process id of the worker
     */
    long workerPid();

    /**
     * When its time is over.
     *
     * @return empty for a task without a time limit
     */
    Optional<Instant> deadline();

    /**
     * Whether somebody has cancelled the task: then nobody gets what it returns.
     *
     * @return once true, always true
     */
    boolean isCancelled();
}
