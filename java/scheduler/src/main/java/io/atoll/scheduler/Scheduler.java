package io.atoll.scheduler;

import io.atoll.ObjectId;
import io.atoll.Resources;
import io.atoll.scheduler.SchedulerActions.Failure;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
 * back by {@link #resume} before any new task gets one, or takes by {@link #resumedAtOnce}. A helped task, claimed by a thread that already holds the
 * resources of another task, holds nothing: if it has to wait, the task whose resources the thread holds is the one that
 * is blocked, and whose id {@link #blocked} and {@link #resume} carry.
 *
 * <p><b>Ahead.</b> While nothing more fits, what is next may wait in a worker for one of the same demand there, see {@link
 * Ahead}: it is begun on the resources of that, so that what runs and is not blocked never exceeds the node.
 *
 * <p><b>Deaths.</b> A task that ran alone on the CPUs of a worker that dies is charged with it. Were there several, they are
 * suspects: each is run again with nothing beside it in a worker, uncharged, at most {@value #SUSPICIONS} times. Who
 * was blocked is run again and never charged. A task without retries is not begun again, whoever killed its worker.
 *
 * <p><b>Cancelling</b> marks the claim word of the task before anything else: whoever has it or takes it next sees that.
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
    private final Crew crew;
    private final Dependencies dependencies = new Dependencies();
    private final Places places;
    private final Pools pools;
    private final Ahead ahead;
    private final Endings endings;
    private final Retirement retirement;
    private final Sender sender;
    /** Every task that is not done. */
    private final Map<ObjectId, Task> tasks;

    /** Tasks have ended, and what can go in their place has not been sent. */
    private boolean mayMoreGo;

    /** One scheduler for a node. */
    public Scheduler(NodePlan node, SchedulerActions actions) {
        this(node, actions, Ahead.CALM);
    }

    /** @param calm see {@link Ahead#CALM} */
    Scheduler(NodePlan node, SchedulerActions actions, int calm) {
        this.actions = actions;
        crew = new Crew(node.tasksPerWorker());
        ledger = new Ledger(node.resources());
        pools = new Pools(actions, ledger, crew, node.workers());
        queue = new Queue(ledger, pools);
        places = new Places(ledger, queue, crew);
        ahead = new Ahead(calm, actions, places, queue, ledger, crew, pools);
        endings = new Endings(actions, places, dependencies);
        retirement = new Retirement(actions, crew, queue, ahead, pools);
        sender = new Sender(actions, places, queue, crew, ahead, endings, retirement, pools);
        tasks = endings.tasks;
    }

    /** Takes in a new task. One whose id is known already is ignored; one that can never run here fails at once. */
    public void submit(Task task) {
        if (tasks.containsKey(task.id())) {
            return;
        }
        tasks.put(task.id(), task);
        String lack = lacks(task.demand());
        if (lack != null) {
            endings.end(task, Failure.INFEASIBLE, lack);
            sender.sendAll();
            return;
        }
        Task parent = task.nested() ? tasks.get(task.parent()) : null;
        if (parent != null) {
            Family.join(parent, task);
            ahead.disturbed(parent.shape);
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
            sender.sendAll();
        }
    }

    /** Whether this is a task that has been submitted and is not done. */
    public boolean has(ObjectId id) {
        return tasks.containsKey(id);
    }

    /** One that the client has; null when that is not so. */
    public @Nullable Task taskAt(ObjectId id, int client) {
        Task task = tasks.get(id);
        return task != null && (task.worker == client || endings.isHelpedUnheard(task, client)) ? task : null;
    }

    /** Null when the node can ever run the demand, else what to tell the user. */
    public @Nullable String lacks(Resources demand) {
        return ledger.lacks(demand);
    }

    /** A client that takes tasks is there. */
    public void workerJoined(int worker, WorkerKind kind) {
        crew.add(worker, kind);
        sender.sendAll();
    }

    /**
     * A client is dead, whether it took tasks or not: everything it has sent has been read, and what it has sealed can be
     * seen. Its tasks are done, or run again, or fail.
     */
    public void workerLost(int worker) {
        ahead.recallFrom(worker); // What it had not begun is nobody's charge.
        Worker lost = crew.remove(worker);
        Set<Task> orphans = lost == null ? new LinkedHashSet<>() : lost.tasks;
        for (Task task : tasks.values()) {
            if (endings.isHelpedUnheard(task, worker)) {
                orphans.add(task);
            }
        }
        List<Task> left = new ArrayList<>();
        for (Task task : List.copyOf(orphans)) {
            if (actions.isReady(task.id())) {
                places.leave(task);
                endings.complete(task);
            } else {
                left.add(task);
            }
        }
        Charges charges = new Charges(left, lost);
        left.forEach(task -> outlive(task, worker, charges));
        sender.sendAll();
    }

    /** Its worker is dead and it has not ended. */
    private void outlive(Task task, int worker, Charges charges) {
        boolean waits = task.state == Task.State.WAITING;
        boolean charged = charges.isCharged(task);
        places.leave(task);
        if (!task.mayBeBegunAgain() || (charged && task.retriesLeft == 0)) {
            Failure reason = charges.isCulprit(task) ? Failure.OVERDUE : Failure.WORKER_DIED;
            endings.end(task, reason, "worker " + worker + " died while it ran it");
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
            endings.end(task, Failure.CANCELLED, "it was cancelled while it ran");
        } else if (waits) {
            places.setState(task, Task.State.WAITING);
        } else {
            places.requeue(task);
        }
    }

    /** No worker of the kind can be started: what waits for one fails. */
    public void giveUp(WorkerKind kind, String why) {
        pools.giveUp(kind);
        endings.giveUp(kind.environment(), why);
        sender.sendAll();
    }

    /** The client is dead, and what it has said last is about to be told: nothing more is sent to it. */
    public void workerGone(int worker) {
        crew.setGone(worker);
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
                endings.end(task, Failure.CANCELLED, "it was cancelled before it had begun");
            }
            sender.sendAll();
        }
    }

    /** The result of the task is sealed, by the client that ran it. */
    public void finished(ObjectId id, int worker) {
        noteFinished(id, worker, null);
        sendWhatCanGo();
    }

    /**
     * The same, as one of several such events: {@link #sendWhatCanGo} comes after the last.
     *
     * @param next the task, ahead there, that the worker has begun on the resources of this one; null for none
     */
    public void noteFinished(ObjectId id, int worker, @Nullable ObjectId next) {
        Worker known = crew.get(worker);
        if (known != null) {
            known.full = false;
        }
        Task task = tasks.get(id);
        boolean mayEnd =
                task != null && (task.worker == worker || task.worker == NOBODY || task.state == Task.State.AHEAD);
        Task ended = mayEnd ? task : null;
        if (ended != null) {
            places.countHelped(ended, worker);
            if (ended.state == Task.State.RUNNING) {
                ahead.ended(ended.shape);
            }
            places.leave(ended);
        }
        Task begun = next == null ? null : tasks.get(next);
        if (begun != null && begun.worker == worker) {
            ahead.begun(begun);
        }
        if (ended != null) {
            endings.complete(ended);
            mayMoreGo = true;
        } else if (task == null) {
            objectReady(id);
        }
    }

    /** Sends what can go since tasks have ended that {@link #noteFinished} was told of. */
    public void sendWhatCanGo() {
        if (mayMoreGo) {
            mayMoreGo = false;
            sender.sendAll();
        }
    }

    /**
     * The task has failed with something that it is to be retried for, after a delay. False when it may not be: nothing has
     * changed then.
     */
    public boolean retry(ObjectId id, int worker, long delay, long now) {
        Task task = taskAt(id, worker);
        if (task == null || task.retriesLeft == 0 || !task.mayBeBegunAgain()) {
            return false;
        }
        places.countHelped(task, worker);
        places.leave(task);
        --task.retriesLeft;
        ++task.attempt;
        task.reserved = true;
        if (!actions.unclaim(task)) {
            endings.end(task, Failure.CANCELLED, "it was cancelled while it ran");
        } else if (delay > 0) {
            places.delay(task, now + delay);
        } else {
            places.requeue(task);
        }
        sender.sendAll();
        return true;
    }

    /** Tasks whose delay is over run again. */
    public void advance(long now) {
        places.setNow(now);
        if (places.requeueDelayed(now)) {
            sender.sendAll();
        }
    }

    /** Everything that was said by then has been told: what waits behind a task that takes long goes elsewhere. */
    public void allIsTold() {
        if (ahead.recallFromLong()) {
            sender.sendAll();
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
            kill(worker, task, "a task in it did not heed the interrupt that was to end it");
        }
    }

    /** A thread of the worker will never go on, and all on its stack have failed: the worker is killed, and nobody charged. */
    public void stuck(int worker) {
        kill(worker, null, "a task in it waits for a lock that it can never have, whatever interrupts it");
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
        sender.sendAll();
    }

    private void cancelOne(Task task, boolean force) {
        task.cancelled = true;
        int worker = actions.mark(task);
        if (task.state == Task.State.AHEAD) {
            ahead.recall(task);
            worker = task.worker;
        }
        if (worker == NOBODY) {
            places.leave(task);
            endings.end(task, Failure.CANCELLED, "it was cancelled before it had begun");
        } else if (force && crew.get(worker) != null) {
            kill(worker, null, "a task in it was cancelled by force");
        } else {
            actions.interrupt(task, worker);
        }
    }

    /** Nobody in it is charged but the culprit, if there is one. */
    private void kill(int worker, @Nullable Task culprit, String why) {
        if (crew.doom(worker, culprit)) {
            ahead.recallFrom(worker);
            actions.kill(worker, why);
        }
    }

    /** The thread that holds the resources of the task has to wait: its CPU is free. */
    public void blocked(ObjectId id, int worker) {
        Task task = heldBy(id, worker);
        if (task != null && places.block(task)) {
            ahead.disturbed(task.shape);
            sender.sendAll();
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
            sender.sendAll();
        } else {
            // It has given nothing back.
            actions.grant(task, worker);
        }
    }

    /** The same for one that cannot wait: it has gone on, whoever has its CPU now, and nothing begins until that is made up. */
    public void resumedAtOnce(ObjectId id, int worker) {
        Task task = heldBy(id, worker);
        if (task != null && task.isBlocked()) {
            places.goOnAtOnce(task);
            sender.sendAll(); // What is ahead may not begin.
        }
    }

    /** An object that is not the result of a task known here is there. */
    public void objectReady(ObjectId id) {
        if (endings.wake(id)) {
            sender.sendAll();
        }
    }

    /** What a client has: for who tells of its death. */
    public List<Task> tasksOf(int worker) {
        return crew.tasksOf(worker);
    }

    /** Whether any task waits that keeps something meanwhile. */
    public boolean anyBlocked() {
        return crew.all().stream().flatMap(each -> each.tasks.stream()).anyMatch(Task::isBlocked);
    }

    /**
     * When some of those wait for each other of whom it is said what they wait for, one of them fails, which lets the others
     * go on. False when there is no deadlock.
     *
     * @param isQuiet whether no event has come for a while, and all have said what they wait for; else what has been said
     *     twice counts
     */
    public boolean breakDeadlock(Waits waits, boolean isQuiet) {
        boolean isBroken = (isQuiet && Deadlock.nothingRuns(crew.all()) && retirement.extend())
                || new Deadlock(tasks, waits, ledger, crew, actions, isQuiet).breakOne(places, endings, pools);
        sender.sendAll();
        return isBroken;
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

    public Hunger hunger() {
        return Hunger.of(dependencies, queue, ahead);
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

    private @Nullable Task heldBy(ObjectId id, int worker) {
        Task task = tasks.get(id);
        return task != null && task.worker == worker ? task : null;
    }
}
