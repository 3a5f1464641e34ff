package io.atoll.internal.node;

import io.atoll.ObjectId;
import io.atoll.TaskException;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.store.NativeStore;
import io.atoll.store.ObjectStore;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.LoggerFactory;

/**
 * Results that are errors of the node's making: put in the place of what no task will make, or kept here when the store
 * has no room even for them. Who has the scheduler's turn writes; {@link #unstored} is for any thread. A node has one.
 */
final class Failures {
    private static final int MOST_UNSTORED = 1000;

    private final NativeStore store;
    private final ObjectCodec codec;
    /** Errors that found no room, the newest of them. */
    private final Map<ObjectId, TaskException> unstored = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ObjectId, TaskException> eldest) {
            return size() > MOST_UNSTORED;
        }
    });

    Failures(NativeStore store, ObjectCodec codec) {
        this.store = store;
        this.codec = codec;
    }

    /** Whether the object is there, or never will be. Throws for an id of nowhere. */
    boolean isReady(ObjectId id) {
        return store.state(id) != ObjectStore.State.EXPECTED;
    }

    /** The error is the object's value from now on, unless it has one already. */
    void put(ObjectId id, TaskException error) {
        // Made here, where it says nothing.
        error.setStackTrace(new StackTraceElement[0]);
        try {
            codec.putError(id, error);
        } catch (RuntimeException | OutOfMemoryError e) {
            if (isReady(id)) {
                return; // Its worker was faster.
            }
            // No room for the reason either: it is kept here, and who waits hears that the result is lost.
            unstored.put(id, error);
            store.delete(id);
            LoggerFactory.getLogger(SchedulerThread.class)
                    .warn("{}; this cannot be stored as its result: {}", error.getMessage(), e.toString());
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
    TaskException unstored(ObjectId id) {
        return unstored.get(id);
    }
}
