package io.atoll;

import io.atoll.spi.AtollRuntime;
import io.atoll.spi.Runtimes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * A node that {@link Atoll#init} has started. Closing it ends the workers and the store with all that is in it; views of
 * its objects must not be used afterwards. After that a new session may be started. Any thread may close it.
 *
 * <p>A worker's, of an {@code init} in the class of its tasks, is a view of the node that the worker belongs to: it stays open
 * when it is closed, and {@link #awaitTasks} and {@link #progress} are the driver's alone.
 *
 * @since 0.1
 */
public final class AtollSession implements AutoCloseable {
    private final AtollRuntime runtime;
    private final Path socket;

    AtollSession(AtollRuntime runtime) {
        this.runtime = runtime;
        socket = runtime.socket();
    }

    /**
     * Waits until every task has ended: those that have been submitted, by whomever, and those that these submit. Tasks that
     * are submitted meanwhile count too.
     *
     * @param timeout zero or less looks once
     * @return false when the time was over first, and some have not
     * @throws IllegalStateException when the session is closed
     * @throws CallInterruptedException when this thread is interrupted
     * @throws UnsupportedOperationException in a worker, whose task would wait for itself
     */
    public boolean awaitTasks(Duration timeout) {
        Objects.requireNonNull(timeout, "timeout");
        checkOpen();
        return runtime.awaitTasks(timeout);
    }

    /**
     * How far a task is, as it has said by {@link io.atoll.concurrent.TaskContext#progress}.
     *
     * @param ref to its result, or to one of several
     * @return 0 to 1; empty when it has said nothing in this run, or has ended
     * @throws IllegalStateException when the session is closed
     * @throws UnsupportedOperationException in a worker
     */
    public OptionalDouble progress(ObjectRef<?> ref) {
        Objects.requireNonNull(ref, "ref");
        checkOpen();
        ref.enter();
        try {
            return runtime.progress(ref);
        } finally {
            ref.leave();
        }
    }

    /**
     * Where the node's store listens: programs in other languages attach there, and {@code atoll-store stats}, {@code
     * clients} and {@code list} look at it. README says what the tags of objects mean.
     *
     * @return path of a Unix socket, which only this user can open
     * @throws IllegalStateException when the session is closed
     */
    public Path socket() {
        checkOpen();
        return socket;
    }

    private void checkOpen() {
        if (!Runtimes.isCurrent(runtime)) {
            throw new IllegalStateException("the session whose store was at " + socket + " is closed");
        }
    }

    /**
     * Ends the node. It does not wait for tasks: those that have not begun never will, and those that run end with their
     * workers, wherever they are. A worker is asked to end, so that its shutdown hooks run, and killed if it has not after
     * two seconds; what it has printed by then is printed here first. Whoever waits for a result in another thread gets an
     * {@link IllegalStateException}, as do all later calls; {@link java.util.concurrent.CompletableFuture}s that are not
     * complete are completed with one. {@link #awaitTasks} before it lets tasks finish. The store's memory is given back to
     * the system from then on, within some milliseconds for each hundred megabytes. Closing twice is fine. In a worker
     * nothing happens.
     */
    @Override
    public void close() {
        Runtimes.stop(runtime);
    }

    @Override
    public String toString() {
        return Runtimes.isCurrent(runtime) ? "AtollSession(store at " + socket + ")" : "AtollSession(closed)";
    }
}
