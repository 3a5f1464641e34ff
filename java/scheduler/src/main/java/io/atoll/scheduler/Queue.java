package io.atoll.scheduler;

import io.atoll.ObjectId;
import io.atoll.Resources;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tasks that wait for something to get free, in the order in which they get it: first those that resume, then the
 * suspects, then the lanes, whose order and turns {@link Scheduler} states. Knows what is free, not by whom it could be
 * run; whoever takes a task out says where it goes. One thread.
 */
final class Queue {
    private final Ledger ledger;
    private final ArrayDeque<Task> resuming = new ArrayDeque<>();
    /** Queued, in no shape. */
    private final ArrayDeque<Task> suspects = new ArrayDeque<>();
    /** Shapes with queued tasks. */
    private final Map<Resources, Shape> shapes = new LinkedHashMap<>();
    /** Those that were passed over too often, first come first. */
    private final List<Shape> starved = new ArrayList<>();
    /** Groups with queued tasks; the driver's has the key null. */
    private final Map<ObjectId, Group> groups = new HashMap<>();
    /** While {@link #next} looks: what is kept for others. */
    private final boolean[] barred;
    /** Tasks let through past a starved shape and running now. */
    private int backfills;

    private long lastTurn;
    private long lastStamp;
    private long firstStamp;

    Queue(Ledger ledger) {
        this.ledger = ledger;
        barred = new boolean[ledger.size()];
    }

    boolean isEmpty() {
        return shapes.isEmpty() && suspects.isEmpty() && resuming.isEmpty();
    }

    /** Whether nothing is kept of any task either: for tests. */
    boolean isClear() {
        return isEmpty() && starved.isEmpty() && groups.isEmpty() && backfills == 0;
    }

    // ---- those that resume

    void addResuming(Task task) {
        resuming.add(task);
    }

    void removeResuming(Task task) {
        resuming.remove(task);
    }

    /** Takes out the first that resumes when there is a CPU for it; else null. */
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
        task.group = null;
        if (shape.isEmpty()) {
            shapes.remove(shape.demand);
            starved.remove(shape);
            shape.passedOver = 0;
        }
    }

    private void join(Task task) {
        task.shape = shapes.computeIfAbsent(task.demand(), demand -> new Shape(demand, ledger.amounts(demand)));
        Group group = groups.get(task.holder());
        if (group == null) {
            group = new Group(task.holder());
            group.turn = ++lastTurn;
            groups.put(task.holder(), group);
        }
        ++group.size;
        task.group = group;
    }

    // ---- who is next

    /** Null when there is none. */
    Task firstSuspect() {
        return suspects.peek();
    }

    /** Whether there are tasks in lanes. */
    boolean hasLanes() {
        return !shapes.isEmpty();
    }

    /** Of the tasks in lanes, and stays there; null when none of them fits. Says whether it is a {@link Task#backfill}. */
    Task next() {
        Arrays.fill(barred, false);
        boolean backfill = false;
        Task next = nextStarved();
        if (next == null) {
            for (Shape shape : shapes.values()) {
                if (!fits(shape) || (next != null && !Shape.goesBefore(shape.head(), next))) {
                    continue;
                }
                boolean past = needsBarred(shape);
                if (!past || backfills == 0) {
                    next = shape.head();
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
    private Task nextStarved() {
        for (Shape shape : starved) {
            if (!needsBarred(shape)) {
                if (fits(shape)) {
                    return shape.head();
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

    /** One of {@code sent} goes; those that do not fit were there too. */
    private void passOver(Shape sent) {
        if (sent.passedOver >= Scheduler.PATIENCE) {
            starved.remove(sent);
        }
        sent.passedOver = 0;
        if (shapes.size() > 1) {
            for (Shape shape : shapes.values()) {
                if (shape != sent && !fits(shape) && ++shape.passedOver == Scheduler.PATIENCE) {
                    starved.add(shape);
                }
            }
        }
    }
}
