package io.atoll.spi;

import io.atoll.NodeStats;
import io.atoll.ObjectRef;
import java.time.Duration;
import java.util.List;

/**
 * What stands behind the static methods of {@link io.atoll.Atoll}: one per process, a driver's or a worker's. All
 * methods may be called from any thread. A null timeout waits for ever.
 */
public interface AtollRuntime extends AutoCloseable {
    <T> ObjectRef<T> put(T value);

    <T> T get(ObjectRef<T> ref, Duration timeout);

    <T> List<T> get(List<ObjectRef<T>> refs, Duration timeout);

    /** Which of the refs are ready, once {@code wanted} of them are or the time is over; by position. */
    boolean[] await(List<? extends ObjectRef<?>> refs, int wanted, Duration timeout);

    /** Submits a task and returns the ref of its result. */
    <T> ObjectRef<T> submit(TaskRequest request);

    NodeStats stats();

    /** Ends the runtime: a driver's takes its node with it. Closing twice is fine. */
    @Override
    void close();
}
