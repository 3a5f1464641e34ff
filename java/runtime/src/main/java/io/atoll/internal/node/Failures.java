package io.atoll.internal.node;

import io.atoll.ObjectId;
import io.atoll.ObjectStoreFullException;
import io.atoll.TaskException;
import io.atoll.internal.call.ScheduledCall;
import io.atoll.internal.call.StreamPlace;
import io.atoll.internal.log.Log;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.store.NativeStore;
import io.atoll.internal.store.ObjectStore;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Results that are errors of the node's making: put in the place of what no task will make, or kept here when the store
 * has no room even for them. Who has the scheduler's turn writes; {@link #unstored} is for any thread. A node has one.
 */
final class Failures {
    private static final int MOST_UNSTORED = 1000;
    /** For what is on disk. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final NativeStore store;
    private final ObjectCodec codec;
    private final Unheard unheard;
    private final boolean mayWait;
    /** Errors that found no room, the newest of them. */
    private final Map<ObjectId, TaskException> unstored = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ObjectId, TaskException> eldest) {
            return size() > MOST_UNSTORED;
        }
    });

    /** @param mayWait whether room is made in a full store, by writing to disk: what has none is waited for then */
    Failures(NativeStore store, ObjectCodec codec, Unheard unheard, boolean mayWait) {
        this.store = store;
        this.codec = codec;
        this.unheard = unheard;
        this.mayWait = mayWait;
    }

    /** Whether the object is there, or never will be. Throws for an id of nowhere. */
    boolean isReady(ObjectId id) {
        return store.state(id) != ObjectStore.State.EXPECTED;
    }

    /** Whether the id is one that can be asked about. */
    boolean isOfThisStore(ObjectId id) {
        return id.store() == store.storeId();
    }

    /** The error is what the call has in the place of all that it has not made. */
    void put(ScheduledCall call, TaskException error) {
        call.setFailed();
        for (ObjectId output : call.task.outputs()) {
            if (!isReady(output)) {
                put(call, output, error);
            }
        }
        if (call.stream() != null) {
            endStream(call, call.stream().node(), error);
        }
        put(call, call.task.id(), error);
    }

    /** The error of what is no task: one of several results, or a place in a stream, that found no room in its worker. */
    void putIfMissing(ObjectId result, TaskException error) {
        if (!isReady(result)) {
            put(result, error);
        }
    }

    private void put(ScheduledCall call, ObjectId result, TaskException error) {
        unheard.failed(call.task.id(), result, error.taskName(), error);
        put(result, error);
    }

    /** In the place of the first node that is not sealed. Each is pinned until the next is known. */
    private void endStream(ScheduledCall call, ObjectId first, TaskException error) {
        ObjectId node = first;
        ObjectStore.Pin pin = null;
        try {
            while (store.state(node) == ObjectStore.State.SEALED) {
                ObjectStore.Pin next = store.get(node, PATIENCE);
                if (pin != null) {
                    pin.close();
                }
                pin = next;
                if (pin.tag() != StreamPlace.NODE_TAG || pin.contained().length == 0) {
                    return; // It has ended already.
                }
                node = pin.contained()[0];
            }
            put(call, node, error);
        } catch (RuntimeException e) {
            Log.of(SchedulerThread.class)
                    .warn("{}; the stream cannot be read up to where this is to be said", error.getMessage(), e);
        } finally {
            if (pin != null) {
                pin.close();
            }
        }
    }

    /** The error is the object's value from now on, unless it has one already. */
    private void put(ObjectId id, TaskException error) {
        // Made here, where it says nothing.
        error.setStackTrace(new StackTraceElement[0]);
        try {
            store(id, error);
        } catch (RuntimeException | OutOfMemoryError e) {
            if (isReady(id)) {
                return; // Its worker was faster.
            }
            // No room for the reason either: it is kept here, and who waits hears that the result is lost.
            unstored.put(id, error);
            store.delete(id);
            Log.of(SchedulerThread.class)
                    .warn("{}; this cannot be stored as its result: {}", error.getMessage(), e.toString());
        }
    }

    /** Holds up nobody where waiting is of no use: the node stands still meanwhile. */
    private void store(ObjectId id, TaskException error) {
        try {
            codec.putErrorNow(id, error);
        } catch (ObjectStoreFullException e) {
            if (!mayWait) {
                throw e;
            }
            codec.putError(id, error);
        }
    }

    /** Whoever waits for the object hears why it will never be there, at least that. */
    void refuse(ObjectId id, String why) {
        try {
            if (!isReady(id)) {
                put(id, new TaskException(why, "", 0, 0, null));
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            try {
                store.delete(id);
            } catch (RuntimeException of) {
                // An id of nowhere.
            }
        }
    }

    /** What the result of a task would be if there had been room for it; null when that is not so. */
    @Nullable
    TaskException unstored(ObjectId id) {
        return unstored.get(id);
    }
}
