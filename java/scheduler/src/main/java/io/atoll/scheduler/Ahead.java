package io.atoll.scheduler;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that are ahead: sent to a worker behind one of the same demand that runs or is ahead there, their leader. When that has
 * ended the worker begins the one behind it at once, on the same resources, and says so together with the end. Each leader has
 * one behind it, so they are chains, which grow while tasks of that demand end one after the other, up to {@value #DEEPEST};
 * only what is next in the order of all is sent. Once one of the demand has waited or submitted another, which it will wait
 * for, none is sent until {@value #CALM} have ended: what recurses would be sent only to be taken back. A task is taken back,
 * which the claim word settles, when its leader does not run any more, when it could begin elsewhere, when anything waits that
 * goes before what is in lanes, and when {@value #PATIENCE} that were sent later have begun. What is ahead is not begun: it is
 * charged with nothing. One thread.
 */
final class Ahead {
    static final int PATIENCE = 8;
    static final int DEEPEST = 8;
    static final int CALM = 16;

    private static final Task[] NONE = {};

    private final int calm;
    private final SchedulerActions actions;
    private final Places places;
    private final Queue queue;
    private final Ledger ledger;
    private final Crew crew;
    private final Pools pools;

    /** @param calm {@link #CALM}, but for tests */
    Ahead(int calm, SchedulerActions actions, Places places, Queue queue, Ledger ledger, Crew crew, Pools pools) {
        this.calm = calm;
        this.actions = actions;
        this.places = places;
        this.queue = queue;
        this.ledger = ledger;
        this.crew = crew;
        this.pools = pools;
    }

    boolean isEmpty() {
        return places.ahead().isEmpty();
    }

    /** Whom the next task, whose turn it is, may be sent behind: the end of the shortest chain; null when there is none. */
    @Nullable
    Task leaderFor(Task next) {
        Task best = null;
        int least = next.isReserved() ? 0 : 1 - next.shape.unrest; // the deepest that may be, and one
        for (Task leader : next.shape.leaders) {
            Worker worker = crew.get(leader.worker);
            int depth = depth(leader);
            if (depth < least && worker != null && worker.mayLead()) {
                best = leader;
                least = depth;
            }
        }
        return best;
    }

    /**
     * How many are ahead up to this one; {@link #DEEPEST} behind one that takes long, or has submitted others, which it will
     * wait for.
     */
    private static int depth(Task last) {
        int depth = 0;
        for (Task each = last; each.leader != null; each = each.leader) {
            ++depth;
        }
        Task running = running(last);
        return running.firstChild == null && !running.isLong ? depth : DEEPEST;
    }

    /** The one that the chain is behind. */
    private static Task running(Task last) {
        Task each = last;
        while (each.leader != null) {
            each = each.leader;
        }
        return each;
    }

    /** One that ran has ended. */
    void ended(Shape shape) {
        shape.unrest = Math.max(shape.unrest - 1, 1 - DEEPEST);
    }

    /** One waits for something, or will. Null: one that has never been queued, since somebody helps it. */
    void disturbed(@Nullable Shape shape) {
        if (shape != null) {
            shape.unrest = calm;
        }
    }

    /** The worker says that it has begun the task, which is ahead there. Its leader has left already. */
    void begun(Task task) {
        if (task.state == Task.State.HELPED) {
            places.beginHelped(task); // so it seemed when it was to be recalled
            return;
        }
        if (task.state != Task.State.AHEAD) {
            return;
        }
        for (Task each : places.ahead().toArray(NONE)) {
            if (each == task) {
                break;
            }
            if (each.leader != null && ++each.overtaken > PATIENCE) {
                running(each).isLong = true;
                recall(each);
            }
        }
        recall(task, true); // Not taken from who says so.
    }

    /** Takes back those that are not to begin where they are. */
    void review() {
        boolean isHeldUp = queue.isHeldUp();
        if (places.anyLoose() || (isHeldUp && !isEmpty())) {
            for (Task each : places.ahead().toArray(NONE)) {
                Task leader = each.leader;
                if (leader != null && (isHeldUp || !leader.mayLead())) {
                    recall(each);
                }
            }
        }
    }

    /** Takes back the oldest of those that could be sent to run now; false when there is none. */
    boolean recallOneThatFits() {
        if (!isEmpty() && crew.mayAnyTake(Crew.ANY)) {
            Shape tried = null;
            for (Task each : places.ahead()) {
                if (each.shape != tried && ledger.covers(each.shape.amounts) && pools.mightServe(each.shape)) {
                    recall(each);
                    return true;
                }
                tried = each.shape;
            }
        }
        return false;
    }

    /** Takes back those at the worker, which is dead or about to be. */
    void recallFrom(int worker) {
        for (Task each : places.ahead().toArray(NONE)) {
            if (each.leader != null && each.worker == worker) {
                recall(each);
            }
        }
    }

    /** Of which there are some ahead. */
    Set<Shape> shapes() {
        Set<Shape> shapes = new LinkedHashSet<>();
        places.ahead().forEach(task -> shapes.add(task.shape));
        return shapes;
    }

    /**
     * It and those behind it are in the queue then, unless somebody has begun it: a thread there that waits for it and holds
     * the resources of another task, or that of its leader, of whose end has not been heard then, see {@link #begun}.
     */
    void recall(Task task) {
        recall(task, false);
    }

    private void recall(Task task, boolean isBegun) {
        Task behind = task.follower;
        int client = actions.recall(task) ? Scheduler.NOBODY : actions.claimedBy(task);
        if (client == Scheduler.NOBODY) {
            places.takeBack(task);
        } else if (isBegun && client == task.worker) {
            places.begin(task);
        } else {
            places.help(task, client);
        }
        if (behind != null && task.state != Task.State.RUNNING) {
            recall(behind);
        }
    }
}
