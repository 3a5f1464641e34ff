package io.atoll.spi;

import io.atoll.ObjectRef;
import java.time.Duration;
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
     * @param timeout how long at most; null for ever
     * @return null when all have been given, or none is ready in time
     */
    @Nullable
    ObjectRef<T> take(@Nullable Duration timeout);
}
