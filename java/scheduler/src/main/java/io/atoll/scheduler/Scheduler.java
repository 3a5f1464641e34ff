package io.atoll.scheduler;

import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.scheduler.SchedulerActions.Failure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
    private final Queue queue;
    private final Crew crew = new Crew();

    /** Every task that is not done. */
    private final Map<ObjectId, Task> tasks = new HashMap<>();
    /** Whom to wake when an object is ready; may name tasks that have gone on meanwhile. */
    private final Map<ObjectId, List<Task>> waiting = new HashMap<>();

    private int waitingTasks;
    private int queuedTasks;

    /** One scheduler for a node with these resources. */
    public Scheduler(Resources node, SchedulerActions actions) {
        this.actions = actions;
        ledger = new Ledger(node);
        queue = new Queue(ledger);
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
        crew.add(worker);
        sendAll();
    }

    /**
     * A client is dead, whether it took tasks or not: everything it has sent has been read, and what it has sealed can be
     * seen. Its tasks are done, or run again, or fail.
     */
    public void workerLost(int worker) {
        Worker lost = crew.remove(worker);
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
        Charges charges = new Charges(left);
        left.forEach(task -> outlive(task, worker, charges));
        sendAll();
    }

    /** Its worker is dead and it has not ended. */
    private void outlive(Task task, int worker, Charges charges) {
        boolean waits = task.state == Task.State.WAITING;
        boolean charged = charges.isCharged(task);
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
        task.suspect = charges.isSuspect(task);
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
        Worker known = crew.get(worker);
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
        Worker known = crew.get(worker);
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
            queue.addResuming(task);
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
        Worker known = crew.get(worker);
        return known == null ? List.of() : List.copyOf(known.tasks);
    }

    /**
     * To be called when no event has come for a while. When nothing runs and nothing ever will, since those who hold what the
     * others need wait for them, the newest of those that could go next fails, which lets the others go on. False when there
     * is no deadlock.
     */
    public boolean breakDeadlock() {
        Task victim = Deadlock.victim(crew.all(), tasks.values());
        if (victim == null || actions.claimedBy(victim) != NOBODY) {
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
            return "each of the " + crew.all().size()
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
        return !queue.isEmpty() || !waiting.isEmpty();
    }

    /** Whether nothing is kept of any task: for tests. */
    boolean isEmpty() {
        return tasks.isEmpty()
                && waiting.isEmpty()
                && queue.isClear()
                && waitingTasks == 0
                && queuedTasks == 0
                && ledger.isAllFree()
                && crew.all().stream().allMatch(w -> w.tasks.isEmpty() && w.running == 0);
    }

    @Override
    public String toString() {
        return tasks.size() + " tasks, " + queue.resuming() + " resuming, "
                + crew.all().size() + " workers, free " + free();
    }

    // ---- where a task stands

    private Task heldBy(ObjectId id, int worker) {
        Task task = tasks.get(id);
        return task != null && task.worker == worker ? task : null;
    }

    private void enqueue(Task task) {
        setState(task, Task.State.QUEUED);
        queue.add(task);
    }

    private void requeue(Task task) {
        setState(task, Task.State.QUEUED);
        queue.addAgain(task);
    }

    /** Takes the task out of wherever it is, with all that it holds. */
    private void leave(Task task) {
        switch (task.state) {
            case WAITING -> {} // What is left in the lists of its dependencies goes when they are ready.
            case QUEUED -> queue.remove(task);
            case HELPED -> {}
            case RUNNING -> ledger.give(task.shape.amounts);
            case BLOCKED -> ledger.giveAllButCpu(task.shape.amounts);
            case RESUMING -> {
                queue.removeResuming(task);
                ledger.giveAllButCpu(task.shape.amounts);
            }
        }
        setState(task, null);
        Worker worker = crew.get(task.worker);
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
        Worker worker = crew.get(task.worker);
        if (worker != null) {
            worker.running += change;
            worker.suspects += task.suspect ? change : 0;
        }
        if (task.backfill) {
            queue.countBackfills(change);
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

    // ---- to whom it goes

    private void sendAll() {
        crew.beginRound();
        Task resumed;
        while ((resumed = queue.pollResuming()) != null) {
            ledger.takeCpu(resumed.shape.amounts);
            setState(resumed, Task.State.RUNNING);
            actions.grant(resumed, resumed.worker);
        }
        sendSuspects();
        while (queue.hasLanes() && sendOne()) {}
    }

    /** Each to a worker where nothing runs; one is kept free for them. */
    private void sendSuspects() {
        Task task;
        while ((task = queue.firstSuspect()) != null) {
            Worker worker = crew.forSuspect();
            if (worker == null) {
                return;
            }
            if (worker.running > 0 || !queue.fits(task.shape)) {
                worker.isReserved = true;
                return;
            }
            dispatch(task, worker);
        }
    }

    /** Sends the task that is next, if any; false when nothing more can go. */
    private boolean sendOne() {
        Worker worker = crew.leastLoaded();
        Task next = worker == null ? null : queue.next();
        if (next == null) {
            return false;
        }
        dispatch(next, worker);
        return true;
    }

    /** The worker has it then, or somebody else has, or the worker takes nothing now. */
    private void dispatch(Task next, Worker worker) {
        switch (actions.dispatch(next, worker.id)) {
            case SENT -> {
                queue.sent(next);
                queue.remove(next);
                ledger.take(next.shape.amounts);
                next.worker = worker.id;
                setState(next, Task.State.RUNNING);
                worker.tasks.add(next);
            }
            case HELPED -> helped(next);
            case FULL -> crew.refused(worker);
        }
    }

    private void helped(Task task) {
        if (actions.isReady(task.id())) {
            // Cancelled by a client that was heard before the one that submitted it.
            leave(task);
            complete(task);
            return;
        }
        queue.remove(task);
        setState(task, Task.State.HELPED);
        task.worker = actions.claimedBy(task);
        Worker helper = crew.get(task.worker);
        if (helper != null) {
            helper.tasks.add(task);
        }
    }
}
