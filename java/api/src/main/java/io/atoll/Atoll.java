package io.atoll;

import io.atoll.spi.AtollRuntime;
import io.atoll.spi.Runtimes;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Runs Java functions in parallel across processes that look at the same memory.
 *
 * <pre>{@code
 * try (AtollSession session = Atoll.init()) {
 *     ObjectRef<Table> table = Atoll.put(load());
 *     ObjectRef<Histogram> delays = Atoll.task(Flights::histogram, table, 3).remote();
 *     System.out.println(delays.get());
 * }
 * }</pre>
 *
 * <p>{@code task} takes functions that return a value and {@code run} those that return nothing; both are inherited, with
 * an overload for each way in which up to six arguments are values or {@link ObjectRef}s. The package page holds what
 * javac makes of them.
 *
 * <p>All methods may be called from any thread of a driver between {@link #init} and the end of its session, and from
 * any thread of a worker. Before and after, they throw {@link IllegalStateException}. A blocking call ends with a {@link
 * CallInterruptedException}, the interrupt flag being set again, when its thread is interrupted.
 */
public final class Atoll extends TaskOverloads {
    private Atoll() {}

    /**
     * Starts a node with {@link AtollOptions#defaults} in this process, which becomes its driver.
     *
     * @return closes the node; a node that is not closed ends with the process
     * @throws IllegalStateException when Atoll is running in this process already
     */
    public static AtollSession init() {
        return init(AtollOptions.defaults());
    }

    /**
     * Starts a node in this process, which becomes its driver: an object store, a scheduler, and worker processes with
     * this process's class path.
     *
     * @param options what the node has
     * @return closes the node; a node that is not closed ends with the process
     * @throws IllegalStateException when Atoll is running in this process already
     */
    public static AtollSession init(AtollOptions options) {
        return new AtollSession(Runtimes.start(Objects.requireNonNull(options, "options")));
    }

    /**
     * Whether the other methods may be called now.
     *
     * @return true in a worker, and in a driver during its session
     */
    public static boolean isInitialized() {
        return Runtimes.isRunning();
    }

    /**
     * Stores a value, so that tasks can be given it without a copy for each.
     *
     * @param <T> type of the value
     * @param value may be null
     * @return a ref to it; the value is there already
     * @throws UnserializableException when a part of it cannot be stored; the message names the path to it
     * @throws ObjectStoreFullException when there is no room
     */
    public static <T> ObjectRef<T> put(T value) {
        return Runtimes.current().put(value);
    }

    /**
     * The value of a ref, waiting for it as long as it takes. Tensors, tables and what else is made of Arrow buffers are
     * views of shared memory, not copies. Heap arrays can only be copies: {@link ObjectRef#bytes()} is their view.
     *
     * @param <T> type of the value
     * @param ref from put or remote
     * @return the value
     * @throws TaskException when the task threw, which is the cause; or could not be run: a {@link WorkerDiedException}
     *     when its worker died, and those of its retries
     * @throws ObjectLostException when the value was deleted
     */
    public static <T> T get(ObjectRef<T> ref) {
        return ref.get();
    }

    /**
     * Like {@link #get(ObjectRef)}, but does not wait longer than the timeout.
     *
     * @param <T> type of the value
     * @param ref from put or remote
     * @param timeout zero or less looks once
     * @return the value
     * @throws GetTimeoutException when the time was over first
     */
    public static <T> T get(ObjectRef<T> ref, Duration timeout) {
        return ref.get(timeout);
    }

    /**
     * The values of all refs, in their order, waiting as long as it takes. When one throws, so does this, without
     * waiting for the rest, and closes the tensors and tables it has. Values that are on disk are read back together.
     *
     * @param <T> type of the values
     * @param refs from put or remote
     * @return the values, some of which may be null
     * @throws ObjectStoreFullException when the views among them are more than the store can hold at once; values that
     *     are copied, such as arrays, may be
     * @throws TaskException as {@link #get(ObjectRef)}
     */
    public static <T> List<T> get(List<ObjectRef<T>> refs) {
        return getAll(refs, null);
    }

    /**
     * Like {@link #get(List)}, but does not wait longer than the timeout for all of them together.
     *
     * @param <T> type of the values
     * @param refs from put or remote
     * @param timeout zero or less looks once
     * @return the values, some of which may be null
     * @throws GetTimeoutException when the time was over first
     */
    public static <T> List<T> get(List<ObjectRef<T>> refs, Duration timeout) {
        return getAll(refs, Objects.requireNonNull(timeout, "timeout"));
    }

    private static <T> List<T> getAll(List<ObjectRef<T>> refs, Duration timeout) {
        List<ObjectRef<T>> all = List.copyOf(refs);
        try {
            return Runtimes.current().get(all, timeout);
        } finally {
            Reference.reachabilityFence(all);
        }
    }

    /**
     * Waits until all refs are ready.
     *
     * @param <T> type of the values
     * @param refs from put or remote
     * @return all of them as ready
     */
    public static <T> WaitResult<T> wait(List<ObjectRef<T>> refs) {
        return waitFor(refs, refs.size(), null);
    }

    /**
     * Waits until {@code numReturns} of the refs are ready, however long it takes.
     *
     * @param <T> type of the values
     * @param refs from put or remote
     * @param numReturns 0 to the number of refs
     * @return exactly {@code numReturns} refs as ready, the others as unready, even if they are ready too
     * @throws IllegalArgumentException when there are fewer refs than are to be ready
     */
    public static <T> WaitResult<T> wait(List<ObjectRef<T>> refs, int numReturns) {
        return waitFor(refs, numReturns, null);
    }

    /**
     * Waits until {@code numReturns} of the refs are ready, or the time is over. Never fails because a task did: its ref
     * is ready then.
     *
     * @param <T> type of the values
     * @param refs from put or remote
     * @param numReturns 0 to the number of refs
     * @param timeout zero or less looks once
     * @return at most {@code numReturns} refs as ready, the others as unready, even if they are ready too
     * @throws IllegalArgumentException when there are fewer refs than are to be ready
     */
    public static <T> WaitResult<T> wait(List<ObjectRef<T>> refs, int numReturns, Duration timeout) {
        return waitFor(refs, numReturns, Objects.requireNonNull(timeout, "timeout"));
    }

    private static <T> WaitResult<T> waitFor(List<ObjectRef<T>> refs, int numReturns, Duration timeout) {
        List<ObjectRef<T>> all = List.copyOf(refs);
        if (numReturns < 0 || numReturns > all.size()) {
            throw new IllegalArgumentException("numReturns: " + numReturns + " asked of " + all.size() + " refs");
        }
        boolean[] isReady;
        AtollRuntime runtime = Runtimes.current();
        try {
            isReady = all.isEmpty() ? new boolean[0] : runtime.await(all, numReturns, timeout);
        } finally {
            Reference.reachabilityFence(all);
        }
        List<ObjectRef<T>> ready = new ArrayList<>(numReturns);
        List<ObjectRef<T>> unready = new ArrayList<>(all.size() - numReturns);
        for (int i = 0; i < isReady.length; ++i) {
            (isReady[i] && ready.size() < numReturns ? ready : unready).add(all.get(i));
        }
        return new WaitResult<>(ready, unready);
    }

    /**
     * Gives an object a name, under which every process of the node finds it: tasks need not be given the ref. The name
     * keeps the object until {@link #unpublish} or the end of the node, whatever becomes of the process that gave it.
     *
     * @param name 1 to 224 bytes of UTF-8
     * @param ref from put or remote; its task need not have run
     * @throws StoreException when another object has the name, or too many names are given
     */
    public static void publish(String name, ObjectRef<?> ref) {
        try {
            Runtimes.current().publish(name, ref);
        } finally {
            Reference.reachabilityFence(ref);
        }
    }

    /**
     * The object that somebody has given this name.
     *
     * @param <T> type of its value; not checked
     * @param name as it was given
     * @return empty when no object has the name now
     */
    public static <T> Optional<ObjectRef<T>> lookup(String name) {
        return Runtimes.current().lookup(name);
    }

    /**
     * Takes a name away from its object, whoever gave it. Refs to the object stay good.
     *
     * @param name as it was given
     * @return false when no object has the name
     */
    public static boolean unpublish(String name) {
        return Runtimes.current().unpublish(name);
    }

    /**
     * What this node holds and has done.
     *
     * @return numbers read one after the other while the node goes on
     */
    public static NodeStats stats() {
        return Runtimes.current().stats();
    }
}
