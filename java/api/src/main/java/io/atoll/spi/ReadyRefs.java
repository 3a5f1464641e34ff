package io.atoll.spi;

import io.atoll.ObjectRef;
import org.jspecify.annotations.Nullable;

/**
 * Refs in the order in which they become ready. One thread's.
 *
 * @param <T> type of the values
 */
public interface ReadyRefs<T extends @Nullable Object> {
    /**
     * The next one, waiting for it as the calling thread has to.
     *
     * @return null when all have been given
     */
    @Nullable
    ObjectRef<T> take();
}
