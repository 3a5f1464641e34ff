package io.atoll;

import io.atoll.spi.ReadyRefs;
import io.atoll.spi.Runtimes;
import java.io.Serializable;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
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
     * Copies both lists, which do not change any more.
     *
     * @param ready refs whose get returns, or throws, without waiting
     * @param unready all the others
     */
    public WaitResult {
        ready = List.copyOf(ready);
        unready = unready instanceof OpenRefs ? unready : List.copyOf(unready);
    }

    /**
     * The refs that a wait has left open, as they were then. A loop that waits for some of them again, and again for some of what
     * that leaves, costs what becomes ready and not what is open: its lists share what is open now, and a watch of that; an older
     * one knows besides what the next has not any more, so that nothing is kept which no list in use has. A loop is taken further
     * from its last list alone. Any thread.
     */
    static final class OpenRefs<T extends @Nullable Object> extends AbstractList<ObjectRef<T>> implements Serializable {
        private static final long serialVersionUID = 1;

        private final transient Loop<T> loop;
        private final int size;
        /** Null in the last list of the loop. Guarded by that. */
        private transient @Nullable Later<T> later;

        private transient volatile @Nullable List<ObjectRef<T>> elements;

        private OpenRefs(Loop<T> loop, int size) {
            this.loop = loop;
            this.size = size;
        }

        /** What the next list has not any more, and where. */
        private record Later<T extends @Nullable Object>(
                List<Integer> places, List<ObjectRef<T>> given, OpenRefs<T> next) {}

        static <T extends @Nullable Object> List<ObjectRef<T>> of(List<ObjectRef<T>> refs) {
            return new OpenRefs<>(new Loop<>(refs), refs.size());
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public ObjectRef<T> get(int index) {
            List<ObjectRef<T>> all = elements;
            if (all == null) {
                all = collect();
                elements = all;
            }
            return all.get(index);
        }

        /** Elsewhere it is a list as any other. */
        private Object writeReplace() {
            return List.copyOf(this);
        }

        private List<ObjectRef<T>> collect() {
            @Nullable ObjectRef<T>[] all;
            synchronized (loop) {
                all = loop.open.clone();
                for (Later<T> each = later; each != null; each = each.next.later) {
                    for (int i = 0; i < each.places.size(); ++i) {
                        all[each.places.get(i)] = each.given.get(i);
                    }
                }
            }
            List<ObjectRef<T>> found = new ArrayList<>(size);
            for (ObjectRef<T> ref : all) {
                if (ref != null) {
                    found.add(ref);
                }
            }
            return found;
        }

        /**
         * Waits for so many of them: more than none, and not all.
         *
         * @return null when the loop has gone on from here already, or is doing so
         */
        @Nullable
        WaitResult<T> await(int numReturns, @Nullable Duration timeout) {
            if (!loop.turn.tryLock()) {
                return null;
            }
            try {
                if (hasGoneOn()) {
                    return null;
                }
                List<Integer> places = loop.take(numReturns, timeout);
                synchronized (loop) {
                    List<ObjectRef<T>> given = loop.give(places);
                    OpenRefs<T> next = new OpenRefs<>(loop, size - given.size());
                    later = new Later<>(places, given, next);
                    return new WaitResult<>(given, next);
                }
            } finally {
                loop.turn.unlock();
            }
        }

        private boolean hasGoneOn() {
            synchronized (loop) {
                return later != null;
            }
        }

        /** What the lists share. Who waits has the turn meanwhile; what is open changes in a moment, guarded by this. */
        private static final class Loop<T extends @Nullable Object> {
            final ReentrantLock turn = new ReentrantLock();
            /** By place; null once it is given. Changed by who has the turn, and guarded by this. */
            final @Nullable ObjectRef<T>[] open;
            /** Where a ref is; null before the first wait, which has them watched. */
            private @Nullable Map<ObjectRef<T>, List<Integer>> places;

            private @Nullable ReadyRefs<T> watch;
            /** Where there are refs that are ready and not given: the wait for more has been broken off. */
            private final Deque<List<Integer>> taken = new ArrayDeque<>();

            @SuppressWarnings("unchecked")
            Loop(List<ObjectRef<T>> refs) {
                open = refs.toArray(new ObjectRef[0]);
            }

            /** The places, in their order, of so many that are ready, or of fewer when time is over. */
            List<Integer> take(int numReturns, @Nullable Duration timeout) {
                long startedAt = System.nanoTime();
                Map<ObjectRef<T>, List<Integer>> all = watched();
                List<Integer> ready = new ArrayList<>(numReturns);
                while (ready.size() < numReturns && !taken.isEmpty()) {
                    ready.addAll(taken.remove());
                }
                boolean isDone = false;
                try {
                    while (ready.size() < numReturns) {
                        ObjectRef<T> next = Objects.requireNonNull(watch)
                                .take(timeout == null ? null : timeout.minusNanos(System.nanoTime() - startedAt));
                        if (next == null) {
                            look(numReturns, all, ready); // What is ready now may not have been told yet.
                            break;
                        }
                        found(next, all, ready);
                    }
                    isDone = true;
                } finally {
                    if (!isDone) {
                        taken.add(ready);
                    }
                }
                ready.sort(null);
                return ready;
            }

            private void look(int numReturns, Map<ObjectRef<T>, List<Integer>> all, List<Integer> ready) {
                List<ObjectRef<T>> left = new ArrayList<>(all.size());
                for (ObjectRef<T> ref : open) {
                    if (ref != null && all.containsKey(ref)) {
                        left.add(ref);
                    }
                }
                boolean[] isReady =
                        Runtimes.current().await(left, Math.min(left.size(), numReturns - ready.size()), Duration.ZERO);
                for (int i = 0; i < isReady.length && ready.size() < numReturns; ++i) {
                    if (isReady[i]) {
                        found(left.get(i), all, ready);
                    }
                }
            }

            /** It is told later of what a look has found, which has no places any more. */
            private static <T extends @Nullable Object> void found(
                    ObjectRef<T> ref, Map<ObjectRef<T>, List<Integer>> all, List<Integer> ready) {
                ref.setReady();
                ready.addAll(all.getOrDefault(ref, List.of()));
                all.remove(ref);
            }

            List<ObjectRef<T>> give(List<Integer> where) {
                List<ObjectRef<T>> given = new ArrayList<>(where.size());
                for (int place : where) {
                    given.add(Objects.requireNonNull(open[place]));
                    open[place] = null;
                }
                return given;
            }

            private Map<ObjectRef<T>, List<Integer>> watched() {
                Map<ObjectRef<T>, List<Integer>> all = places;
                if (all != null) {
                    return all;
                }
                all = new HashMap<>(2 * open.length);
                for (int i = 0; i < open.length; ++i) {
                    all.computeIfAbsent(Objects.requireNonNull(open[i]), ref -> new ArrayList<>(1))
                            .add(i);
                }
                List<ObjectRef<T>> distinct = new ArrayList<>(all.size());
                all.values().forEach(where -> distinct.add(Objects.requireNonNull(open[where.get(0)])));
                ObjectRef.enterAll(Arrays.asList(open));
                try {
                    watch = Runtimes.current().watch(distinct);
                } finally {
                    ObjectRef.leaveAll(Arrays.asList(open));
                }
                places = all;
                return all;
            }
        }
    }
}
