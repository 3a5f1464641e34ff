package io.atoll.scheduler;

import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.scheduler.SchedulerActions.Dispatch;
import io.atoll.scheduler.SchedulerActions.Failure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Decides which task runs where and when. A state machine of one thread: each method takes one event, does all that
 * follows from it through {@link SchedulerActions}, and returns; it knows no clock, no thread and no memory but its own.
 *
 * <p><b>Order.</b> The tasks that one task has submitted go newest first; the driver's in the order of their submission.
 * These groups, the driver's being one, take turns. A task that does not fit now is passed by those of other demands. When that has happened {@value
 * #PATIENCE} times to one demand, what it lacks is kept for it: of the others that need the same, only one at a time is
 * let through, so that even a demand that never can be met does not stop the node.
 *
 * <p><b>Resources.</b> A task that runs holds its demand. While it is blocked it holds all but its CPU, which it gets
 * back by {@link #resume} before any new task gets one. A helped task, claimed by a thread that already holds the
 * resources of another task, holds nothing: if it has to wait, the task whose resources the thread holds is the one that
 * is blocked, and whose id {@link #blocked} and {@link #resume} carry.
 *
 * <p><b>Deaths.</b> A task that ran alone on the CPUs of a worker that dies is charged with it. Were there several, they are
 * suspects: each is run again with nothing beside it in a worker, uncharged, at most {@value #SUSPICIONS} times. Who
 * was blocked is run again and never charged. A task without retries is not begun again, whoever killed its worker.
 *
 * <p><b>Deadlocks.</b> {@link #breakDeadlock} is for when nothing has happened for a while.
 *
 * <p><b>Truth.</b> What a client says counts only while it has the task: late, repeated and foreign messages change
 * nothing. Whether a task has ended when its client dies is asked of the object, not of the client.
 */
public final class Scheduler {
    /** No client. */
    public static final int NOBODY = -1;

    static final int PATIENCE = 64;
    /** So often a task may have been beside another when their worker died. */
    static final int SUSPICIONS = 3;

    private final SchedulerActions actions;
    private final Ledger ledger;
    /** While {@link #sendOne} looks: what is kept for others. */
    private final boolean[] barred;

    /** Every task that is not done. */
    private final Map<ObjectId, Task> tasks = new HashMap<>();
    /** Whom to wake when an object is ready; may name tasks that have gone on meanwhile. */
    private final Map<ObjectId, List<Task>> waiting = new HashMap<>();
    /** Shapes with queued tasks. */
    private final Map<Resources, Shape> shapes = new LinkedHashMap<>();
    /** Those that were passed over too often, first come first. */
    private final List<Shape> starved = new ArrayList<>();

    /** Groups with queued tasks; the driver's has the key null. */
    private final Map<ObjectId, Group> groups = new HashMap<>();

    private long lastTurn;

    /** Queued, in no shape. */
    private final ArrayDeque<Task> suspects = new ArrayDeque<>();

    private final ArrayDeque<Task> resuming = new ArrayDeque<>();
    private final Map<Integer, Worker> workers = new TreeMap<>();
    /** Tasks let through past a starved shape and running now. */
    private int backfills;

    private int waitingTasks;
    private int queuedTasks;

    /** Counts {@link #sendAll}. */
    private long round;

    private long lastStamp;
    private long firstStamp;

    /** One scheduler for a node with these resources. */
    public Scheduler(Resources node, SchedulerActions actions) {
        this.actions = actions;
        ledger = new Ledger(node);
        barred = new boolean[ledger.size()];
    }

    /** Takes in a new task. One whose id is known already is ignored; one that can never run here fails at once. */
    public void submit(Task task) {
        if (tasks.containsKey(task.id())) {
            return;
        }
        tasks.put(task.id(), task);
        String lack = lacks(task.demand());
        if (lack != null) {
            actions.fail(task, Failure.INFEASIBLE, lack);
            complete(task);
            sendAll();
            return;
        }
        for (ObjectId dependency : task.dependencies()) {
            if (!actions.isReady(dependency)) {
                waiting.computeIfAbsent(dependency, id -> new ArrayList<>()).add(task);
                ++task.missing;
            }
        }
        if (task.missing > 0) {
            setState(task, Task.State.WAITING);
        } else {
            enqueue(task);
            sendAll();
        }
    }

    /** Whether this is a task that has been submitted and is not done. */
    public boolean has(ObjectId id) {
        return tasks.containsKey(id);
    }

    /** Null when the node can run the demand once everything else is gone, else what to tell the user. */
    public String lacks(Resources demand) {
        return ledger.lacks(demand);
    }

    /** A client that takes tasks is there. */
    public void workerJoined(int worker) {
        workers.putIfAbsent(worker, new Worker(worker));
        sendAll();
    }

    /**
     * A client is dead, whether it took tasks or not: everything it has sent has been read, and what it has sealed can be
     * seen. Its tasks are done, or run again, or fail.
     */
    public void workerLost(int worker) {
        Worker lost = workers.remove(worker);
        Set<Task> orphans = lost == null ? new LinkedHashSet<>() : lost.tasks;
        for (Task task : tasks.values()) {
            // Helped without our knowing.
            if ((task.state == Task.State.QUEUED || task.state == Task.State.WAITING)
                    && actions.claimedBy(task) == worker) {
                orphans.add(task);
            }
        }
        List<Task> left = new ArrayList<>();
        for (Task task : List.copyOf(orphans)) {
            if (actions.isReady(task.id())) {
                leave(task);
                complete(task);
            } else {
                left.add(task);
            }
        }
        // A helped one had another below it on its thread.
        List<Task> onCpu = left.stream()
                .filter(task -> !task.isBlocked() && task.state != Task.State.WAITING)
                .toList();
        boolean alone = onCpu.size() == 1 && onCpu.get(0).state == Task.State.RUNNING;
        left.forEach(task -> outlive(task, worker, onCpu.contains(task), alone));
        sendAll();
    }

    /** Its worker is dead and it has not ended. */
    private void outlive(Task task, int worker, boolean onCpu, boolean alone) {
        boolean waits = task.state == Task.State.WAITING;
        boolean charged = onCpu && (alone || task.suspicions >= SUSPICIONS);
        leave(task);
        if (task.isAtMostOnce() || (charged && task.retriesLeft == 0)) {
            actions.fail(task, Failure.WORKER_DIED, "worker " + worker + " died while it ran it");
            complete(task);
            return;
        }
        ++task.attempt;
        if (charged) {
            --task.retriesLeft;
        }
        task.suspect = onCpu && !alone && !waits;
        if (task.suspect) {
            ++task.suspicions;
        }
        actions.unclaim(task);
        if (waits) {
            setState(task, Task.State.WAITING);
        } else {
            requeue(task);
        }
    }

    /** The worker can take no more tasks until one that it has is finished. */
    public void workerFull(int worker) {
        Worker known = workers.get(worker);
        if (known != null) {
            known.full = true;
        }
    }

    /** The worker gives back a task that it has not begun, and can take no more until one that it has is finished. */
    public void returned(ObjectId id, int worker) {
        workerFull(worker);
        Task task = heldBy(id, worker);
        if (task != null) {
            leave(task);
            ++task.attempt;
            actions.unclaim(task);
            requeue(task);
            sendAll();
        }
    }

    /** The result of the task is sealed, by the client that ran it. */
    public void finished(ObjectId id, int worker) {
        Worker known = workers.get(worker);
        if (known != null) {
            known.full = false;
        }
        Task task = tasks.get(id);
        if (task == null) {
            objectReady(id);
        } else if (task.worker == worker || task.worker == NOBODY) {
            leave(task);
            complete(task);
            sendAll();
        }
    }

    /** The thread that holds the resources of the task has to wait: its CPU is free. */
    public void blocked(ObjectId id, int worker) {
        Task task = heldBy(id, worker);
        if (task != null && task.state == Task.State.RUNNING) {
            setState(task, Task.State.BLOCKED);
            ledger.giveCpu(task.shape.amounts);
            sendAll();
        }
    }

    /** The thread that was {@link #blocked} need not wait any longer: it gets its CPU by {@link SchedulerActions#grant}. */
    public void resume(ObjectId id, int worker) {
        Task task = heldBy(id, worker);
        if (task == null || task.state == Task.State.RESUMING) {
            return;
        }
        if (task.state == Task.State.BLOCKED) {
            setState(task, Task.State.RESUMING);
            resuming.add(task);
            sendAll();
        } else {
            // It has given nothing back.
            actions.grant(task, worker);
        }
    }

    /** An object that is not the result of a task known here is there. */
    public void objectReady(ObjectId id) {
        if (wake(id)) {
            sendAll();
        }
    }

    /** What a client has: for who tells of its death. */
    public List<Task> tasksOf(int worker) {
        Worker known = workers.get(worker);
        return known == null ? List.of() : List.copyOf(known.tasks);
    }

    /**
     * To be called when no event has come for a while. When nothing runs and nothing ever will, since those who hold what the
     * others need wait for them, the newest of those that could go next fails, which lets the others go on. False when there
     * is no deadlock.
     */
    public boolean breakDeadlock() {
        boolean anyBlocked = false;
        for (Worker worker : workers.values()) {
            if (worker.running > 0) {
                return false;
            }
            for (Task task : worker.tasks) {
                if (task.state == Task.State.RESUMING) {
                    return false; // Its CPU comes when somebody ends.
                }
                anyBlocked |= task.state == Task.State.BLOCKED;
            }
        }
        Task victim = null;
        for (Task task : tasks.values()) {
            boolean isNewer = victim == null || task.stamp > victim.stamp;
            if (task.state == Task.State.QUEUED && task.nested() && !task.suspect && isNewer) {
                victim = task;
            }
        }
        if (!anyBlocked || victim == null || actions.claimedBy(victim) != NOBODY) {
            return false;
        }
        actions.fail(victim, Failure.DEADLOCK, whyNot(victim));
        leave(victim);
        complete(victim);
        sendAll();
        return true;
    }

    private String whyNot(Task task) {
        if (ledger.covers(task.shape.amounts)) {
            return "each of the " + workers.size()
                    + " workers has as many threads as it may have, and all of them wait";
        }
        return "it demands " + task.demand() + ", and only " + free() + " is free";
    }

    /** What nobody holds now. */
    public Resources free() {
        return ledger.free();
    }

    /** Tasks submitted and not done. */
    public int unfinished() {
        return tasks.size();
    }

    /** Tasks whose dependencies are not all there. */
    public int waiting() {
        return waitingTasks;
    }

    /** Tasks that could run if there were room. */
    public int queued() {
        return queuedTasks;
    }

    /** Tasks that somebody has and has not ended, blocked ones included. */
    public int running() {
        return tasks.size() - waitingTasks - queuedTasks;
    }

    /** Whether something waits for a task to end: for resources to get free, or for a result. */
    public boolean isHungry() {
        return !shapes.isEmpty() || !suspects.isEmpty() || !resuming.isEmpty() || !waiting.isEmpty();
    }

    /** Whether nothing is kept of any task: for tests. */
    boolean isEmpty() {
        return tasks.isEmpty()
                && waiting.isEmpty()
                && shapes.isEmpty()
                && starved.isEmpty()
                && resuming.isEmpty()
                && suspects.isEmpty()
                && groups.isEmpty()
                && backfills == 0
                && waitingTasks == 0
                && queuedTasks == 0
                && ledger.isAllFree()
                && workers.values().stream().allMatch(w -> w.tasks.isEmpty() && w.running == 0);
    }

    @Override
    public String toString() {
        return tasks.size() + " tasks, " + resuming.size() + " resuming, " + workers.size() + " workers, free "
                + free();
    }

    // ---- where a task stands

    private Task heldBy(ObjectId id, int worker) {
        Task task = tasks.get(id);
        return task != null && task.worker == worker ? task : null;
    }

    private void enqueue(Task task) {
        setState(task, Task.State.QUEUED);
        task.stamp = ++lastStamp;
        Shape shape = shapeOf(task);
        join(task);
        if (task.nested()) {
            shape.addFirst(task);
        } else {
            shape.addLast(task);
        }
    }

    /** Before all others of its kind: it has had its turn once. */
    private void requeue(Task task) {
        setState(task, Task.State.QUEUED);
        if (task.suspect) {
            suspects.add(task);
            return;
        }
        task.stamp = task.nested() ? ++lastStamp : --firstStamp;
        Shape shape = shapeOf(task);
        join(task);
        shape.addFirst(task);
    }

    private void join(Task task) {
        Group group = groups.get(task.parent());
        if (group == null) {
            group = new Group(task.parent());
            group.turn = ++lastTurn;
            groups.put(task.parent(), group);
        }
        ++group.size;
        task.group = group;
    }

    private Shape shapeOf(Task task) {
        task.shape = shapes.computeIfAbsent(task.demand(), demand -> new Shape(demand, ledger.amounts(demand)));
        return task.shape;
    }

    /** Out of its lane, not necessarily to run. */
    private void dequeue(Task task) {
        if (task.suspect) {
            suspects.remove(task);
            return;
        }
        Shape shape = task.shape;
        shape.remove(task);
        if (--task.group.size == 0) {
            groups.remove(task.parent());
        }
        task.group = null;
        if (shape.isEmpty()) {
            shapes.remove(shape.demand);
            starved.remove(shape);
            shape.passedOver = 0;
        }
    }

    /** Takes the task out of wherever it is, with all that it holds. */
    private void leave(Task task) {
        switch (task.state) {
            case WAITING -> {} // What is left in the lists of its dependencies goes when they are ready.
            case QUEUED -> dequeue(task);
            case HELPED -> {}
            case RUNNING -> ledger.give(task.shape.amounts);
            case BLOCKED -> ledger.giveAllButCpu(task.shape.amounts);
            case RESUMING -> {
                resuming.remove(task);
                ledger.giveAllButCpu(task.shape.amounts);
            }
        }
        setState(task, null);
        Worker worker = workers.get(task.worker);
        if (worker != null) {
            worker.tasks.remove(task);
        }
        task.worker = NOBODY;
        task.backfill = false;
    }

    private void complete(Task task) {
        setState(task, null);
        tasks.remove(task.id());
        wake(task.id());
        actions.done(task);
    }

    private boolean wake(ObjectId id) {
        List<Task> dependents = waiting.remove(id);
        if (dependents == null) {
            return false;
        }
        for (Task task : dependents) {
            if (--task.missing == 0 && task.state == Task.State.WAITING) {
                enqueue(task);
            }
        }
        return true;
    }

    /** Keeps the counts of who really runs. */
    private void setState(Task task, Task.State state) {
        int change = (state == Task.State.RUNNING ? 1 : 0) - (task.state == Task.State.RUNNING ? 1 : 0);
        Worker worker = workers.get(task.worker);
        if (worker != null) {
            worker.running += change;
            worker.suspects += task.suspect ? change : 0;
        }
        if (task.backfill) {
            backfills += change;
        }
        count(task.state, -1);
        count(state, 1);
        task.state = state;
    }

    private void count(Task.State state, int change) {
        if (state == Task.State.WAITING) {
            waitingTasks += change;
        } else if (state == Task.State.QUEUED) {
            queuedTasks += change;
        }
    }

    // ---- who is next

    private void sendAll() {
        ++round;
        while (!resuming.isEmpty() && ledger.coversCpu(resuming.peek().shape.amounts)) {
            Task task = resuming.remove();
            ledger.takeCpu(task.shape.amounts);
            setState(task, Task.State.RUNNING);
            actions.grant(task, task.worker);
        }
        sendSuspects();
        while (!shapes.isEmpty() && sendOne()) {}
    }

    /** Each to a worker where nothing runs; one is kept free for them. */
    private void sendSuspects() {
        workers.values().forEach(worker -> worker.isReserved = false);
        while (!suspects.isEmpty()) {
            Worker worker = null;
            for (Worker each : workers.values()) {
                if (each.suspects == 0 && each.hasRoom(round) && (worker == null || each.isBetterThan(worker))) {
                    worker = each;
                }
            }
            Task task = suspects.peek();
            if (worker == null) {
                return;
            }
            if (worker.running > 0 || !fits(task.shape)) {
                worker.isReserved = true;
                return;
            }
            if (dispatch(task, worker, false)) {
                worker.isReserved = false;
            }
        }
    }

    /** Sends the task that is next, if any; false when nothing more can go. */
    private boolean sendOne() {
        Worker worker = leastLoaded();
        if (worker == null) {
            return false;
        }
        Arrays.fill(barred, false);
        Task next = null;
        for (Shape shape : starved) {
            if (!needsBarred(shape)) {
                if (fits(shape)) {
                    next = shape.head();
                    break;
                }
                ledger.markLacking(shape.amounts, barred);
            }
        }
        boolean backfill = false;
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
        if (next == null) {
            return false;
        }
        dispatch(next, worker, backfill);
        return true;
    }

    /** Whether the worker has it now; else somebody else has, or the worker takes nothing now. */
    private boolean dispatch(Task next, Worker worker, boolean backfill) {
        Dispatch outcome = actions.dispatch(next, worker.id);
        if (outcome == Dispatch.FULL) {
            worker.full = true;
            worker.refusedIn = round;
            return false;
        }
        if (outcome == Dispatch.HELPED) {
            if (actions.isReady(next.id())) {
                // Cancelled by a client that was heard before the one that submitted it.
                leave(next);
                complete(next);
                return true;
            }
            dequeue(next);
            setState(next, Task.State.HELPED);
            next.worker = actions.claimedBy(next);
            Worker helper = workers.get(next.worker);
            if (helper != null) {
                helper.tasks.add(next);
            }
            return false;
        }
        if (!next.suspect) {
            passOver(next.shape);
            Group group = next.group;
            group.turn = ++lastTurn;
            group.shapes.forEach(shape -> shape.moveToEnd(group));
        }
        dequeue(next);
        ledger.take(next.shape.amounts);
        next.worker = worker.id;
        next.backfill = backfill;
        setState(next, Task.State.RUNNING);
        worker.tasks.add(next);
        return true;
    }

    private boolean fits(Shape shape) {
        // What resuming tasks wait for is theirs.
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
        if (sent.passedOver >= PATIENCE) {
            starved.remove(sent);
        }
        sent.passedOver = 0;
        if (shapes.size() > 1) {
            for (Shape shape : shapes.values()) {
                if (shape != sent && !fits(shape) && ++shape.passedOver == PATIENCE) {
                    starved.add(shape);
                }
            }
        }
    }

    /** The worker that runs the fewest tasks, then has the fewest; null when none can take one. */
    private Worker leastLoaded() {
        Worker best = null;
        for (Worker worker : workers.values()) {
            if (worker.mayTake(round) && (best == null || worker.isBetterThan(best))) {
                best = worker;
            }
        }
        return best;
    }
}
