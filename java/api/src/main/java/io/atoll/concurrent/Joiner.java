package io.atoll.concurrent;

import io.atoll.ObjectRef;
import io.atoll.Outcome;
import io.atoll.TaskException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link AtollScope} makes of the tasks that it has forked, and when it need not wait for the rest. One joiner is
 * for one scope, whose thread alone calls it.
 *
 * @param <T> a type that the values of all tasks have
 * @param <R> what {@link AtollScope#join} returns
 * @since 0.1
 */
public interface Joiner<T extends @Nullable Object, R extends @Nullable Object> {
    /**
     * A task has been forked.
     *
     * @param ref its result
     */
    default void onFork(ObjectRef<? extends T> ref) {}

    /**
     * A task has ended.
     *
     * @param ref its result, which is there
     * @return true when the rest is to be cancelled
     */
    boolean onComplete(ObjectRef<? extends T> ref);

    /**
     * What join returns, once nothing is waited for any more.
     *
     * @return made of the tasks that have ended
     * @throws TaskException when it is made of one that has failed
     */
    R result();

    /**
     * All of them are to succeed: the first that fails ends the others.
     *
     * @param <T> a type that all values have
     * @return gives the refs in the order of their forks, or throws what the first that failed has thrown
     */
    static <T extends @Nullable Object> Joiner<T, List<ObjectRef<T>>> allSuccessfulOrThrow() {
        return new Joiner<>() {
            private final List<ObjectRef<T>> refs = new ArrayList<>();
            private @Nullable TaskException failure;

            @Override
            @SuppressWarnings("unchecked")
            public void onFork(ObjectRef<? extends T> ref) {
                refs.add((ObjectRef<T>) ref);
            }

            @Override
            public boolean onComplete(ObjectRef<? extends T> ref) {
                if (failure == null) {
                    failure = ref.failure().orElse(null);
                }
                return failure != null;
            }

            @Override
            public List<ObjectRef<T>> result() {
                if (failure != null) {
                    throw failure;
                }
                return refs;
            }
        };
    }

    /**
     * One is to succeed: the first that does ends the others.
     *
     * @param <T> a type that all values have
     * @return gives its value, or throws what the last that failed has thrown
     */
    static <T extends @Nullable Object> Joiner<T, T> anySuccessfulOrThrow() {
        return new Joiner<>() {
            private @Nullable Outcome<? extends T> last;

            @Override
            public boolean onComplete(ObjectRef<? extends T> ref) {
                if (last == null || !last.isSuccess()) {
                    last = ref.outcome();
                }
                return last.isSuccess();
            }

            @Override
            public T result() {
                if (last == null) {
                    throw new IllegalStateException("no task was forked, so none has succeeded");
                }
                return last.orElseThrow();
            }
        };
    }

    /**
     * All of them are waited for, whatever becomes of them.
     *
     * @param <T> a type that all values have
     * @return gives the refs in the order of their forks
     */
    static <T extends @Nullable Object> Joiner<T, List<ObjectRef<T>>> awaitAll() {
        return allUntil(ref -> false);
    }

    /**
     * All of them are waited for until one is as it should be, which ends the others.
     *
     * @param <T> a type that all values have
     * @param isEnough is asked of each that has ended
     * @return gives the refs in the order of their forks; those that were cancelled are among them
     */
    static <T extends @Nullable Object> Joiner<T, List<ObjectRef<T>>> allUntil(
            Predicate<? super ObjectRef<? extends T>> isEnough) {
        Objects.requireNonNull(isEnough, "isEnough");
        return new Joiner<>() {
            private final List<ObjectRef<T>> refs = new ArrayList<>();

            @Override
            @SuppressWarnings("unchecked")
            public void onFork(ObjectRef<? extends T> ref) {
                refs.add((ObjectRef<T>) ref);
            }

            @Override
            public boolean onComplete(ObjectRef<? extends T> ref) {
                return isEnough.test(ref);
            }

            @Override
            public List<ObjectRef<T>> result() {
                return refs;
            }
        };
    }
}
