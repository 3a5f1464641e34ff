package io.atoll.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.ObjectId;
import io.atoll.Resources;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/** What the scheduler of a {@link SimulatedNode} has read, and so what must go before what. */
final class SimulatedOrder {
    /** Tasks whose RESUME the scheduler has read and not answered. */
    private final Map<ObjectId, Task> resuming = new HashMap<>();
    /** When the scheduler read of it. */
    private final Map<ObjectId, Integer> readAt = new HashMap<>();

    private int reads;

    void submitRead(Task task) {
        readAt.put(task.id(), ++reads);
    }

    boolean isRead(ObjectId id) {
        return readAt.containsKey(id);
    }

    void resumeRead(Task task) {
        resuming.put(task.id(), task);
    }

    void resumeAnswered(Task task) {
        resuming.remove(task.id());
    }

    /** @param free whether nobody has it */
    void assertMayGo(Task next, Collection<Task> all, Predicate<Task> free) {
        boolean anyResuming =
                resuming.values().stream().anyMatch(task -> task.demand().quantity(Resources.CPU) > 0);
        assertThat(anyResuming && next.demand().quantity(Resources.CPU) > 0)
                .as("resuming before new")
                .isFalse();
        if (!next.dependencies().isEmpty() || next.attempt() > 0) {
            return;
        }
        for (Task other : all) {
            if (other.state == Task.State.QUEUED
                    && free.test(other)
                    && other != next
                    && other.attempt() == 0
                    && other.dependencies().isEmpty()
                    && other.environment().equals(next.environment())
                    && other.demand().equals(next.demand())) {
                int newer = Integer.compare(readAt.get(next.id()), readAt.get(other.id()));
                if (next.nested() && next.parent().equals(other.parent())) {
                    assertThat(newer).as("newest nested first").isPositive();
                } else if (!next.nested() && !other.nested()) {
                    assertThat(newer).as("oldest of the driver first").isNegative();
                }
            }
        }
    }
}
