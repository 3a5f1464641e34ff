package io.atoll.scheduler;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A client that takes tasks, as the scheduler sees it. One thread. */
final class Worker {
    final int id;
    final WorkerKind kind;
    /** All that it has: running, blocked, resuming, helped. */
    final Set<Task> tasks = Collections.newSetFromMap(new LinkedHashMap<>());
    /** Those of them that hold a CPU, or would if they needed one. */
    int running;

    /** Those that run and are suspects: one at most, and nothing beside it. */
    int suspects;
    /**
     * It gets nothing more until what runs there has ended and a suspect has been there, or one of another kind is in its
     * place. Found out in each round.
     */
    boolean isReserved;

    /** It is dead, and has not been buried. */
    boolean isGone;
    /** It is being killed, for what one of its tasks does: the others have no part in that. */
    boolean doomed;
    /** The task whose fault that is; null when it is nobody's. */
    @Nullable
    Task culprit;

    /** Tasks that have begun there, those that it has helped with included; after {@link #limit} it takes no more. */
    long begun;
    /** Tasks that are ahead there. */
    int ahead;
    /** See {@link Retirement}. */
    long limit;
    /** It has been said that another is to take its place, */
    boolean isReplaced;
    /** and that it is to end. */
    boolean isRetired;

    boolean full;
    /** The last round of the scheduler in which it would not take a task, */
    long refusedIn;
    /** and in which not one to be ahead. */
    long refusedAheadIn;

    /** @param limit so many tasks begin there */
    Worker(int id, WorkerKind kind, long limit) {
        this.id = id;
        this.kind = kind;
        this.limit = limit;
    }

    /** One that is full and has nothing will finish nothing that could say it is not: it is asked every time. */
    boolean mayTake(long round) {
        return suspects == 0 && !isReserved && hasRoom(round);
    }

    /** Whether it would but for what is ahead there. */
    boolean mightTake(long round) {
        return suspects == 0 && !isReserved && begun < limit && isOpen(round);
    }

    /** Whether it has nothing, and is kept for nobody. */
    boolean isIdle() {
        return tasks.isEmpty() && ahead == 0 && !doomed && !isReplaced && !isReserved;
    }

    /** Whether what runs there may have others behind it. */
    boolean mayLead(long round) {
        return refusedAheadIn != round && suspects == 0 && !isReserved && !doomed && !isGone && begun + ahead < limit;
    }

    boolean hasRoom(long round) {
        return begun + ahead < limit && isOpen(round);
    }

    private boolean isOpen(long round) {
        return !doomed && !isGone && (!full || (tasks.isEmpty() && refusedIn != round));
    }

    /** Runs fewer tasks, then has fewer; one that is full is the last choice, and none, null, the worst. */
    boolean isBetterThan(@Nullable Worker other) {
        if (other == null) {
            return true;
        }
        if (full != other.full) {
            return !full;
        }
        return running != other.running ? running < other.running : tasks.size() < other.tasks.size();
    }
}
