package io.atoll;

import io.atoll.concurrent.RefStream;
import io.atoll.concurrent.WorkerEnvironment;
import io.atoll.spi.OptionValues;
import io.atoll.spi.PassedRef;
import io.atoll.spi.Runtimes;
import io.atoll.spi.SeenRef;
import io.atoll.spi.TaskPolicy;
import io.atoll.spi.TaskRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a task needs beside its function and arguments.
 *
 * @param resources what it holds while it runs
 * @param retries how often it is run again when its worker dies
 * @param name for logs and errors; null for the function's own
 * @param policy how long it may run, and what it is run again for
 */
record TaskOptions(
        Resources resources, int retries, @Nullable String name, TaskPolicy policy) {
    static final TaskOptions USUAL = new TaskOptions(Resources.cpus(1), 3, null, TaskPolicy.NONE);

    TaskOptions withResource(String resource, double quantity) {
        return new TaskOptions(
                resources.with(Objects.requireNonNull(resource, "resource"), quantity), retries, name, policy);
    }

    TaskOptions withRetries(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("retries: " + count + " asked; it takes 0 or more");
        }
        return new TaskOptions(resources, count, name, policy);
    }

    TaskOptions withName(String taskName) {
        return new TaskOptions(resources, retries, Objects.requireNonNull(taskName, "taskName"), policy);
    }

    TaskOptions withTimeout(Duration time) {
        if (Objects.requireNonNull(time, "time").isZero() || time.isNegative()) {
            throw new IllegalArgumentException("timeout: " + time + " asked; it takes more than zero");
        }
        return with(new TaskPolicy(
                time,
                policy.retryOn(),
                policy.backoff(),
                policy.longestBackoff(),
                policy.isIsolated(),
                policy.environment()));
    }

    TaskOptions withRetryOn(Class<? extends Throwable>[] classes) {
        OptionValues.withoutNull("exceptions", Objects.requireNonNull(classes, "exceptions"));
        List<String> names = Stream.of(classes).map(Class::getName).toList();
        return with(new TaskPolicy(
                policy.timeout(),
                names,
                policy.backoff(),
                policy.longestBackoff(),
                policy.isIsolated(),
                policy.environment()));
    }

    TaskOptions withBackoff(Duration first, Duration longest) {
        Objects.requireNonNull(first, "first");
        Objects.requireNonNull(longest, "longest");
        return with(new TaskPolicy(
                policy.timeout(), policy.retryOn(), first, longest, policy.isIsolated(), policy.environment()));
    }

    TaskOptions in(WorkerEnvironment environment) {
        return with(policy.in(Objects.requireNonNull(environment, "environment")));
    }

    TaskOptions isolated() {
        return with(new TaskPolicy(
                policy.timeout(),
                policy.retryOn(),
                policy.backoff(),
                policy.longestBackoff(),
                true,
                policy.environment()));
    }

    private TaskOptions with(TaskPolicy changed) {
        return new TaskOptions(resources, retries, name, changed);
    }

    /** For people: the name, or where there is none the class that the function is in. */
    String nameOr(Object function) {
        return name != null ? name : function.getClass().getName().replaceFirst("\\$\\$Lambda.*", "::a function");
    }

    @Override
    public String toString() {
        return resources + ", retries=" + retries;
    }

    /** Starts a task. */
    <R extends @Nullable Object> ObjectRef<R> submit(Object function, @Nullable Object[] arguments) {
        List<ObjectRef<?>> refs = refs(arguments);
        ObjectRef.enterAll(refs);
        try {
            return Runtimes.current().submit(request(function, arguments));
        } finally {
            ObjectRef.leaveAll(refs);
        }
    }

    <R extends @Nullable Object> List<ObjectRef<R>> submitEach(
            Object function, @Nullable Object[] arguments, int count) {
        return with(arguments, () -> Runtimes.current().submitEach(request(function, arguments), count));
    }

    <R extends @Nullable Object> RefStream<R> submitStream(Object function, @Nullable Object[] arguments, int window) {
        return with(arguments, () -> Runtimes.current().submitStream(request(function, arguments), window));
    }

    private TaskRequest request(Object function, @Nullable Object[] arguments) {
        return new TaskRequest(function, arguments, resources, retries, name, policy);
    }

    /** None of the arguments is given back meanwhile. */
    private static <S> S with(@Nullable Object[] arguments, Supplier<S> submit) {
        List<ObjectRef<?>> refs = refs(arguments);
        ObjectRef.enterAll(refs);
        try {
            return submit.get();
        } finally {
            ObjectRef.leaveAll(refs);
        }
    }

    private static List<ObjectRef<?>> refs(@Nullable Object[] arguments) {
        List<ObjectRef<?>> refs = List.of();
        for (Object argument : arguments) {
            Object ref = argument instanceof PassedRef passed
                    ? passed.ref()
                    : argument instanceof SeenRef seen ? seen.ref() : argument;
            if (ref instanceof ObjectRef<?> found) {
                refs = refs.isEmpty() ? new ArrayList<>(arguments.length) : refs;
                refs.add(found);
            }
        }
        return refs;
    }
}
