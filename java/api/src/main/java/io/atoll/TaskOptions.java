package io.atoll;

import io.atoll.spi.PassedRef;
import io.atoll.spi.Runtimes;
import io.atoll.spi.SeenRef;
import io.atoll.spi.TaskRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a task needs beside its function and arguments.
 *
 * @param resources what it holds while it runs
 * @param retries how often it is run again when its worker dies
 * @param name for logs and errors; null for the function's own
 */
record TaskOptions(Resources resources, int retries, String name) {
    static final TaskOptions USUAL = new TaskOptions(Resources.cpus(1), 3, null);

    TaskOptions withResource(String resource, double quantity) {
        return new TaskOptions(resources.with(Objects.requireNonNull(resource, "resource"), quantity), retries, name);
    }

    TaskOptions withRetries(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("retries: " + count + " asked; it takes 0 or more");
        }
        return new TaskOptions(resources, count, name);
    }

    TaskOptions withName(String taskName) {
        return new TaskOptions(resources, retries, Objects.requireNonNull(taskName, "taskName"));
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
    <R> ObjectRef<R> submit(Object function, Object[] arguments) {
        List<ObjectRef<?>> refs = refs(arguments);
        ObjectRef.enterAll(refs);
        try {
            return Runtimes.current().submit(new TaskRequest(function, arguments, resources, retries, name));
        } finally {
            ObjectRef.leaveAll(refs);
        }
    }

    private static List<ObjectRef<?>> refs(Object[] arguments) {
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
