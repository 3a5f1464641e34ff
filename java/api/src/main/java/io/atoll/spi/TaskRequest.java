package io.atoll.spi;

import io.atoll.Resources;
import io.atoll.concurrent.WorkerEnvironment;
import org.jspecify.annotations.Nullable;

/**
 * One call that a user asked for.
 *
 * @param function the user's lambda, method reference, or object of a function type
 * @param arguments in order: an {@link io.atoll.ObjectRef} stands for its value, a {@link SeenRef} for its value in
 *     another form, a {@link PassedRef} for a ref itself, anything else for itself; not to be changed
 * @param resources what the task holds while it runs
 * @param retries how often it is run again when its worker dies
 * @param name for logs and errors; null for the function's own
 * @param policy how long it may run, and what it is run again for
 */
public record TaskRequest(
        Object function,
        @Nullable Object[] arguments,
        Resources resources,
        int retries,
        @Nullable String name,
        TaskPolicy policy) {
    /**
     * One without a policy.
     *
     * @param function as above
     * @param arguments as above
     * @param resources as above
     * @param retries as above
     * @param name as above
     */
    public TaskRequest(
            Object function, @Nullable Object[] arguments, Resources resources, int retries, @Nullable String name) {
        this(function, arguments, resources, retries, name, TaskPolicy.NONE);
    }

    /**
     * The same in an environment.
     *
     * @param environment of its workers
     * @return a new request
     */
    public TaskRequest in(WorkerEnvironment environment) {
        return new TaskRequest(function, arguments, resources, retries, name, policy.in(environment));
    }
}
