package io.atoll.internal.run;

import io.atoll.ObjectId;
import io.atoll.internal.call.ObjectWriter;
import io.atoll.internal.memory.ResultPlace;
import io.atoll.internal.store.ObjectStore;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The result of a call that runs, for as long as it runs: a task may write it in the store by itself, under the id that its
 * caller has. One for each call, tasks that a thread helps with included. The thread that runs the call.
 */
public final class ResultInPlace implements ResultPlace.InPlace {
    private final @Nullable ObjectId result; // null for a call that has several
    private volatile ObjectStore.@Nullable Creation creation; // null until the task begins it, as most never do
    private @Nullable AutoCloseable value; // what is to be returned; null until it is made

    public ResultInPlace(@Nullable ObjectId result) {
        this.result = result;
    }

    /**
     * Null when there is no room for it now, and it may not wait for that.
     *
     * @throws IllegalStateException when the thread runs no call, or that has begun its result
     */
    public static @Nullable ResultInPlace begin(ObjectWriter writer, long size, long tag, boolean mayWait) {
        ResultInPlace current = ofThisThread();
        ObjectId result = Objects.requireNonNull(current.result);
        ObjectStore.Creation begun =
                mayWait ? writer.create(result, size, 0, tag) : writer.createNow(result, size, tag);
        if (begun == null) {
            return null;
        }
        current.creation = begun;
        return current;
    }

    private static ResultInPlace ofThisThread() {
        Holder holder = Holder.current();
        Run run = holder == null ? null : holder.top();
        ResultInPlace current = run == null ? null : run.inPlace;
        if (current == null || current.result == null) {
            throw new IllegalStateException(
                    "no task runs on this thread that has one result, which could be made in place");
        }
        if (current.isOpen()) {
            throw new IllegalStateException(
                    "this task makes its result in place already: close that first, to begin another");
        }
        current.value = null;
        return current;
    }

    @Override
    public ObjectStore.Creation creation() {
        return Objects.requireNonNull(creation, "no result is begun");
    }

    @Override
    public void handOver(AutoCloseable toBeReturned) {
        value = toBeReturned;
    }

    /**
     * Seals the object if it is what the task has returned.
     *
     * @return false when the result is to be stored still
     * @throws IllegalStateException when the task has begun its result, and returns another value, which may be part of it
     */
    boolean seal(@Nullable Object returned) throws Exception {
        ObjectStore.Creation begun = creation;
        if (begun == null || !begun.isOpen()) {
            return false;
        } else if (value == null || returned != value) {
            throw new IllegalStateException("a task that has begun its result in place returns what toTensor() gives,"
                    + " neither another value nor another view of that one, or closes it first");
        }
        begun.seal();
        value.close();
        return true;
    }

    /** Nothing of it stays. */
    public void giveUp() {
        ObjectStore.Creation begun = creation;
        if (begun != null) {
            begun.close();
        }
    }

    /** Whether the task is writing it. Any thread. */
    boolean isOpen() {
        ObjectStore.Creation begun = creation;
        return begun != null && begun.isOpen();
    }
}
