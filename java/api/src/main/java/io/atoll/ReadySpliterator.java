package io.atoll;

import io.atoll.spi.ReadyRefs;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;

/**
 * Gives refs as they become ready.
 *
 * @param <T> type of the values
 */
final class ReadySpliterator<T> extends Spliterators.AbstractSpliterator<ObjectRef<T>> {
    private final ReadyRefs<T> refs;

    ReadySpliterator(ReadyRefs<T> refs, int count) {
        super(count, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.SIZED);
        this.refs = refs;
    }

    @Override
    public boolean tryAdvance(Consumer<? super ObjectRef<T>> action) {
        ObjectRef<T> next = refs.take();
        if (next != null) {
            action.accept(next);
        }
        return next != null;
    }

    /** Others would have to wait for what this one has. */
    @Override
    public Spliterator<ObjectRef<T>> trySplit() {
        return null;
    }
}
