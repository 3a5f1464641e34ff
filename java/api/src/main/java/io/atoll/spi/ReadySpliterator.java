package io.atoll.spi;

import io.atoll.ObjectRef;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gives refs as they become ready.
 *
 * @param <T> type of the values
 */
public final class ReadySpliterator<T extends @Nullable Object> extends Spliterators.AbstractSpliterator<ObjectRef<T>> {
    private final ReadyRefs<T> refs;

    /**
     * Of so many.
     *
     * @param refs has them
     * @param count how many it will give
     */
    public ReadySpliterator(ReadyRefs<T> refs, int count) {
        super(count, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.SIZED);
        this.refs = refs;
    }

    @Override
    public boolean tryAdvance(Consumer<? super ObjectRef<T>> action) {
        ObjectRef<T> next = refs.take(null);
        if (next != null) {
            action.accept(next);
        }
        return next != null;
    }

    /** Others would have to wait for what this one has. */
    @Override
    public @Nullable Spliterator<ObjectRef<T>> trySplit() {
        return null;
    }
}
