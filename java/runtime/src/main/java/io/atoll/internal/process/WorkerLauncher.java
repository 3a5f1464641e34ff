package io.atoll.internal.process;

import io.atoll.AtollException;
import io.atoll.StoreException;
import io.atoll.concurrent.WorkerEnvironment;
import io.atoll.internal.store.SpawnedProcess;
import io.atoll.scheduler.WorkerKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Starts the processes of workers: with which command and variables, and what becomes of what they print. */
public final class WorkerLauncher {
    private final Function<WorkerEnvironment, IntFunction<List<String>>> commands;
    private final WorkerOrders orders;
    private final Map<String, String> environment;
    private final Gpus gpus;
    private final Repeats repeats = new Repeats();

    /**
     * @param commands of the worker with a number in an environment, all but the orders' arguments; the numbers are the lowest that
     *     no other has
     * @param environment variables that differ from this process's
     * @param gpus which workers see by their kind
     */
    public WorkerLauncher(
            Function<WorkerEnvironment, IntFunction<List<String>>> commands,
            WorkerOrders orders,
            Map<String, String> environment,
            Gpus gpus) {
        this.commands = commands;
        this.orders = orders;
        this.environment = environment;
        this.gpus = gpus;
    }

    /** Of the worker with a number, all but the orders' arguments. */
    IntFunction<List<String>> command(WorkerKind kind) {
        return commands.apply(kind.environment());
    }

    /** @param flags what else its JVM is told */
    WorkerProcess launch(WorkerPool pool, int number, List<String> flags) {
        WorkerKind kind = pool.kind;
        List<String> all = new ArrayList<>(pool.command(this).apply(number));
        all.addAll(1, flags);
        all.addAll(orders.of(kind).arguments());
        Map<String, String> variables = new HashMap<>(environment);
        variables.putAll(kind.environment().variables());
        variables.putAll(gpus.variables(kind));
        try {
            return new WorkerProcess(SpawnedProcess.start(orders.socket(), all, variables), number, kind, repeats);
        } catch (StoreException e) {
            throw new AtollException("no worker can be started: " + e.getMessage(), e);
        }
    }

    /** What was held back of what several have printed alike. */
    void tellRepeats() {
        repeats.tellAll();
    }
}
