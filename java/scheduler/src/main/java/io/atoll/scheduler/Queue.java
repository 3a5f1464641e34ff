package io.atoll.scheduler;

import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.concurrent.WorkerEnvironment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that wait for something to get free, in the order in which they get it: first those that resume, then the
 * suspects, then the lanes, whose order and turns {@link Scheduler} states. Knows what is free, not by whom it could be
 * run; whoever takes a task out says where it goes. One thread.
 */
final class Queue {
    private final Ledger ledger;
    private final Pools pools;
    private final Predicate<Shape> served;
    private final ArrayDeque<Task> resuming = new ArrayDeque<>();
    /** Queued, in no shape. */
    private final ArrayDeque<Task> suspects = new ArrayDeque<>();
    /** Shapes of tasks that are not done: of those in no environment, */
    private final Map<Resources, Shape> known = new HashMap<>();
    /** and of the others. */
    private final Map<WorkerEnvironment, Map<Resources, Shape>> knownElsewhere = new HashMap<>();
    /** Those with queued tasks. */
    private final Set<Shape> shapes = new LinkedHashSet<>();
    /** Those that were passed over too often, first come first. */
    private final List<Shape> starved = new ArrayList<>();
    /** Groups with queued tasks; the driver's has the key null. */
    private final Map<@Nullable ObjectId, Group> groups = new HashMap<>();
    /** While {@link #next} looks: what is kept for others. */
    private final boolean[] barred;
    /** Tasks let through past a starved shape and running now. */
    private int backfills;

    private long lastTurn;
    private long lastStamp;
    private long firstStamp;

    Queue(Ledger ledger, Pools pools) {
        this.ledger = ledger;
        this.pools = pools;
        served = pools::serve;
        barred = new boolean[ledger.size()];
    }

    boolean isEmpty() {
        return shapes.isEmpty() && suspects.isEmpty() && resuming.isEmpty();
    }

    /** Whether nothing is kept of any task either: for tests. */
    boolean isClear() {
        return isEmpty()
                && known.isEmpty()
                && knownElsewhere.isEmpty()
                && starved.isEmpty()
                && groups.isEmpty()
                && backfills == 0;
    }

    // ---- those that resume

    /** One that needs no CPU need not wait behind those that do. */
    void addResuming(Task task) {
        if (task.shape.amounts[Ledger.CPU] == 0) {
            resuming.addFirst(task);
        } else {
            resuming.addLast(task);
        }
    }

    void removeResuming(Task task) {
        resuming.remove(task);
    }

    /** Takes out the first that resumes when there is a CPU for it; else null. */
    @Nullable
    Task pollResuming() {
        Task first = resuming.peek();
        return first != null && ledger.coversCpu(first.shape.amounts) ? resuming.remove() : null;
    }

    int resuming() {
        return resuming.size();
    }

    // ---- the others

    /** One that has not had its turn yet. */
    void add(Task task) {
        task.stamp = ++lastStamp;
        join(task);
        if (task.nested()) {
            task.shape.addFirst(task);
        } else {
            task.shape.addLast(task);
        }
    }

    /** Before all others of its kind: it has had its turn once. */
    void addAgain(Task task) {
        if (task.suspect) {
            suspects.add(task);
            return;
        }
        task.stamp = task.nested() ? ++lastStamp : --firstStamp;
        join(task);
        task.shape.addFirst(task);
    }

    /** One that was taken back: where it was. */
    void addBack(Task task) {
        join(task);
        task.shape.addBack(task);
    }

    /** From wherever it is, not necessarily to run. */
    void remove(Task task) {
        if (task.suspect) {
            suspects.remove(task);
            return;
        }
        Shape shape = task.shape;
        shape.remove(task);
        if (--task.group.size == 0) {
            groups.remove(task.holder());
        }
        if (shape.isEmpty()) {
            shapes.remove(shape);
            starved.remove(shape);
            shape.passedOver = 0;
        }
    }

    private void join(Task task) {
        if (task.shape == null) {
            WorkerEnvironment environment = task.environment();
            Map<Resources, Shape> alike =
                    environment.isNone() ? known : knownElsewhere.computeIfAbsent(environment, pools::meet);
            task.shape = alike.computeIfAbsent(
                    task.demand(), demand -> new Shape(demand, environment, ledger.amounts(demand)));
            task.environment = task.shape.environment;
            ++task.shape.users;
        }
        shapes.add(task.shape);
        Group group = groups.get(task.holder());
        if (group == null) {
            group = new Group(task.holder());
            group.turn = ++lastTurn;
            groups.put(task.holder(), group);
        }
        ++group.size;
        task.group = group;
    }

