package io.atoll.scheduler;

import java.util.List;

/**
 * What sets workers apart whose tasks cannot run in each other's: what their processes have been started with.
 *
 * @param gpus numbers of the GPUs that they see, rising
 */
public record WorkerKind(List<Integer> gpus) {
    /** Of workers for tasks that ask for nothing that others have not. */
    public static final WorkerKind PLAIN = new WorkerKind(List.of());

    public WorkerKind {
        gpus = gpus.stream().sorted().toList();
    }

    @Override
    public String toString() {
        return gpus.isEmpty() ? "without GPU" : "with GPU " + gpus;
    }
}
