package io.atoll.internal.runtime;

import io.atoll.ObjectId;
import io.atoll.internal.run.Awaited;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Objects of which some are waited for. */
record AwaitedObjects(
        ClientRuntime runtime,
        ObjectId[] ids,
        int wanted,
        @Nullable Duration timeout) implements Awaited {
    @Override
    public boolean isOver() {
        int ready = 0;
        for (int i = 0; i < ids.length && ready < wanted; ++i) {
            ready += runtime.isReady(ids[i]) ? 1 : 0;
        }
        return ready >= wanted;
    }

    @Override
    public Missing missing() {
        if (timeout != null) {
            return Missing.UNKNOWN;
        }
        List<ObjectId> missing = new ArrayList<>();
        for (ObjectId id : ids) {
            if (!runtime.isReady(id)) {
                missing.add(id);
            }
        }
        return Missing.of(missing, wanted - (ids.length - missing.size()));
    }
}
