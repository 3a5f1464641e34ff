package io.atoll.scheduler;

import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Tasks that are to run again, but not at once: the first to come first. One thread. */
final class Delays {
    /** Times are compared by their distance to one of them, as the clock may be anywhere. */
    private long base;

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong((Task task) -> task.due - base));

    boolean isEmpty() {
        return tasks.isEmpty();
    }

    void add(Task task, long due) {
        if (tasks.isEmpty()) {
            base = due;
        }
        task.due = due;
        tasks.add(task);
    }

    void remove(Task task) {
        tasks.remove(task);
    }

    /** Takes out one whose time has come; null when there is none. */
    @Nullable
    Task poll(long now) {
        Task first = tasks.peek();
        return first != null && first.due - now <= 0 ? tasks.remove() : null;
    }

    /** How long until there is one; {@code most} at most. */
    long next(long now, long most) {
        Task first = tasks.peek();
        return first == null ? most : Math.max(0, Math.min(most, first.due - now));
    }
}
