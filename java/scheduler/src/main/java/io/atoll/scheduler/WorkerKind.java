package io.atoll.scheduler;

import io.atoll.concurrent.WorkerEnvironment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What sets workers apart whose tasks cannot run in each other's: what their processes have been started with.
 *
 * @param gpus numbers of the GPUs that they see, rising
 * @param environment what they have beside what all have
 */
public record WorkerKind(List<Integer> gpus, WorkerEnvironment environment) {
    /** Of workers for tasks that ask for nothing that others have not. */
    public static final WorkerKind PLAIN = new WorkerKind(List.of(), WorkerEnvironment.none());

    public WorkerKind {
        gpus = gpus.stream().sorted().toList();
    }

    public boolean isPlain() {
        return gpus.isEmpty() && environment.isNone();
    }

    // Written out, here and where else a start needs it: linking a record's own takes some 20 ms in a young JVM.

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof WorkerKind kind && gpus.equals(kind.gpus) && environment.equals(kind.environment);
    }

    @Override
    public int hashCode() {
        return 31 * gpus.hashCode() + environment.hashCode();
    }

    @Override
    public String toString() {
        return (gpus.isEmpty() ? "without GPU" : "with GPU " + gpus)
                + (environment.isNone() ? "" : " in " + environment);
    }
}
