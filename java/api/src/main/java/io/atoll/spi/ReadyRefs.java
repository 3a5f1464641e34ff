package io.atoll.spi;

import io.atoll.ObjectRef;

/**
 * Refs in the order in which they become ready. One thread's.
 *
 * @param <T> type of the values
 */
public interface ReadyRefs<T> {
    /**
     * The next one, waiting for it as the calling thread has to.
     *
     * @return null when all have been given
     */
    ObjectRef<T> take();
}
