package io.atoll.internal.node;

import io.atoll.ObjectId;
import io.atoll.internal.call.ScheduledCall;
import io.atoll.internal.store.ObjectStore;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Finds the tasks whose streams nobody reads any more. One that emits sees that by itself; one that is queued, or waits for
 * something else, does not. Who has the scheduler's turn.
 */
final class Readers {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final ObjectStore store;
    private final Set<ScheduledCall> streams = new LinkedHashSet<>();
    private long lookedAt = System.nanoTime();

    Readers(ObjectStore store) {
        this.store = store;
    }

    /** If it is the call of a stream. */
    void add(ScheduledCall call) {
        if (call.stream() != null) {
            streams.add(call);
        }
    }

    void remove(ScheduledCall call) {
        if (call.stream() != null) {
            streams.remove(call);
        }
    }

    /** To be called after each round. Each task is cancelled once. */
    void look(long now, Consumer<ObjectId> cancel) {
        if (streams.isEmpty() || now - lookedAt < LOOK_NANOS) {
            return;
        }
        lookedAt = now;
        List<ScheduledCall> unread = new ArrayList<>();
        for (ScheduledCall each : streams) {
            if (!isRead(each)) {
                unread.add(each);
            }
        }
        unread.forEach(streams::remove);
        unread.forEach(each -> cancel.accept(each.task.id()));
    }

    private boolean isRead(ScheduledCall call) {
        ObjectId readers = Objects.requireNonNull(call.stream(), "stream").readers();
        return store.state(readers) != ObjectStore.State.ABSENT;
    }
}
