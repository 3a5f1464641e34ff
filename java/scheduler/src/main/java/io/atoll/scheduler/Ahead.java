package io.atoll.scheduler;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that are ahead: sent to a worker behind one of the same demand that runs or is ahead there, their leader. When that has
 * ended the worker begins the one behind it at once, on the same resources, and says so together with the end. Each leader has
 * one behind it, so they are chains, which grow while tasks of that demand end one after the other, up to {@value #FEW}, or to what
 * takes {@value #WORK_NANOS} ns where that is more, since it takes long to wake whoever sends more; only what is next in the order of
 * all is sent. Once one of the demand has waited or submitted another, which it will wait
 * for, none is sent until {@value #CALM} have ended: what recurses would be sent only to be taken back. A task is taken back,
 * which the claim word settles, when its leader does not run any more or has run for {@value #LONG_NANOS} ns, when it could begin elsewhere, when anything waits that
 * goes before what is in lanes, and when as many that were sent later have begun as may be in a chain. What is ahead is not begun: it is
 * charged with nothing. One thread.
 */
final class Ahead {
    static final int FEW = 8;
    static final int MANY = 256;
    static final long WORK_NANOS = 1_000_000;
    /** One that has run for so long is not short, whatever those were that chains were measured by. */
    static final long LONG_NANOS = 10 * WORK_NANOS;
    /** Of each so many in a full chain the beginning of one is told at once. */
    private static final int TOLD_OF_CHAIN = 4;
    /** How long tasks take is measured by so many. */
    private static final int SAMPLE = 64;

    static final int CALM = 16;

    private static final Task[] NONE = {};

    private final int calm;
    private final SchedulerActions actions;
    private final Places places;
    private final Queue queue;
    private final Ledger ledger;
    private final Crew crew;
    private final Pools pools;
    /** Of {@link #recallFromLong}. */
    private long lookedAt;
    /** Tasks of some shape take longer than they did: its chains may be too long now. */
    private boolean isTooMany;

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
        Shape shape = next.shape;
        int least =
                next.isReserved() ? 0 : Math.min(1 - shape.unrest, shape.deepest); // the deepest that may be, and one
        for (Task leader : next.shape.leaders) {
            int depth = depth(leader);
            if (depth < least && crew.mayLead(leader.worker)) {
                best = leader;
                least = depth;
            }
        }
        return best;
    }

    /**
     * How many are ahead up to this one; more than there may be behind one that takes long, or has submitted others, which it
     * will wait for.
     */
    private static int depth(Task last) {
        Task running = running(last);
        return running.firstChild == null && !running.isLong ? (int) (last.place - running.place) : Integer.MAX_VALUE;
    }

    /** The one that the chain is behind. */
    private static Task running(Task last) {
        return last.chain == null ? last : last.chain.running;
    }

    /** Whether the beginning of one behind this is to be told at once: some are left ahead then, and more can be sent. */
    static boolean isToldBehind(Task leader) {
        return (leader.place + 1) % (leader.shape.deepest / TOLD_OF_CHAIN) == 0;
    }

    /** Takes back what waits behind one that takes long, since others may be free before. Whether there was any. */
    boolean recallFromLong() {
        if (isEmpty() || places.now() - lookedAt < LONG_NANOS / 4) {
            return false;
        }
        lookedAt = places.now();
        boolean isAny = false;
        for (Task each : places.ahead().toArray(NONE)) {
            Task leader = each.leader;
            if (leader != null
                    && leader.state == Task.State.RUNNING
                    && !leader.isLong
                    && lookedAt - leader.begunAt > LONG_NANOS) {
                leader.isLong = true;
                recall(each);
                isAny = true;
            }
        }
        return isAny;
    }

    /** One that ran has ended. */
    void ended(Shape shape) {
        shape.unrest = Math.max(shape.unrest - 1, 1 - MANY);
        long nanos = places.now() - shape.sampledAt;
        // The clock stands while what many have said is read: what comes then says nothing of how long they take.
        if (++shape.ended >= SAMPLE && nanos >= WORK_NANOS / 4 || nanos > LONG_NANOS) {
            long each = nanos * Math.max(1, shape.leaders.size()) / shape.ended;
            int before = shape.deepest;
            shape.deepest = (int) Math.max(FEW, Math.min(MANY, WORK_NANOS / Math.max(1, each)));
            shape.sampledAt = places.now();
            shape.ended = 0;
            isTooMany |= shape.deepest < before / 4; // Not for what a busy machine adds.
        }
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
        List<Task> overtaken = List.of();
        for (Task each : places.ahead()) {
            if (each == task) {
                break;
            }
            if (++each.overtaken > each.shape.deepest) {
                overtaken = overtaken.isEmpty() ? new ArrayList<>() : overtaken;
                overtaken.add(each);
            }
        }
        for (Task each : overtaken) {
            if (each.leader != null) { // It has not been taken back with the one that it was behind.
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
        if (isTooMany) {
            isTooMany = false;
            for (Task each : places.ahead().toArray(NONE)) {
                if (each.leader != null && each.place - running(each).place > each.shape.deepest) {
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

    private void recall(Task first, boolean isBegun) {
        Task behind = first.follower;
        recallOne(first, isBegun);
        for (Task task = first; behind != null && task.state != Task.State.RUNNING; ) {
            task = behind;
            behind = task.follower;
            recallOne(task, false);
        }
    }

    private void recallOne(Task task, boolean isBegun) {
        int client = actions.recall(task) ? Scheduler.NOBODY : actions.claimedBy(task);
        if (client == Scheduler.NOBODY) {
            places.takeBack(task);
        } else if (isBegun && client == task.worker) {
            places.begin(task);
        } else {
            places.help(task, client);
        }
    }
}
