package io.atoll.spi;

import io.atoll.Resources;

/**
 * One call that a user asked for.
 *
 * @param function the user's lambda, method reference, or object of a function type
 * @param arguments in order: an {@link io.atoll.ObjectRef} stands for its value, a {@link SeenRef} for its value in
 *     another form, a {@link PassedRef} for a ref itself, anything else for itself; not to be changed
 * @param resources what the task holds while it runs
 * @param retries how often it is run again when its worker dies
 * @param name for logs and errors; null for the function's own
 */
public record TaskRequest(Object function, Object[] arguments, Resources resources, int retries, String name) {}
