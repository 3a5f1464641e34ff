package io.atoll;

import io.atoll.concurrent.WorkerEnvironment;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a task needs beside its function and arguments.
 *
 * @param <C> the call itself
 */
abstract sealed class Call<C extends Call<C>> permits TaskCall, RunCall, StreamCall {
    private final Object function;
    private final @Nullable Object[] arguments;
    private TaskOptions options = TaskOptions.USUAL;

    Call(Object function, @Nullable Object[] arguments) {
        this.function = Objects.requireNonNull(function, "function");
        this.arguments = arguments;
    }

    abstract C self();

    final Object function() {
        return function;
    }

    final @Nullable Object[] arguments() {
        return arguments;
    }

    final TaskOptions options() {
        return options;
    }

    /**
     * Logical CPUs that the task holds while it runs and is not blocked in a get or wait; 1 if this is not called. They
     * limit how many tasks run at once, not how many threads one of them may start.
     *
     * @param cpus fractions down to a ten-thousandth, or 0
     * @return this
     * @throws IllegalArgumentException when negative, not finite, or a smaller fraction
     */
    public C numCpus(double cpus) {
        return resource(Resources.CPU, cpus);
    }

    /**
     * GPUs that the task holds while it runs, blocked or not; none if this is not called. Whole ones are its own, and {@link
     * io.atoll.concurrent.TaskContext#gpus} has their numbers; of one GPU several tasks may have a part each. Its process
     * sees no others.
     *
     * @param gpus whole, or a part of one down to a ten-thousandth, or 0
     * @return this
     * @throws IllegalArgumentException when negative, not finite, or a smaller fraction
     */
    public C numGpus(double gpus) {
        return resource(Resources.GPU, gpus);
    }

    /**
     * How much of a resource the task holds while it runs, blocked or not.
     *
     * @param resourceName one that the node was given by {@link AtollOptions.Builder#resource}: a task that demands more than
     *     its node has fails
     * @param quantity fractions down to a ten-thousandth, or 0
     * @return this
     * @throws IllegalArgumentException when negative, not finite, or a smaller fraction
     */
    public C resource(String resourceName, double quantity) {
        options = options.withResource(resourceName, quantity);
        return self();
    }

    /**
     * How often the task is run again when the worker that runs it dies, or when it throws what {@link #retryOn} names; 3 if
     * this is not called. Any other exception that the task throws is its result and is not retried.
     *
     * @param count 0 or more
     * @return this
     * @throws IllegalArgumentException when negative
     */
    public C retries(int count) {
        options = options.withRetries(count);
        return self();
    }

    /**
     * What the task is run again for when it throws it, as often as {@link #retries} says: exceptions of these classes and
     * their subclasses. What it throws the last time is its result. For a task whose time is over that is a {@link
     * io.atoll.concurrent.TaskTimeoutException}. The results of several runs of one task are not kept apart: who has seen
     * some of them may have seen those of an earlier one.
     *
     * @param exceptions in the place of those of an earlier call
     * @return this
     */
    @SafeVarargs
    public final C retryOn(Class<? extends Throwable>... exceptions) {
        options = options.withRetryOn(exceptions);
        return self();
    }

    /**
     * How long the task waits, holding nothing, before it is run again for what {@link #retryOn} names; not at all if this is
     * not called.
     *
     * @param first before the first retry; doubled for each further one
     * @param longest where that ends
     * @return this
     * @throws IllegalArgumentException when one is negative, or the longest shorter than the first
     */
    public C backoff(Duration first, Duration longest) {
        options = options.withBackoff(first, longest);
        return self();
    }

    /**
     * How long each run of the task may take, from the call of its function on, waiting in a get included. When the time is
     * over its result is a {@link io.atoll.concurrent.TaskTimeoutException}, at once, and its thread is interrupted. A task
     * that does not heed that ends with its worker two seconds later; other tasks there run again, uncharged.
     *
     * @param time more than zero
     * @return this
     * @throws IllegalArgumentException when it is zero or negative
     */
    public C timeout(Duration time) {
        options = options.withTimeout(time);
        return self();
    }

    /**
     * Says that the task never runs on the thread of a task that waits for it. Without this one that nobody has begun may run
     * there, on top of the other: it has thread locals, interrupts and a context of its own, but no lock that the other keeps
     * is ever free for it. One that waits for such a lock fails with a {@link DeadlockException} that names it.
     *
     * @return this
     */
    public C isolated() {
        options = options.isolated();
        return self();
    }

    /**
     * Has the task run in workers that have more than others: on their class path, in their JVM's arguments, or in their
     * environment. They are started when the first of its tasks is to run, in the place of idle ones if there are as many as
     * {@link AtollOptions.Builder#workers} says; when none can be started the task fails with what they said. What the task
     * submits runs there too, unless it is given another environment.
     *
     * @param environment of the workers; {@link WorkerEnvironment#none} for none, which is so in the driver anyway
     * @return this
     */
    public C in(WorkerEnvironment environment) {
        options = options.in(environment);
        return self();
    }

    /**
     * What logs and error messages call the task; the function's own name if this is not called.
     *
     * @param taskName any text
     * @return this
     */
    public C name(String taskName) {
        options = options.withName(taskName);
        return self();
    }

    /** The name or, without one, the class that the function is in; how many arguments; and what it needs. */
    @Override
    public String toString() {
        return getClass().getSimpleName() + "(" + options.nameOr(function) + ", arguments=" + arguments.length + ", "
                + options + ")";
    }
}
