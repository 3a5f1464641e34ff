package io.atoll.concurrent;

import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.spi.Runtimes;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

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
     * @throws IllegalStateException when the thread runs none: it is a driver's, or one that a task has started and not given
     *     {@linkplain #wrap(Runnable) wrapped} work
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
     * @return false in a driver, and on threads that a task has started, but for {@linkplain #wrap(Runnable) wrapped} work
     */
    static boolean isInTask() {
        return Runtimes.isRunning() && Runtimes.current().taskContext() != null;
    }

    /**
     * Work for another thread that is the calling thread's task's work there: {@link #current} is its context, what it submits
     * are its children, and while it waits in Atoll the task gives its CPUs to others as soon as its own thread waits, too,
     * in whatever way. What is not wrapped and waits so is taken for some task's of the worker only after a second. A task
     * that ends does not wait for it.
     *
     * @param work what the other thread runs
     * @return to be run by it, as often as you like
     * @throws IllegalStateException when the calling thread runs no task
     */
    static Runnable wrap(Runnable work) {
        Objects.requireNonNull(work, "work");
        return TaskPool.wrapper("wrap").apply(work);
    }

    /**
     * The same for work that returns something.
     *
     * @param <T> type of that
     * @param work what the other thread calls
     * @return to be called by it, as often as you like
     * @throws IllegalStateException when the calling thread runs no task
     */
    static <T extends @Nullable Object> Callable<T> wrap(Callable<T> work) {
        Objects.requireNonNull(work, "work");
        UnaryOperator<Runnable> wrapper = TaskPool.wrapper("wrap");
        return () -> {
            FutureTask<T> call = new FutureTask<>(work);
            wrapper.apply(call).run();
            try {
                return call.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof Error error) {
                    throw error;
                }
                throw (Exception) e.getCause();
            }
        };
    }

    /**
     * Threads for work of the calling thread's task, each of which is {@linkplain #wrap(Runnable) wrapped}: as many as there
     * is work at a time, daemons that end after a second without.
     *
     * @return a new one; it need not be closed, and shutting it down is fine
     * @throws IllegalStateException when the calling thread runs no task
     */
    static ExecutorService executor() {
        return new TaskPool(TaskPool.wrapper("executor"));
    }

    /**
     * Says how far the task is: {@link io.atoll.AtollSession#progress} tells that, and a get whose time is over. Cheap: more
     * often than ten times a second it is not passed on, but for the end.
     *
     * @param fraction 0 to 1
     * @throws IllegalArgumentException when it is less, more, or no number
     */
    void progress(double fraction);

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
     * The GPUs that the task has, or one of which it has a part. Its process sees them, first to last, as the devices that
     * CUDA counts from 0, beside those of a task that waits for it below it on its thread.
     *
     * @return their numbers on the node, from 0: places in the list that {@code CUDA_VISIBLE_DEVICES} was in the driver, if it
     *     was set; cannot be changed
     */
    List<Integer> gpus();

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
