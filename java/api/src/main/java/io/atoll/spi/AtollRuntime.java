package io.atoll.spi;

import io.atoll.NodeStats;
import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.TaskException;
import io.atoll.concurrent.Cancel;
import io.atoll.concurrent.RefStream;
import io.atoll.concurrent.TaskContext;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind the static methods of {@link io.atoll.Atoll}: one per process, a driver's or a worker's. All
 * methods may be called from any thread. A null timeout waits for ever.
 */
public interface AtollRuntime extends AutoCloseable {
    /**
     * Stores a value.
     *
     * @param <T> type of the value
     * @param value may be null
     * @return a ref to the sealed object
     */
    <T extends @Nullable Object> ObjectRef<T> put(T value);

    /**
     * A ref that takes over a reference which native code of this process has got.
     *
     * @param <T> type of the value
     * @param id of the object
     * @return gives the reference back when it is closed or unreachable
     */
    <T> ObjectRef<T> ref(ObjectId id);

    /**
     * The same, with a reference of its own.
     *
     * @param id of an object that somebody refers to during the call
     * @return a new ref
     */
    ObjectRef<?> adopt(ObjectId id);

    /**
     * What this runtime has for a library above the API, which alone knows the type: a place for tensors, say.
     *
     * @param <S> type of the service
     * @param type an interface
     * @return the same one each time
     * @throws UnsupportedOperationException when this runtime has none
     */
    <S> S service(Class<S> type);

    /**
     * Some of the bytes that an object is stored as, waiting for it as long as it takes.
     *
     * @param ref stays reachable during the call
     * @param offset of the first byte
     * @param length how many, at most
     * @return read-only; keeps the object pinned while it is reachable
     */
    ByteBuffer bytes(ObjectRef<?> ref, long offset, long length);

    /**
     * The value of one ref, or what its task threw.
     *
     * @param <T> type of the value
     * @param ref stays reachable during the call
     * @param timeout null for ever
     * @return the value
     */
    <T extends @Nullable Object> T get(ObjectRef<T> ref, @Nullable Duration timeout);

    /**
     * The values of all refs, in their order. The first failure ends it, wherever it is among them.
     *
     * @param refs stay reachable during the call
     * @param timeout for all of them together; null for ever
     * @return the values; may be changed
     */
    List<@Nullable Object> get(List<? extends ObjectRef<?>> refs, @Nullable Duration timeout);

    /**
     * Why there is no value, waiting as long as it takes. The value is not read.
     *
     * @param ref stays reachable during the call
     * @return what get throws; null when there is a value
     */
    @Nullable
    TaskException failure(ObjectRef<?> ref);

    /**
     * Closes those of the values that are views of the store, when nobody is to have them.
     *
     * @param values that were got
     * @param why gets what fails meanwhile as suppressed
     */
    void closeViews(List<?> values, Throwable why);

    /**
     * Whether a get would not wait.
     *
     * @param ref stays reachable during the call
     * @return once true, always true
     */
    boolean isReady(ObjectRef<?> ref);

    /**
     * Cancels a task, and those that it has submitted: its result is a {@link io.atoll.TaskCancelledException}.
     *
     * @param ref stays reachable during the call
     * @param how what becomes of one that has begun
     * @return false when it has ended, or has begun and goes on, and when the object is no task's
     */
    boolean cancel(ObjectRef<?> ref, Cancel how);

    /**
     * What the calling thread's task can ask about itself.
     *
     * @return null when it runs none
     */
    default @Nullable TaskContext taskContext() {
        return null;
    }

    /**
     * What makes work of other threads the work of the calling thread's task.
     *
     * @return null when it runs none
     */
    default @Nullable UnaryOperator<Runnable> taskWrapper() {
        return null;
    }

    /**
     * How far the task says it is whose result this is. A driver's only.
     *
     * @param ref stays reachable during the call
     * @return empty when it has not said so, or has ended
     */
    default OptionalDouble progress(ObjectRef<?> ref) {
        throw new UnsupportedOperationException("only the driver's session knows how far tasks are");
    }

    /**
     * Has something run once a get would not wait, or the session has ended: by the thread that completes futures.
     *
     * @param ref stays reachable during the call, not longer
     * @param action may use the ref, whatever becomes of it; is run once
     */
    void whenReady(ObjectRef<?> ref, Runnable action);

    /**
     * What is completed with the value of a ref.
     *
     * @param <T> type of the value
     * @param ref stays reachable during the call, not longer
     * @return a new one
     */
    <T extends @Nullable Object> CompletableFuture<T> future(ObjectRef<T> ref);

    /**
     * The refs in the order in which they become ready.
     *
     * @param <T> type of the values
     * @param refs stay reachable during the call; each is given as often as it is here
     * @return to take them from
     */
    <T extends @Nullable Object> ReadyRefs<T> watch(List<ObjectRef<T>> refs);

    /**
     * Which of the refs are ready, once {@code wanted} of them are or the time is over; by position.
     *
     * @param refs at least one; they stay reachable during the call
     * @param wanted 0 to their number
     * @param timeout null for ever
     * @return true for those that are ready; may be more than wanted
     */
    boolean[] await(List<? extends ObjectRef<?>> refs, int wanted, @Nullable Duration timeout);

    /**
     * Submits a task and returns the ref of its result.
     *
     * @param <T> type of the result
     * @param request its arguments stay reachable during the call, not longer
     * @return a ref to the result
     */
    <T extends @Nullable Object> ObjectRef<T> submit(TaskRequest request);

    /**
     * Submits a task that returns several results.
     *
     * @param <T> type of the results
     * @param request its arguments stay reachable during the call, not longer
     * @param count how many
     * @return a ref to each
     */
    <T extends @Nullable Object> List<ObjectRef<T>> submitEach(TaskRequest request, int count);

    /**
     * Submits a task that emits items.
     *
     * @param <T> type of the items
     * @param request its arguments, among them an {@link EmitterArgument}, stay reachable during the call, not longer
     * @param window how many items may be stored and not read
     * @return to read them from
     */
    <T extends @Nullable Object> RefStream<T> submitStream(TaskRequest request, int window);

    /**
     * What is next in a stream, which is taken by that: its task may go on.
     *
     * @param node stays reachable during the call
     * @param timeout null for ever
     * @return the item, or the end
     */
    StreamItem next(ObjectRef<?> node, @Nullable Duration timeout);

    /**
     * Gives an object a name.
     *
     * @param name 1 to 224 bytes of UTF-8
     * @param ref stays reachable during the call
     */
    void publish(String name, ObjectRef<?> ref);

    /**
     * The object of that name.
     *
     * @param <T> type of its value
     * @param name as it was given
     * @return empty when there is none
     */
    <T extends @Nullable Object> Optional<ObjectRef<T>> lookup(String name);

    /**
     * Takes a name away.
     *
     * @param name as it was given
     * @return false when no object has it
     */
    boolean unpublish(String name);

    /**
     * What the node holds and has done.
     *
     * @return read without stopping anything
     */
    NodeStats stats();

    /**
     * Where the node's store listens.
     *
     * @return path of its socket
     */
    Path socket();

    /**
     * Waits until every task of the node has ended. A driver's only.
     *
     * @param timeout zero or less looks once
     * @return false when the time was over first
     */
    boolean awaitTasks(Duration timeout);

    /** Ends the runtime: a driver's takes its node with it. Closing twice is fine. */
    @Override
    void close();
}
