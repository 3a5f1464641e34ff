package io.atoll.internal.process;

import io.atoll.AtollException;
import io.atoll.StoreException;
import io.atoll.store.SpawnedProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * The worker JVMs of a driver. Each inherits a connection to the store; the end of its standard input, which comes with this
 * process's end too, ends it. Any thread.
 */
public final class WorkerProcesses implements AutoCloseable {
    /** So many workers in a row that die before they can take a task are taken to be all. */
    private static final int HOPELESS = 3;

    private static final long GRACE_MILLIS = 2000;
    /** So many that have ended are remembered, for those who ask how. */
    private static final int REMEMBERED = 16;
    /** How long who asks waits for what a dead worker has printed: a child of it may hold the pipe open. */
    private static final long PATIENCE_MILLIS = 300;

    private static final long STACK_BYTES = 256 * 1024;

    private final Path socket;
    private final List<String> command;
    private final Map<String, String> environment;
    private final List<Worker> workers = new ArrayList<>(); // guarded by this
    private final ArrayDeque<Worker> ended = new ArrayDeque<>(); // guarded by this
    private int failuresInARow; // guarded by this
    private Hopeless hopeless; // guarded by this
    private int later; // guarded by this
    private Runnable onHopeless = () -> {}; // guarded by this
    private boolean closed; // guarded by this

    /**
     * @param command all but the orders' arguments
     * @param environment variables that differ from this process's
     */
    public WorkerProcesses(List<String> command, WorkerOrders orders, Map<String, String> environment) {
        this.environment = environment;
        socket = orders.socket();
        this.command = new ArrayList<>(command);
        this.command.addAll(orders.arguments());
    }

    private static final class Worker {
        final SpawnedProcess process;
        LineForwarder err;
        LineForwarder out;
        boolean joined;

        /** Once its process has ended. */
        Ending ending() {
            String all = Stream.of(out.lastLines(), err.lastLines())
                    .filter(lines -> !lines.isEmpty())
                    .collect(Collectors.joining("\n"));
            return Ending.of(process.signal(), process.exitValue(), all);
        }

        Worker(SpawnedProcess process) {
            this.process = process;
        }
    }

    /**
     * Starts so many, without waiting for them. As many as leave a CPU to this process start now, at least one; the rest
     * when the first has joined, so that they do not hold up the first task.
     */
    public synchronized void launch(int count) {
        int now = Math.max(1, Math.min(count, Runtime.getRuntime().availableProcessors() - 1));
        for (int i = 0; i < now; ++i) {
            launchOne();
        }
        later = count - now;
    }

    /** Is run when no worker is left and there is no hope for one: {@link #hopeless} tells why. */
    public synchronized void whenHopeless(Runnable action) {
        onHopeless = action;
        if (hopeless != null && workers.isEmpty()) {
            action.run(); // It went fast.
        }
    }

    /** Why no worker can be had; null while that is not so. */
    public synchronized Hopeless hopeless() {
        return hopeless;
    }

    /**
     * Why no worker can be had.
     *
     * @param why for people
     * @param ending of the last one
     */
    public record Hopeless(String why, String ending) {}

    /** How a worker that is dead ended. Waits a moment for what it has printed. */
    public Ending ending(long pid) {
        Worker worker = find(pid);
        if (worker == null) {
            return Ending.UNKNOWN;
        }
        try {
            if (!worker.process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                return Ending.UNKNOWN;
            }
            worker.out.awaitEnd(PATIENCE_MILLIS);
            worker.err.awaitEnd(PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Ending.UNKNOWN;
        }
        return worker.ending();
    }

    private synchronized Worker find(long pid) {
        return Stream.concat(workers.stream(), ended.stream())
                .filter(worker -> worker.process.pid() == pid)
                .findFirst()
                .orElse(null);
    }

    /** The scheduler has seen this worker. */
    public synchronized void joined(long pid) {
        failuresInARow = 0;
        for (Worker worker : workers) {
            worker.joined |= worker.process.pid() == pid;
        }
        if (later > 0) {
            // Not on the scheduler's thread, which calls this.
            Thread starter = new Thread(null, this::launchRest, "atoll-starter", STACK_BYTES);
            starter.setDaemon(true);
            starter.start();
        }
    }

    private synchronized void launchRest() {
        try {
            for (; later > 0 && !closed; --later) {
                launchOne();
            }
        } catch (AtollException e) {
            LoggerFactory.getLogger(WorkerProcesses.class)
                    .warn("this node has {} workers only: {}", workers.size(), e.getMessage());
        }
    }

    /** Asks all to end, waits, and ends those that do not. What they had printed has been forwarded then. */
    @Override
    public void close() {
        List<Worker> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(workers);
        }
        for (Worker worker : all) {
            try (OutputStream in = worker.process.getOutputStream()) {
                in.write(WorkerOrders.END);
            } catch (IOException e) {
                // It has ended.
            }
        }
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GRACE_MILLIS);
        boolean interrupted = false;
        for (Worker worker : all) {
            try {
                if (!worker.process.waitFor(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                    worker.process.destroyForcibly().waitFor();
                }
                worker.err.join(GRACE_MILLIS);
                worker.out.join(GRACE_MILLIS);
            } catch (InterruptedException e) {
                worker.process.destroyForcibly();
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void launchOne() {
        SpawnedProcess process;
        try {
            process = SpawnedProcess.start(socket, command, environment);
        } catch (StoreException e) {
            throw new AtollException("no worker can be started: " + e.getMessage(), e);
        }
        Worker worker = new Worker(process);
        workers.add(worker);
        String prefix = "(worker " + process.pid() + ") ";
        worker.err =
                new LineForwarder("atoll-worker-err", process.getErrorStream(), () -> System.err, prefix, () -> {});
        worker.err.start();
        worker.out = new LineForwarder(
                "atoll-worker-out", process.getInputStream(), () -> System.out, prefix, () -> ended(worker));
        worker.out.start();
    }

    /** The worker has closed its output: it has ended, or is about to. Another takes its place. */
    private void ended(Worker worker) {
        try {
            worker.process.waitFor();
            worker.err.join();
            worker.process.getOutputStream().close();
        } catch (InterruptedException | IOException e) {
            return;
        }
        Runnable then = null;
        synchronized (this) {
            workers.remove(worker);
            ended.addLast(worker);
            if (ended.size() > REMEMBERED) {
                ended.removeFirst();
            }
            if (closed) {
                return;
            }
            if (!worker.joined && ++failuresInARow >= HOPELESS) {
                Ending last = worker.ending();
                hopeless = new Hopeless(
                        "the last " + failuresInARow + " workers ended before they could take a task, this one: "
                                + last,
                        last.how());
                if (workers.isEmpty()) {
                    then = onHopeless;
                }
            } else {
                try {
                    launchOne();
                } catch (AtollException e) {
                    hopeless = new Hopeless(e.getMessage(), Ending.UNKNOWN.how());
                    then = workers.isEmpty() ? onHopeless : null;
                }
            }
        }
        if (then != null) {
            then.run();
        }
    }
}
