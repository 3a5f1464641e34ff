package io.atoll.internal.runtime;

import io.atoll.GetTimeoutException;
import io.atoll.ObjectId;
import io.atoll.TaskException;
import io.atoll.internal.objects.ObjectCodec;
import io.atoll.internal.run.Awaited;
import io.atoll.internal.store.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One get of a list: it ends with the first failure, wherever that is in the list. One thread's. */
final class ListGet {
    private final ClientRuntime runtime;
    private final ObjectId[] ids;
    private final @Nullable Object[] values;
    private final @Nullable Duration timeout; // null for ever
    private final long startedAt = System.nanoTime();

    ListGet(ClientRuntime runtime, ObjectId[] ids, @Nullable Duration timeout) {
        this.runtime = runtime;
        this.ids = ids;
        this.timeout = timeout;
        values = new Object[ids.length];
    }

    List<@Nullable Object> get() {
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
        boolean isOver = false;
        try {
            runtime.events.tell(failure, missing);
            isOver = runtime.blocked(
                    () -> failure.await(left()), () -> Waiting.nanos(left()), awaited(failure, missing));
        } finally {
            if (!isOver || failure.failed() != null) {
                runtime.events.forget(failure, missing);
            }
        }
        if (!isOver && !areAllThere(missing)) { // The last may have come, and not been told of yet.
            throw new GetTimeoutException(
                    "of " + ids.length + " objects the last " + missing.length + " are not all there after " + timeout
                            + ", " + runtime.described(anyMissing(missing), timeout) + " for one");
        }
        ObjectId failed = failure.failed();
        if (failed != null) {
            runtime.value(failed, left());
        }
    }

    private Awaited awaited(FirstFailure failure, ObjectId[] missing) {
        return new Awaited() {
            @Override
            public boolean isOver() {
                return failure.isOver();
            }

            @Override
            public Missing missing() {
                if (timeout != null) {
                    return Missing.UNKNOWN;
                }
                List<ObjectId> open = new ArrayList<>();
                for (ObjectId id : missing) {
                    if (!runtime.isReady(id)) {
                        open.add(id);
                    }
                }
                return Missing.ofUnlessOneFails(open);
            }
        };
    }

    private boolean areAllThere(ObjectId[] among) {
        for (ObjectId id : among) {
            if (!runtime.isReady(id)) {
                return false;
            }
        }
        return true;
    }

    private ObjectId anyMissing(ObjectId[] among) {
        for (ObjectId id : among) {
            if (!runtime.isReady(id)) {
                return id;
            }
        }
        return among[0]; // It has come since.
    }

    private @Nullable Duration left() {
        return Waiting.left(timeout, startedAt);
    }
}
