package io.atoll.scheduler;

import java.util.List;

/**
 * Whom the death of a worker is charged to, of the tasks that it left unfinished. Made before anything is changed, since it
 * looks at where they stood.
 */
final class Charges {
    /** A helped one had another below it on its thread. */
    private final List<Task> onCpu;

    private final boolean alone;

    Charges(List<Task> left) {
        onCpu = left.stream()
                .filter(task -> !task.isBlocked() && task.state != Task.State.WAITING)
                .toList();
        alone = onCpu.size() == 1 && onCpu.get(0).state == Task.State.RUNNING;
    }

    /** It alone can have done it, or has been a suspect too often. */
    boolean isCharged(Task task) {
        return onCpu.contains(task) && (alone || task.suspicions >= Scheduler.SUSPICIONS);
    }

    /** It or one beside it has done it. */
    boolean isSuspect(Task task) {
        return onCpu.contains(task) && !alone;
    }
}