    /** It is done. */
    void forget(Task task) {
        if (task.shape != null && --task.shape.users == 0) {
            Map<Resources, Shape> elsewhere = knownElsewhere.get(task.shape.environment);
            if (elsewhere == null) {
                known.remove(task.shape.demand);
            } else {
                elsewhere.remove(task.shape.demand);
                knownElsewhere.values().removeIf(Map::isEmpty);
            }
        }
    }

    // ---- who is next

    /** Whether there are tasks that go before all in lanes, and cannot now, or those that go on without their CPU. */
    boolean isHeldUp() {
        return !resuming.isEmpty() || !suspects.isEmpty() || !starved.isEmpty() || ledger.isOverdrawn();
    }

    /** Of the tasks in lanes, whether it fits or not; null when there is none. */
    @Nullable
    Task first() {
        Task first = null;
        for (Shape shape : shapes) {
            Task head = shape.head();
            if (head != null && (first == null || Shape.goesBefore(head, first))) {
                first = head;
            }
        }
        return first;
    }

    /** Null when there is none. */
    @Nullable
    Task firstSuspect() {
        return suspects.peek();
    }

    /** Whether there are tasks in lanes. */
    boolean hasLanes() {
        return !shapes.isEmpty();
    }

    /** Of the tasks in lanes that somebody can take, and stays there; null when none of them fits. */
    @Nullable
    Task next() {
        return next(served);
    }

    /** The same of those of some shapes. Says whether it is a {@link Task#backfill}. */
    @Nullable
    Task next(Predicate<Shape> mayGo) {
        Arrays.fill(barred, false);
        boolean backfill = false;
        Task next = nextStarved(mayGo);
        if (next == null) {
            for (Shape shape : shapes) {
                Task head = shape.head();
                if (head == null
                        || !fits(shape)
                        || (next != null && !Shape.goesBefore(head, next))
                        || !mayGo.test(shape)) {
                    continue;
                }
                boolean past = needsBarred(shape);
                if (!past || backfills == 0) {
                    next = head;
                    backfill = past;
                }
            }
        }
        if (next != null) {
            next.backfill = backfill;
        }
        return next;
    }

    /** Null when none of the starved fits: then all that they lack is barred. */
    private @Nullable Task nextStarved(Predicate<Shape> mayGo) {
        for (Shape shape : starved) {
            if (!needsBarred(shape)) {
                if (fits(shape)) {
                    if (mayGo.test(shape)) {
                        return shape.head();
                    }
                    continue;
                }
                ledger.markLacking(shape.amounts, barred);
            }
        }
        return null;
    }

    /** The task, which is here still, is on its way: others have been passed over for it, and its group has had its turn. */
    void sent(Task task) {
        if (task.suspect) {
            return;
        }
        passOver(task.shape);
        Group group = task.group;
        group.turn = ++lastTurn;
        group.shapes.forEach(shape -> shape.moveToEnd(group));
    }

    /** So many more backfills run. */
    void countBackfills(int change) {
        backfills += change;
    }

    /** Whether what the shape demands is free, and nobody's who resumes. */
    boolean fits(Shape shape) {
        boolean isCpuTheirs = shape.amounts[Ledger.CPU] > 0 && !resuming.isEmpty();
        return !isCpuTheirs && ledger.covers(shape.amounts);
    }

    private boolean needsBarred(Shape shape) {
        for (int r = 0; r < barred.length; ++r) {
            if (barred[r] && shape.amounts[r] > 0) {
                return true;
            }
        }
        return false;
    }

    /** One of {@code sent} goes; those that do not fit, or have nobody to go to, were there too. */
    private void passOver(Shape sent) {
        if (sent.passedOver >= Scheduler.PATIENCE) {
            starved.remove(sent);
        }
        sent.passedOver = 0;
        if (shapes.size() > 1) {
            for (Shape shape : shapes) {
                boolean isPassed = shape != sent && (!fits(shape) || pools.lacks(shape));
                if (isPassed && ++shape.passedOver == Scheduler.PATIENCE) {
                    starved.add(shape);
                }
            }
        }
    }
}
