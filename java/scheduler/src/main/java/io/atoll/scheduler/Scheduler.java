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
 * <p><b>Cancelling</b> marks the claim word of the task before anything else: whoever has it or takes it next sees that.
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
    private final Dependencies dependencies = new Dependencies();
    private final Places places;

    /** Every task that is not done. */
    private final Map<ObjectId, Task> tasks = new HashMap<>();
    /** One scheduler for a node with these resources. */
    public Scheduler(Resources node, SchedulerActions actions) {
        this.actions = actions;
        ledger = new Ledger(node);
        queue = new Queue(ledger);
        places = new Places(ledger, queue, crew);
    }

    /** Takes in a new task. One whose id is known already is ignored; one that can never run here fails at once. */
    public void submit(Task task) {
        if (tasks.containsKey(task.id())) {
            return;
        }
        tasks.put(task.id(), task);
        String lack = lacks(task.demand());
        if (lack != null) {
            end(task, Failure.INFEASIBLE, lack);
            sendAll();
            return;
        }
        Task parent = task.nested() ? tasks.get(task.parent()) : null;
        if (parent != null) {
            Family.join(parent, task);
        }
        dependencies.add(task, actions);
        if (task.missing > 0) {
            places.setState(task, Task.State.WAITING);
        } else {
            places.enqueue(task);
        }
        if (parent != null && parent.cancelled) {
            cancel(task.id(), false);
        } else if (task.missing == 0) {
            sendAll();
        }
    }

    /** Whether this is a task that has been submitted and is not done. */
    public boolean has(ObjectId id) {
        return tasks.containsKey(id);
    }

    /** One that the client has; null when that is not so. */
    public Task taskAt(ObjectId id, int client) {
        Task task = tasks.get(id);
        return task != null && (task.worker == client || isHelpedUnheard(task, client)) ? task : null;
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
            if (isHelpedUnheard(task, worker)) {
                orphans.add(task);
            }
        }
        List<Task> left = new ArrayList<>();
        for (Task task : List.copyOf(orphans)) {
            if (actions.isReady(task.id())) {
                places.leave(task);
                complete(task);
            } else {
                left.add(task);
            }
        }
        Charges charges = new Charges(left, lost);
        left.forEach(task -> outlive(task, worker, charges));
        sendAll();
    }

    /** Its worker is dead and it has not ended. */
    private void outlive(Task task, int worker, Charges charges) {
        boolean waits = task.state == Task.State.WAITING;
        boolean charged = charges.isCharged(task);
        places.leave(task);
        if (task.isAtMostOnce() || (charged && task.retriesLeft == 0)) {
            Failure reason = charges.isCulprit(task) ? Failure.OVERDUE : Failure.WORKER_DIED;
            end(task, reason, "worker " + worker + " died while it ran it");
            return;
        }
        ++task.attempt;
        if (charged) {
            --task.retriesLeft;
            task.reserved = true;
        }
        task.suspect = charges.isSuspect(task);
        if (task.suspect) {
            ++task.suspicions;
        }
        if (!actions.unclaim(task)) {
            end(task, Failure.CANCELLED, "it was cancelled while it ran");
        } else if (waits) {
            places.setState(task, Task.State.WAITING);
        } else {
            places.requeue(task);
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
            places.leave(task);
            ++task.attempt;
            if (actions.unclaim(task)) {
                places.requeue(task);
            } else {
                end(task, Failure.CANCELLED, "it was cancelled before it had begun");
            }
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
            places.leave(task);
            complete(task);
            sendAll();
        }
    }

    /**
     * The task has failed with something that it is to be retried for, after a delay. False when it may not be: nothing has
     * changed then.
     */
    public boolean retry(ObjectId id, int worker, long delay, long now) {
        Task task = taskAt(id, worker);
        if (task == null || task.retriesLeft == 0) {
            return false;
        }
        places.leave(task);
        --task.retriesLeft;
        ++task.attempt;
        task.reserved = true;
        if (!actions.unclaim(task)) {
            end(task, Failure.CANCELLED, "it was cancelled while it ran");
        } else if (delay > 0) {
            places.delay(task, now + delay);
        } else {
            places.requeue(task);
        }
        sendAll();
        return true;
    }

    /** Tasks whose delay is over run again. */
    public void advance(long now) {
        boolean isAny = false;
        for (Task next = places.pollDelayed(now); next != null; next = places.pollDelayed(now)) {
            places.requeue(next);
            isAny = true;
        }
        if (isAny) {
            sendAll();
        }
    }

    /** How long until {@link #advance} has something to do; {@code most} at most. */
    public long untilNext(long now, long most) {
        return places.untilNext(now, most);
    }

    /** The task runs on although its time is over and it was interrupted: its worker is killed for that. */
    public void overdue(ObjectId id, int worker) {
        Task task = taskAt(id, worker);
        if (task != null) {
            kill(worker, task, "a task did not end when its time was over");
        }
    }

    /**
     * Cancels a task and all that it has submitted, and that these have. Nothing happens to what has ended.
     *
     * @param force kills the workers of those that run, instead of interrupting them
     */
    public void cancel(ObjectId id, boolean force) {
        Task first = tasks.get(id);
        if (first == null) {
            return;
        }
        for (Task task : Family.from(first)) {
            if (!actions.isReady(task.id())) {
                cancelOne(task, force);
            }
        }
        sendAll();
    }

    private void cancelOne(Task task, boolean force) {
        task.cancelled = true;
        int worker = actions.mark(task);
        if (worker == NOBODY) {
            places.leave(task);
            end(task, Failure.CANCELLED, "it was cancelled before it had begun");
        } else if (force && crew.get(worker) != null) {
            kill(worker, null, "a task in it was cancelled by force");
        } else {
            actions.interrupt(task, worker);
        }
    }

    /** Nobody in it is charged but the culprit, if there is one. */
    private void kill(int worker, Task culprit, String why) {
        Worker doomed = crew.get(worker);
        if (doomed != null && !doomed.doomed) {
            doomed.doomed = true;
            doomed.culprit = culprit;
            actions.kill(worker, why);
        }
    }

    /** The thread that holds the resources of the task has to wait: its CPU is free. */
    public void blocked(ObjectId id, int worker) {
        Task task = heldBy(id, worker);
        if (task != null && task.state == Task.State.RUNNING) {
            places.setState(task, Task.State.BLOCKED);
            ledger.giveCpu(task.shape.amounts);
            sendAll();
        }
    }

    /** The function of the task has returned, and no thread is left that holds its CPU: something else will end it. */
    public void detached(ObjectId id, int worker) {
        Task task = heldBy(id, worker);
        if (task != null) {
            task.detached = true;
            blocked(id, worker);
        }
    }

    /** The thread that was {@link #blocked} need not wait any longer: it gets its CPU by {@link SchedulerActions#grant}. */
    public void resume(ObjectId id, int worker) {
        Task task = heldBy(id, worker);
        if (task == null || task.state == Task.State.RESUMING) {
            return;
        }
        if (task.state == Task.State.BLOCKED) {
            places.setState(task, Task.State.RESUMING);
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
        places.leave(victim);
        end(victim, Failure.DEADLOCK, Deadlock.why(victim, ledger, crew));
        sendAll();
        return true;
    }

    /** What nobody holds now. */
    public Resources free() {
        return ledger.free();
    }

    /** Tasks submitted and not done. */
    public int unfinished() {
        return tasks.size();
    }

    /** Tasks whose dependencies are not all there, and those that are delayed. */
    public int waiting() {
        return places.waiting();
    }

    /** Tasks that could run if there were room. */
    public int queued() {
        return places.queued();
    }

    /** Tasks that somebody has and has not ended, blocked ones included. */
    public int running() {
        return tasks.size() - places.waiting() - places.queued();
    }

    /** Whether something waits for a task to end: for resources to get free, or for a result. */
    public boolean isHungry() {
        return !queue.isEmpty() || !dependencies.isEmpty();
    }

    /** Whether nothing is kept of any task: for tests. */
    boolean isEmpty() {
        return tasks.isEmpty()
                && dependencies.isEmpty()
                && places.isClear()
                && crew.all().stream().allMatch(w -> w.tasks.isEmpty() && w.running == 0);
    }

    @Override
    public String toString() {
        return tasks.size() + " tasks, " + queue.resuming() + " resuming, "
                + crew.all().size() + " workers, free " + free();
    }

    private Task heldBy(ObjectId id, int worker) {
        Task task = tasks.get(id);
        return task != null && task.worker == worker ? task : null;
    }

    /** Whether it runs on a thread of the client that has to wait for it, which the client has not told us. */
    private boolean isHelpedUnheard(Task task, int client) {
        return (task.state == Task.State.QUEUED || task.state == Task.State.WAITING)
                && actions.claimedBy(task) == client;
    }

    /** It is nowhere any more, and fails. */
    private void end(Task task, Failure reason, String why) {
        actions.fail(task, reason, why);
        complete(task);
    }

    private void complete(Task task) {
        places.setState(task, null);
        tasks.remove(task.id());
        Family.leave(task);
        wake(task.id());
        task.outputs().forEach(this::wake);
        actions.done(task);
    }

    private boolean wake(ObjectId id) {
        List<Task> dependents = dependencies.wake(id);
        if (dependents != null) {
            dependents.forEach(places::enqueue);
        }
        return dependents != null;
    }

    private void sendAll() {
        crew.beginRound();
        Task resumed;
        while ((resumed = queue.pollResuming()) != null) {
            places.goOn(resumed);
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
        if (next != null) {
            dispatch(next, worker);
        }
        return next != null;
    }

    /** The worker has it then, or somebody else has, or the worker takes nothing now. */
    private void dispatch(Task next, Worker worker) {
        switch (actions.dispatch(next, worker.id)) {
            case SENT -> places.run(next, worker);
            case HELPED -> helped(next);
            case FULL -> crew.refused(worker);
            case CANCELLED -> {
                places.leave(next);
                end(next, Failure.CANCELLED, "it was cancelled before it had begun");
            }
        }
    }

    private void helped(Task task) {
        if (actions.isReady(task.id())) {
            // Cancelled by a client that was heard before the one that submitted it.
            places.leave(task);
            complete(task);
        } else {
            places.help(task, actions.claimedBy(task));
        }
    }
}
