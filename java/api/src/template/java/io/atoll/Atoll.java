package io.atoll;

import io.atoll.concurrent.AtollExecutor;
import io.atoll.spi.Constructors;
import io.atoll.spi.ReadySpliterator;
import io.atoll.spi.Runtimes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

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
 * <p>{@code task} takes functions that return a value and {@code run} those that return nothing, with an overload for each
 * way in which up to four arguments are values or {@link ObjectRef}s; from five to ten they are all values, or all {@link
 * Arg}s. The package page holds what javac makes of them.
 *
 * <p>The overloads cost javac time and memory, since it looks at each with every type open: a {@code task} of six arguments
 * takes 4 to 7 times as long as a plain call, and over 1 MB, 29 to 36 times as much; {@code function(f).submit} 5 and 20 to
 * 24 times; {@code submit} on a constant 1.2 to 1.3 and 1.0 to 1.06 times. What javac says of a wrong call of {@code task}
 * names every overload of that number of arguments, in 140 lines; of {@code function} 80; of {@code submit} a dozen.
 *
 * <p>All methods may be called from any thread of a driver between {@link #init} and the end of its session, and from
 * any thread of a worker. Before and after, they throw {@link IllegalStateException}. A blocking call ends with a {@link
 * CallInterruptedException}, the interrupt flag being set again, when its thread is interrupted.
 *
 * @since 0.1
 */
public final class Atoll {
    private Atoll() {}

    /**
     * Starts a node with {@link AtollOptions#defaults} in this process, which becomes its driver; as {@link
     * #init(AtollOptions)} does.
     *
     * @return closes the node; a node that is not closed ends with the process
     * @throws IllegalStateException when this process is a driver already
     */
    public static AtollSession init() {
        return init(AtollOptions.defaults());
    }

    /**
     * Starts a node in this process, which becomes its driver: an object store, a scheduler, and worker processes with
     * this process's class path.
     *
     * <p>In a worker nothing is started, the options are not looked at, and closing the session does nothing: it is the node
     * that the worker belongs to. So a session may stand in a static field of the class that has the tasks, which workers
     * initialise too.
     *
     * @param options what the node has
     * @return closes the node; a node that is not closed ends with the process
     * @throws IllegalStateException when this process is a driver already
     * @throws UnsatisfiedLinkError where Atoll cannot run, or its native library cannot be found or loaded
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
     * Whether {@link #init} can start a node here: the runtime is on the class path, and this JVM loads its native library.
     *
     * @return false where {@link #unavailabilityCause} says why
     */
    public static boolean isAvailable() {
        return unavailabilityCause() == null;
    }

    /**
     * Why {@link #init} cannot start a node here, and what to do. The native library is loaded to find out.
     *
     * @return null when it can
     */
    public static @Nullable String unavailabilityCause() {
        return Runtimes.unavailabilityCause();
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
    public static <T extends @Nullable Object> ObjectRef<T> put(T value) {
        return Runtimes.current().put(value);
    }

    /**
     * A value as an argument, where one is among others that are refs, or is null.
     *
     * @param <T> type of the value
     * @param value may be null
     * @return for {@code submit}, {@code task} and {@code run}
     */
    public static <T extends @Nullable Object> Arg<T> value(T value) {
        return new Remote.Value<>(value);
    }

    /**
     * Starts a task whose function returns several results: a list or another collection, each element of which is one. Each
     * has its own ref, and is there as soon as it is stored. When the task fails each of them has failed.
     *
     * @param <T> type of the elements
     * @param call not started yet
     * @param count how many the function returns, 1 to 1000; a task that returns another number fails
     * @return the refs, in their order
     * @throws IllegalArgumentException when there is no such number
     * @throws IllegalStateException as {@link TaskCall#remote}
     */
    public static <T extends @Nullable Object> List<ObjectRef<T>> remoteEach(
            TaskCall<? extends Collection<? extends T>> call, int count) {
        return Objects.requireNonNull(call, "call").remoteParts(count);
    }

    /**
     * The same of a function that returns an array of objects.
     *
     * @param <T> type of the elements
     * @param call not started yet
     * @param count how many the function returns, 1 to 1000; a task that returns another number fails
     * @return the refs, in their order
     * @throws IllegalArgumentException when there is no such number
     * @throws IllegalStateException as {@link TaskCall#remote}
     */
    public static <T extends @Nullable Object> List<ObjectRef<T>> remoteEachOf(
            TaskCall<? extends T[]> call, int count) {
        return Objects.requireNonNull(call, "call").remoteParts(count);
    }

    /**
     * Starts a task whose function returns a {@link CompletionStage}, whose value is the result: the function returns at once,
     * no thread waits for that, and the CPU of the task is free for others until then. Cancelling the task cancels what it has
     * returned.
     *
     * @param <T> type of the value
     * @param call not started yet
     * @return the ref of the value
     * @throws IllegalStateException as {@link TaskCall#remote}
     */
    @SuppressWarnings("unchecked")
    public static <T extends @Nullable Object> ObjectRef<T> remoteAsync(
            TaskCall<? extends CompletionStage<? extends T>> call) {
        return (ObjectRef<T>)
                (ObjectRef<?>) Objects.requireNonNull(call, "call").remote();
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
    public static <T extends @Nullable Object> T get(ObjectRef<T> ref) {
        return Objects.requireNonNull(ref, "ref").get();
    }

    /**
     * Like {@link #get(ObjectRef)}, but does not wait longer than the timeout.
     *
     * @param <T> type of the value
     * @param ref from put or remote
     * @param timeout zero or less looks once; what is on disk is not read back in no time
     * @return the value
     * @throws GetTimeoutException when the time was over first
     */
    public static <T extends @Nullable Object> T get(ObjectRef<T> ref, Duration timeout) {
        return Objects.requireNonNull(ref, "ref").get(timeout);
    }

    /**
     * The values of all refs, in their order, waiting as long as it takes. The first task that fails, wherever it is among
     * them, ends this: its exception is thrown without waiting for the rest, and the tensors and tables got so far are
     * closed. (A task that waits so may be running one of the rest by itself, which it ends first.) Values that are on disk
     * are read back together.
     *
     * @param <T> a type that all values have
     * @param refs from put or remote, of any types
     * @return the values, some of which may be null
     * @throws ObjectStoreFullException when the views among them are more than the store can hold at once; values that
     *     are copied, such as arrays, may be
     * @throws TaskException as {@link #get(ObjectRef)}
     */
    public static <T extends @Nullable Object> List<T> get(Collection<? extends ObjectRef<? extends T>> refs) {
        return getAll(refs, null);
    }

    /**
     * Like {@link #get(Collection)}, but does not wait longer than the timeout for all of them together.
     *
     * @param <T> a type that all values have
     * @param refs from put or remote, of any types
     * @param timeout zero or less looks once; what is on disk is not read back in no time
     * @return the values, some of which may be null
     * @throws GetTimeoutException when the time was over first
     */
    public static <T extends @Nullable Object> List<T> get(
            Collection<? extends ObjectRef<? extends T>> refs, Duration timeout) {
        return getAll(refs, Objects.requireNonNull(timeout, "timeout"));
    }

    @SuppressWarnings("unchecked")
    private static <T extends @Nullable Object> List<T> getAll(
            Collection<? extends ObjectRef<? extends T>> refs, @Nullable Duration timeout) {
        List<ObjectRef<T>> all = widened(refs);
        ObjectRef.enterAll(all);
        try {
            List<T> values = (List<T>) Runtimes.current().get(all, timeout);
            checkTypes(all, values);
            return values;
        } finally {
            ObjectRef.leaveAll(all);
        }
    }

    private static <T extends @Nullable Object> void checkTypes(List<ObjectRef<T>> refs, List<T> values) {
        try {
            for (int i = 0; i < values.size(); ++i) {
                refs.get(i).checked(values.get(i));
            }
        } catch (ClassCastException e) {
            Runtimes.current().closeViews(values, e);
            throw e;
        }
    }

    /** A copy. A ref gives values only, so one to a subtype is one to the type. */
    @SuppressWarnings("unchecked")
    private static <T extends @Nullable Object> List<ObjectRef<T>> widened(
            Collection<? extends ObjectRef<? extends T>> refs) {
        int number = 0;
        for (ObjectRef<?> ref : Objects.requireNonNull(refs, "refs")) {
            if (ref == null) {
                throw new NullPointerException("refs: number " + number + " of " + refs.size() + ", from 0, is null");
            }
            ++number;
        }
        return (List<ObjectRef<T>>) (List<?>) List.copyOf(refs);
    }

    /**
     * The refs in the order in which they become ready: what comes first can be worked on while the rest is not there. A
     * ref whose task has failed is ready too. What it costs for all of them grows with their number alone.
     *
     * <pre>{@code
     * Atoll.asReady(refs).forEach(ref -> report(ref.get()));
     * }</pre>
     *
     * @param <T> a type that all values have
     * @param refs from put or remote, of any types; one that is there twice comes twice
     * @return sequential; waits for the next ref whenever it is asked for one
     */
    public static <T extends @Nullable Object> Stream<ObjectRef<T>> asReady(
            Collection<? extends ObjectRef<? extends T>> refs) {
        List<ObjectRef<T>> all = widened(refs);
        ObjectRef.enterAll(all);
        try {
            return StreamSupport.stream(
                    new ReadySpliterator<>(Runtimes.current().watch(all), all.size()), false);
        } finally {
            ObjectRef.leaveAll(all);
        }
    }

    /**
     * As {@link #asReady}, for a loop whose body throws checked exceptions, or ends before the last.
     *
     * <pre>{@code
     * for (ObjectRef<Report> ref : Atoll.eachReady(refs)) {
     *     write(ref.get()); // throws IOException
     * }
     * }</pre>
     *
     * @param <T> a type that all values have
     * @param refs from put or remote, of any types; one that is there twice comes twice
     * @return each iteration gives all of them, and waits for the next ref whenever it is asked for one
     */
    public static <T extends @Nullable Object> Iterable<ObjectRef<T>> eachReady(
            Collection<? extends ObjectRef<? extends T>> refs) {
        List<ObjectRef<T>> all = widened(refs);
        return () -> Atoll.<T>asReady(all).iterator();
    }

    /**
     * Waits until all refs are ready.
     *
     * @param <T> a type that all values have
     * @param refs from put or remote, of any types
     * @return all of them as ready
     */
    public static <T extends @Nullable Object> WaitResult<T> wait(Collection<? extends ObjectRef<? extends T>> refs) {
        return waitFor(refs, Objects.requireNonNull(refs, "refs").size(), null);
    }

    /**
     * Waits until all refs are ready, or the time is over. Never fails because a task did: its ref is ready then.
     *
     * @param <T> a type that all values have
     * @param refs from put or remote, of any types
     * @param timeout zero or less looks once; what is on disk is not read back in no time
     * @return those that are ready, and the others
     */
    public static <T extends @Nullable Object> WaitResult<T> wait(
            Collection<? extends ObjectRef<? extends T>> refs, Duration timeout) {
        return waitFor(refs, Objects.requireNonNull(refs, "refs").size(), Objects.requireNonNull(timeout, "timeout"));
    }

    /**
     * Waits until {@code numReturns} of the refs are ready, however long it takes. To take one after the other, {@link
     * #asReady} is quicker.
     *
     * @param <T> a type that all values have
     * @param refs from put or remote, of any types
     * @param numReturns 0 to the number of refs
     * @return {@code numReturns} refs as ready, the others as unready, even if they are ready too; a ref that is there more
     *     than once is all in one of the two
     * @throws IllegalArgumentException when there are fewer refs than are to be ready
     */
    public static <T extends @Nullable Object> WaitResult<T> wait(
            Collection<? extends ObjectRef<? extends T>> refs, int numReturns) {
        return waitFor(refs, numReturns, null);
    }

    /**
     * Waits until {@code numReturns} of the refs are ready, or the time is over. Never fails because a task did: its ref
     * is ready then.
     *
     * @param <T> a type that all values have
     * @param refs from put or remote, of any types
     * @param numReturns 0 to the number of refs
     * @param timeout zero or less looks once; what is on disk is not read back in no time
     * @return at most {@code numReturns} refs as ready, the others as unready, even if they are ready too; a ref that is
     *     there more than once is all in one of the two
     * @throws IllegalArgumentException when there are fewer refs than are to be ready
     */
    public static <T extends @Nullable Object> WaitResult<T> wait(
            Collection<? extends ObjectRef<? extends T>> refs, int numReturns, Duration timeout) {
        return waitFor(refs, numReturns, Objects.requireNonNull(timeout, "timeout"));
    }

    private static <T extends @Nullable Object> WaitResult<T> waitFor(
            Collection<? extends ObjectRef<? extends T>> refs, int numReturns, @Nullable Duration timeout) {
        if (refs instanceof WaitResult.OpenRefs && numReturns > 0 && numReturns < refs.size()) {
            @SuppressWarnings("unchecked") // Nobody can change it.
            WaitResult<T> next = ((WaitResult.OpenRefs<T>) refs).await(numReturns, timeout);
            if (next != null) {
                return next;
            }
        }
        List<ObjectRef<T>> all = widened(refs);
        if (numReturns < 0 || numReturns > all.size()) {
            throw new IllegalArgumentException("numReturns: " + numReturns + " asked of " + all.size() + " refs");
        }
        ObjectRef.enterAll(all);
        try {
            boolean[] isReady =
                    all.isEmpty() ? new boolean[0] : Runtimes.current().await(all, numReturns, timeout);
            return divide(all, isReady, numReturns);
        } finally {
            ObjectRef.leaveAll(all);
        }
    }

    /** The first so many that are ready, with the places where they are once more. */
    private static <T extends @Nullable Object> WaitResult<T> divide(
            List<ObjectRef<T>> all, boolean[] isReady, int numReturns) {
        Set<ObjectRef<T>> given = new HashSet<>();
        List<ObjectRef<T>> ready = new ArrayList<>(numReturns);
        List<ObjectRef<T>> unready = new ArrayList<>(all.size() - numReturns);
        for (int i = 0, counted = 0; i < isReady.length && counted < numReturns; ++i) {
            if (isReady[i]) {
                given.add(all.get(i));
                ++counted;
            }
        }
        for (int i = 0; i < isReady.length; ++i) {
            if (isReady[i]) {
                all.get(i).setReady();
            }
        }
        for (ObjectRef<T> ref : all) {
            (given.contains(ref) ? ready : unready).add(ref);
        }
        return new WaitResult<>(ready, WaitResult.OpenRefs.of(unready));
    }

    /**
     * The workers as an {@link java.util.concurrent.ExecutorService}, each task holding one CPU.
     *
     * @return a new one, to be shut down or not
     */
    public static AtollExecutor executor() {
        return executor(Resources.cpus(1));
    }

    /**
     * The workers as an {@link java.util.concurrent.ExecutorService}.
     *
     * @param resources what each task holds while it runs
     * @return a new one, to be shut down or not
     */
    public static AtollExecutor executor(Resources resources) {
        return Constructors.executor(Runtimes.current(), Objects.requireNonNull(resources, "resources"));
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
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(ref, "ref");
        ref.enter();
        try {
            Runtimes.current().publish(name, ref);
        } finally {
            ref.leave();
        }
    }

    /**
     * The object that somebody has given this name.
     *
     * @param <T> type of its value; not checked
     * @param name as it was given
     * @return empty when no object has the name now
     */
    public static <T extends @Nullable Object> Optional<ObjectRef<T>> lookup(String name) {
        return Runtimes.current().lookup(Objects.requireNonNull(name, "name"));
    }

    /**
     * The object that somebody has given this name, which must have a value of this type.
     *
     * @param <T> type of its value
     * @param name as it was given
     * @param type class of the value; that of a primitive is its box's
     * @return empty when no object has the name now; its value may be null; what gets the value of another type throws {@link ClassCastException}
     */
    public static <T> Optional<ObjectRef<@Nullable T>> lookup(String name, Class<T> type) {
        Objects.requireNonNull(type, "type");
        return Atoll.<@Nullable T>lookup(name).map(ref -> ref.checking(type));
    }

    /**
     * Takes a name away from its object, whoever gave it. Refs to the object stay good.
     *
     * @param name as it was given
     * @return false when no object has the name
     */
    public static boolean unpublish(String name) {
        return Runtimes.current().unpublish(Objects.requireNonNull(name, "name"));
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
