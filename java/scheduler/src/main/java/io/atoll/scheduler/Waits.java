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

    /**
     * For so many of these tasks to end; one that is not known has ended.
     *
     * @param helped those that run on its thread
     * @param times that its thread has said what it waits for, without having said anything else since
     * @param question to which it has said so last
     */
    record Wait(List<ObjectId> tasks, int wanted, List<ObjectId> helped, int times, long question) {}

    private long question;

    /** All are about to be asked again. */
    public void askAgain() {
        ++question;
    }

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
        Wait before = waits.get(holder);
        int times = before == null ? 1 : before.times + 1;
        drop(holder);
        waits.put(holder, new Wait(List.copyOf(makers), wanted, List.copyOf(helped), times, question));
        helped.forEach(each -> holders.put(each, holder));
    }

    /** What its thread waits for is not known any more. */
    public void drop(ObjectId holder) {
        Wait wait = waits.remove(holder);
        if (wait != null) {
            wait.helped.forEach(each -> holders.remove(each, holder));
        }
    }

    /**
     * What was said now, and where anything happens meanwhile before that, too: who goes on has had the time between to say
     * so.
     */
    Waits counting(boolean isQuiet) {
        Waits counting = new Waits();
        waits.forEach((holder, wait) -> {
            if (wait.question == question && (isQuiet || wait.times > 1)) {
                counting.waits.put(holder, wait);
            }
        });
        holders.forEach((helped, holder) -> {
            if (counting.waits.containsKey(holder)) {
                counting.holders.put(helped, holder);
            }
        });
        return counting;
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
