package io.atoll;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Atoll#wait} has found, both lists in the order of the refs that it was given.
 *
 * @param <T> type of the values
 * @param ready refs whose get returns, or throws, without waiting
 * @param unready all the others
 * @since 0.1
 */
public record WaitResult<T extends @Nullable Object>(List<ObjectRef<T>> ready, List<ObjectRef<T>> unready) {
    /**
     * Copies both lists.
     *
     * @param ready refs whose get returns, or throws, without waiting
     * @param unready all the others
     */
    public WaitResult {
        ready = List.copyOf(ready);
        unready = List.copyOf(unready);
    }
}
