package io.atoll.scheduler;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whom the death of a worker is charged to, of the tasks that it left unfinished. Made before anything is changed, since it
 * looks at where they stood.
 */
final class Charges {
    /** A helped one had another below it on its thread. */
    private final List<Task> onCpu;

    private final boolean alone;
    /** Whom it was killed for, which was nobody else's doing. */
    private final boolean doomed;

    private final @Nullable Task culprit;

    /** @param lost null when nobody knew it as a worker */
    Charges(List<Task> left, @Nullable Worker lost) {
        doomed = lost != null && lost.doomed;
        culprit = lost == null ? null : lost.culprit;
        onCpu = left.stream()
                .filter(task -> (!task.isBlocked() || task.detached) && task.state != Task.State.WAITING)
                .toList();
        alone = onCpu.size() == 1 && onCpu.get(0).state != Task.State.HELPED;
    }

    /** It alone can have done it, or has been a suspect too often. */
    boolean isCharged(Task task) {
        return doomed ? task == culprit : onCpu.contains(task) && (alone || task.suspicions >= Scheduler.SUSPICIONS);
    }

    /** The worker was killed for it. */
    boolean isCulprit(Task task) {
        return task == culprit;
    }

    /** It or one beside it has done it. */
    boolean isSuspect(Task task) {
        return !doomed && onCpu.contains(task) && !alone;
    }
}
