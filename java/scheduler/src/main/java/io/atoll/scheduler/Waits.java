package io.atoll.scheduler;

import io.atoll.ObjectId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the threads of tasks wait for, as their workers say when they are asked: for {@link Scheduler#breakDeadlock}. One
 * thread.
 */
public final class Waits {
    private final Map<ObjectId, Wait> waits = new HashMap<>();
    private final Map<ObjectId, ObjectId> holders = new HashMap<>();

    /** For so many of these tasks to end; one that is not known has ended. */
    record Wait(List<ObjectId> tasks, int wanted) {}

    /**
     * A thread waits for objects alone, and for as long as it takes. Of one that nothing is said of it is believed that it goes
     * on by itself.
     *
     * @param holder the task whose resources the thread has
     * @param helped those that run on top of it on that thread, which go on when it does
     * @param makers of the objects, as often as there are objects; one that is no task's may be anything else
     * @param wanted so many of the objects let it go on
     */
    public void add(ObjectId holder, List<ObjectId> helped, List<ObjectId> makers, int wanted) {
        waits.put(holder, new Wait(List.copyOf(makers), wanted));
        helped.forEach(each -> holders.put(each, holder));
    }

    public void clear() {
        waits.clear();
        holders.clear();
    }

    @Nullable
    Wait of(Task holder) {
        return waits.get(holder.id());
    }

    /** The task on whose thread this one runs, without having anything itself; null when that is not known. */
    @Nullable
    ObjectId holderOf(Task task) {
        return holders.get(task.id());
    }
}
