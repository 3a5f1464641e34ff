package io.atoll.internal.runtime;

import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.internal.node.ReadyEvents;
import io.atoll.internal.run.Awaited;
import io.atoll.internal.store.Waiting;
import io.atoll.spi.ReadyRefs;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Refs in the order in which events say that they are ready. Taken from by one thread, told by another. */
final class ReadyQueue<T> implements ReadyRefs<T> {
    private static final Object ENDED = new Object();
    /** Before others have what the calling thread holds. */
    private static final long SHORTLY_NANOS = 20_000;

    private final ClientRuntime runtime;
    private final Map<ObjectId, ArrayDeque<ObjectRef<T>>> refs = new HashMap<>();
    private final Told told = new Told();
    private int left;

    /** What is told keeps no ref: who drops the queue half-way drops what is left in it. */
    private static final class Told implements ReadyEvents.Listener {
        /** Ids, and {@link #ENDED}. */
        final LinkedBlockingQueue<Object> ready = new LinkedBlockingQueue<>();

        @Override
        public void ready(ObjectId id) {
            ready.add(id);
        }

        @Override
        public void ended() {
            ready.add(ENDED);
        }
    }

    ReadyQueue(ClientRuntime runtime, List<ObjectRef<T>> all) {
        this.runtime = runtime;
        left = all.size();
        for (ObjectRef<T> ref : all) {
            refs.computeIfAbsent(ref.id(), id -> new ArrayDeque<>(1)).add(ref);
        }
    }

    /** Who is to be told of them. */
    ReadyEvents.Listener listener() {
        return told;
    }

    @Override
    public @Nullable ObjectRef<T> take(@Nullable Duration timeout) {
        if (left == 0) {
            return null;
        }
        long startedAt = System.nanoTime();
        long nanos = Waiting.nanos(timeout);
        Object next = await(Math.min(nanos, SHORTLY_NANOS));
        if (next == null && nanos > 0) {
            next = runtime.blocked(
                    () -> await(Waiting.left(nanos, startedAt)),
                    () -> Waiting.left(nanos, startedAt),
                    awaited(timeout));
        }
        if (next == null) {
            return null;
        }
        if (next == ENDED) {
            told.ready.add(ENDED);
            throw new IllegalStateException("Atoll is not running in this process any more: its session is closed");
        }
        --left;
        return Objects.requireNonNull(refs.get((ObjectId) next), "it was asked for")
                .remove();
    }

    private Awaited awaited(@Nullable Duration timeout) {
        return new Awaited() {
            @Override
            public boolean isOver() {
                return !told.ready.isEmpty();
            }

            @Override
            public Missing missing() { // What is taken leaves an empty place, and nothing is taken while this is asked.
                List<ObjectId> open = refs.entrySet().stream()
                        .filter(each -> !each.getValue().isEmpty())
                        .map(Map.Entry::getKey)
                        .toList();
                return timeout == null ? Missing.of(open, 1) : Missing.UNKNOWN;
            }
        };
    }

    private @Nullable Object await(long nanos) {
        try {
            return told.ready.poll(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Waiting.interrupted("waiting for the next of " + left + " objects");
        }
    }
}
