package io.atoll.internal.runtime;

import io.atoll.GetTimeoutException;
import io.atoll.ObjectId;
import io.atoll.TaskException;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.store.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One get of a list: it ends with the first failure, wherever that is in the list. One thread's. */
final class ListGet {
    private final ClientRuntime runtime;
    private final ObjectId[] ids;
    private final Object[] values;
    private final Duration timeout; // null for ever
    private final long startedAt = System.nanoTime();

    ListGet(ClientRuntime runtime, ObjectId[] ids, Duration timeout) {
        this.runtime = runtime;
        this.ids = ids;
        this.timeout = timeout;
        values = new Object[ids.length];
    }

    List<Object> get() {
        try {
            for (int at = 0; at < ids.length; ) {
                for (int ready = runtime.codec.getReady(ids, at, values, left()); ready > 0; --ready) {
                    runtime.arrived(ids[at++]);
                }
                if (at < ids.length) {
                    awaitAll(at);
                    values[at] = runtime.value(ids[at], left()); // It may also be lost, and says so.
                    ++at;
                }
            }
        } catch (Throwable e) {
            if (e instanceof TaskException) { // One of them is thrown, and it was asked for all.
                for (ObjectId id : ids) {
                    runtime.heard(id);
                }
            }
            ObjectCodec.closeViews(values, e);
            throw e;
        }
        return new ArrayList<>(Arrays.asList(values));
    }

    /**
     * Waits for {@code ids[from]} and those behind it; a moment for the first alone, since that is often enough. Throws what
     * the get of one throws as soon as that is known.
     */
    private void awaitAll(int from) {
        ObjectId[] missing = Arrays.copyOfRange(ids, from, ids.length);
        if (runtime.awaitFirst(missing, left())) {
            return;
        }
        FirstFailure failure = new FirstFailure(runtime.store, missing.length);
        runtime.events.tell(failure, missing);
        if (!runtime.blocked(() -> failure.await(left()), () -> Waiting.nanos(left()), failure::isOver)) {
            throw new GetTimeoutException(
                    "of " + ids.length + " objects the last " + missing.length + " are not all there after " + timeout
                            + ", " + runtime.described(anyMissing(missing), timeout) + " for one");
        }
        ObjectId failed = failure.failed();
        if (failed != null) {
            runtime.value(failed, left());
        }
    }

    private ObjectId anyMissing(ObjectId[] among) {
        for (ObjectId id : among) {
            if (!runtime.isReady(id)) {
                return id;
            }
        }
        return among[0]; // It has come since.
    }

    private Duration left() {
        return Waiting.left(timeout, startedAt);
    }
}
