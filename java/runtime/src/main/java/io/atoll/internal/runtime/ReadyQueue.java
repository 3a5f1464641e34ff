package io.atoll.internal.runtime;

import io.atoll.ObjectId;
import io.atoll.ObjectRef;
import io.atoll.internal.node.ReadyEvents;
import io.atoll.spi.ReadyRefs;
import io.atoll.store.Waiting;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;

/** Refs in the order in which events say that they are ready. Taken from by one thread, told by another. */
final class ReadyQueue<T> implements ReadyRefs<T>, ReadyEvents.Listener {
    private static final Object ENDED = new Object();

    private final ClientRuntime runtime;
    private final Map<ObjectId, ArrayDeque<ObjectRef<T>>> refs = new HashMap<>();
    /** Ids, and {@link #ENDED}. */
    private final LinkedBlockingQueue<Object> ready = new LinkedBlockingQueue<>();

    private int left;

    ReadyQueue(ClientRuntime runtime, List<ObjectRef<T>> all) {
        this.runtime = runtime;
        left = all.size();
        for (ObjectRef<T> ref : all) {
            refs.computeIfAbsent(ref.id(), id -> new ArrayDeque<>(1)).add(ref);
        }
    }

    @Override
    public void ready(ObjectId id) {
        ready.add(id);
    }

    @Override
    public void ended() {
        ready.add(ENDED);
    }

    @Override
    public ObjectRef<T> take() {
        if (left == 0) {
            return null;
        }
        Object next = ready.poll();
        if (next == null) {
            next = runtime.blocked(this::await, () -> Waiting.FOREVER, () -> !ready.isEmpty());
        }
        if (next == ENDED) {
            ready.add(ENDED);
            throw new IllegalStateException("Atoll is not running in this process any more: its session is closed");
        }
        --left;
        return refs.get((ObjectId) next).remove();
    }

    private Object await() {
        try {
            return ready.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Waiting.interrupted("waiting for the next of " + left + " objects");
        }
    }
}
