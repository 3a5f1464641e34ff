package io.atoll.concurrent;

import org.jspecify.annotations.Nullable;

/**
 * Where a task that is a stream puts its items, one by one: the last parameter of a function that {@link
 * io.atoll.Atoll#stream} calls. Any thread of the task, one at a time.
 *
 * @param <T> type of the items
 * @since 0.1
 */
@FunctionalInterface
public interface Emitter<T extends @Nullable Object> {
    /**
     * Stores an item, for whoever reads the stream. Waits while those that are not read are as many as the window; the task
     * gives its CPU to others meanwhile.
     *
     * @param item what it is made of is given away, as by a return; may be null
     * @throws java.util.concurrent.CancellationException when the task is cancelled, or nobody is left to read the stream
     * @throws io.atoll.UnserializableException when it cannot be stored
     * @throws io.atoll.ObjectStoreFullException when there is no room for it
     */
    void emit(T item);
}
