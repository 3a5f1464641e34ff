package io.atoll.internal.run;

import io.atoll.ObjectId;
import io.atoll.TaskException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Each element of what the function returns is a result of its own, and the task's own object is null, stored last. What an
 * earlier run has stored stays.
 */
public final class Parts implements Delivery {
    private final ResultWriter writer;
    private final Run run;
    private final List<ObjectId> parts;

    public Parts(ResultWriter writer, Run run, List<ObjectId> parts) {
        this.writer = writer;
        this.run = run;
        this.parts = parts;
    }

    @Override
    public void succeed(@Nullable Object value) {
        @Nullable Object[] elements = elements(value);
        if (elements == null || elements.length != parts.size()) {
            fail(run.failure(
                    new IllegalStateException("the task was to return " + parts.size() + " results, and returned "
                            + (elements == null ? "no list, collection or array of them" : elements.length + ""))));
            return;
        }
        for (int i = 0; i < elements.length; ++i) {
            if (!writer.isSealed(parts.get(i))) {
                writer.storeOrFail(run, parts.get(i), elements[i]);
            }
        }
        writer.storeOrFail(run, run.task, null);
    }

    /** Null when there are none. */
    private static @Nullable Object @Nullable [] elements(@Nullable Object value) {
        if (value instanceof Collection<?> collection) {
            return collection.toArray();
        }
        return value instanceof Object[] array ? Arrays.copyOf(array, array.length, Object[].class) : null;
    }

    @Override
    public boolean canBeEndedNow() {
        return true;
    }

    @Override
    public void fail(TaskException failure) {
        for (ObjectId part : parts) {
            if (!writer.isSealed(part)) {
                writer.putError(run, part, failure);
            }
        }
        writer.putError(run, run.task, failure);
    }
}
