package io.atoll.scheduler;

import io.atoll.ObjectId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which tasks wait for which objects. One thread. */
final class Dependencies {
    /** Whom to wake when an object is ready; may name tasks that have gone on meanwhile. */
    private final Map<ObjectId, List<Task>> waiting = new HashMap<>();

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Has the task wait for those of its dependencies that are not ready, which it counts. */
    void add(Task task, SchedulerActions actions) {
        for (ObjectId dependency : task.dependencies()) {
            if (!actions.isReady(dependency)) {
                waiting.computeIfAbsent(dependency, id -> new ArrayList<>()).add(task);
                ++task.missing;
            }
        }
    }

    /** The object is ready. Those that waited for it last, if any; null when nobody waited for it. */
    @Nullable
    List<Task> wake(ObjectId id) {
        List<Task> dependents = waiting.remove(id);
        if (dependents != null) {
            dependents.removeIf(task -> --task.missing > 0 || task.state != Task.State.WAITING);
        }
        return dependents;
    }
}
