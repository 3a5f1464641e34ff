package io.atoll;

import io.atoll.concurrent.WorkerEnvironment;
import io.atoll.spi.PassedRef;
import io.atoll.spi.SeenRef;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What functions as values have in common: the needs of their tasks. Each method returns another function; this one stays
 * as it is.
 *
 * @param <S> the function itself
 */
abstract class Remote<S extends Remote<S>> {
    final Object function;
    private final TaskOptions options;

    Remote(Object function, TaskOptions options) {
        this.function = Objects.requireNonNull(function, "function");
        this.options = options;
    }

    abstract S with(TaskOptions changed);

    final <R extends @Nullable Object> ObjectRef<R> start(@Nullable Object[] arguments) {
        return options.submit(function, arguments);
    }

    /**
     * A value where an {@link Arg} is asked for.
     *
     * @param value may be null
     * @param <T> its type
     */
    record Value<T extends @Nullable Object>(T value) implements Arg<T> {}

    /**
     * The value of a ref as an argument, in another form than its own.
     *
     * @param ref to the value
     * @param form of which the function gets it
     * @param <V> type of that form
     */
    record Seen<V>(ObjectRef<?> ref, Class<V> form) implements Arg<V> {}

    /** An argument that is a value; a ref is one where the function wants the ref itself. */
    static @Nullable Object value(@Nullable Object argument) {
        return argument instanceof ObjectRef<?> ref ? new PassedRef(ref) : argument;
    }

    /** An argument that is an {@link Arg}: a ref stands for its value. */
    static @Nullable Object argument(Arg<?> argument) {
        Objects.requireNonNull(argument, "an argument is null: null as a value is Atoll.value(null)");
        if (argument instanceof Seen<?> seen) {
            return new SeenRef(seen.ref(), seen.form());
        }
        return argument instanceof Value<?> value ? value(value.value()) : argument;
    }

    /**
     * This function with another number of logical CPUs that each of its tasks holds while it runs and is not blocked in a
     * get or wait; 1 if this is not called. They limit how many tasks run at once, not how many threads one may start.
     *
     * @param cpus fractions down to a ten-thousandth, or 0
     * @return another function
     * @throws IllegalArgumentException when negative, not finite, or a smaller fraction
     */
    public S withCpus(double cpus) {
        return withResource(Resources.CPU, cpus);
    }

    /**
     * This function with GPUs that each of its tasks holds while it runs, blocked or not; none if this is not
     * called. Its worker sees them alone.
     *
     * @param gpus whole, or a part of one down to a ten-thousandth, or 0
     * @return another function
     * @throws IllegalArgumentException when negative, not finite, or a smaller fraction
     */
    public S withGpus(double gpus) {
        return withResource(Resources.GPU, gpus);
    }

    /**
     * This function with so much of a resource that each of its tasks holds while it runs, blocked or not.
     *
     * @param resource one that the node was given by {@link AtollOptions.Builder#resource}: a task that demands more than its
     *     node has fails
     * @param quantity fractions down to a ten-thousandth, or 0
     * @return another function
     * @throws IllegalArgumentException when negative, not finite, or a smaller fraction
     */
    public S withResource(String resource, double quantity) {
        return with(options.withResource(resource, quantity));
    }

    /**
     * This function with another number of times that a task is run again when the worker that runs it dies, or when it
     * throws what {@link #withRetryOn} names; 3 if this is not called. Any other exception that a task throws is its result.
     *
     * @param count 0 or more
     * @return another function
     * @throws IllegalArgumentException when negative
     */
    public S withRetries(int count) {
        return with(options.withRetries(count));
    }

    /**
     * This function with exceptions that a task is run again for: {@link TaskCall#retryOn}.
     *
     * @param exceptions in the place of earlier ones
     * @return another function
     */
    @SafeVarargs
    public final S withRetryOn(Class<? extends Throwable>... exceptions) {
        return with(options.withRetryOn(exceptions));
    }

    /**
     * This function with a pause before a task is run again for an exception: {@link TaskCall#backoff}.
     *
     * @param first before the first retry; doubled for each further one
     * @param longest where that ends
     * @return another function
     * @throws IllegalArgumentException when one is negative, or the longest shorter than the first
     */
    public S withBackoff(Duration first, Duration longest) {
        return with(options.withBackoff(first, longest));
    }

    /**
     * This function with a time that each run of a task may take: {@link TaskCall#timeout}.
     *
     * @param time more than zero
     * @return another function
     * @throws IllegalArgumentException when it is zero or negative
     */
    public S withTimeout(Duration time) {
        return with(options.withTimeout(time));
    }

    /**
     * This function with tasks that never run on the thread of a task that waits for them: {@link TaskCall#isolated}.
     *
     * @return another function
     */
    public S isolated() {
        return with(options.isolated());
    }

    /**
     * This function with tasks that run in workers of an environment, see {@link TaskCall#in}.
     *
     * @param environment of the workers
     * @return another function
     */
    public S in(WorkerEnvironment environment) {
        return with(options.in(environment));
    }

    /**
     * This function with another name for its tasks in logs and error messages; the method's own if this is not called.
     *
     * @param taskName any text
     * @return another function
     */
    public S withName(String taskName) {
        return with(options.withName(taskName));
    }

    @Override
    public String toString() {
        String name = options.name() == null ? "" : " " + options.name();
        return getClass().getSimpleName() + name + " (" + options.resources() + ", " + options.retries() + " retries)";
    }
}
