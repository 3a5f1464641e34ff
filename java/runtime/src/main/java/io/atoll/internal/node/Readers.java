package io.atoll.internal.node;

import io.atoll.ObjectId;
import io.atoll.internal.call.ScheduledCall;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.ObjectStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Finds the tasks whose streams nobody reads any more. One that emits sees that by itself; one that is queued, or waits for
 * something else, does not. And has the node let go of streams that it keeps for another run of a task that reads them, from
 * where they stood when they were given: once somebody has waited for room, since all that has been read since then is kept
 * by that. Who has the scheduler's turn.
 */
final class Readers {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final NativeStore store;
    private final Set<ScheduledCall> streams = new LinkedHashSet<>();
    /** Calls that read streams, and how often somebody had waited for room when they had them. */
    private final Map<ScheduledCall, Long> reading = new HashMap<>();

    private long lookedAt = System.nanoTime();

    Readers(NativeStore store) {
        this.store = store;
    }

    /** If it is the call of a stream. */
    void add(ScheduledCall call) {
        if (call.stream() != null) {
            streams.add(call);
        }
    }

    /** Who runs the call has the streams that it was given. */
    void given(ScheduledCall call) {
        reading.put(call, store.bell(NativeStore.PRESSURE_BELL));
    }

    void remove(ScheduledCall call) {
        if (call.stream() != null) {
            streams.remove(call);
        }
        if (!reading.isEmpty()) {
            reading.remove(call);
        }
    }

    /** To be called after each round. Each task is cancelled once. */
    void look(long now, Consumer<ObjectId> cancel) {
        if ((streams.isEmpty() && reading.isEmpty()) || now - lookedAt < LOOK_NANOS) {
            return;
        }
        lookedAt = now;
        letGo();
        List<ScheduledCall> unread = new ArrayList<>();
        for (ScheduledCall each : streams) {
            if (!isRead(each)) {
                unread.add(each);
            }
        }
        unread.forEach(streams::remove);
        unread.forEach(each -> cancel.accept(each.task.id()));
    }

    private void letGo() {
        if (reading.isEmpty()) {
            return;
        }
        long rung = store.bell(NativeStore.PRESSURE_BELL);
        reading.entrySet().removeIf(each -> {
            ScheduledCall call = each.getKey();
            if (call.isGiven() && each.getValue() != rung) { // else it is about to be run again, from there
                call.letGo().forEach(store::dereference);
            }
            return !call.isGiven() || call.hasLetGo();
        });
    }

    private boolean isRead(ScheduledCall call) {
        ObjectId readers = Objects.requireNonNull(call.stream(), "stream").readers();
        return store.state(readers) != ObjectStore.State.ABSENT;
    }
}
