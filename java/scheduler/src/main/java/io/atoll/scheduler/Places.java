package io.atoll.scheduler;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Where each task stands: moves it from one {@link Task.State} to the next, with all that it holds there, and keeps the
 * counts. One thread.
 */
final class Places {
    private final Ledger ledger;
    private final Queue queue;
    private final Crew crew;
    private final Delays delays = new Delays();
    /** Those that are ahead, in the order in which they were sent. */
    private final Set<Task> ahead = new LinkedHashSet<>();

    private boolean isLoose;
    private long now;

    private int waitingTasks;
    private int queuedTasks;

    Places(Ledger ledger, Queue queue, Crew crew) {
        this.ledger = ledger;
        this.queue = queue;
        this.crew = crew;
    }

    void setNow(long now) {
        this.now = now;
    }

    /** By the caller's clock, as it has last said. */
    long now() {
        return now;
    }

    /** Tasks whose dependencies are not all there, and those that are delayed. */
    int waiting() {
        return waitingTasks;
    }

    /** Tasks that could run if there were room. */
    int queued() {
        return queuedTasks;
    }

    /** How long until {@link #requeueDelayed} has one; {@code most} at most. */
    long untilNext(long now, long most) {
        return delays.next(now, most);
    }

    /** Queues the delayed tasks whose time has come; false when there is none. */
    boolean requeueDelayed(long now) {
        boolean isAny = false;
        for (Task next = delays.poll(now); next != null; next = delays.poll(now)) {
            requeue(next);
            isAny = true;
        }
        return isAny;
    }

    /** Whether nothing is kept of any task: for tests. */
    boolean isClear() {
        return waitingTasks == 0
                && queuedTasks == 0
                && ahead.isEmpty()
                && delays.isEmpty()
                && queue.isClear()
                && ledger.isAllFree();
    }

    void enqueue(Task task) {
        setState(task, Task.State.QUEUED);
        queue.add(task);
    }

    void requeue(Task task) {
        setState(task, Task.State.QUEUED);
        queue.addAgain(task);
    }

    void delay(Task task, long until) {
        setState(task, Task.State.DELAYED);
        delays.add(task, until);
    }

    /** It has been sent there. */
    void run(Task task, Worker worker) {
        queue.sent(task);
        queue.remove(task);
        task.worker = worker.id;
        task.kind = worker.kind;
        ledger.take(task);
        task.begunAt = now;
        setState(task, Task.State.RUNNING);
        worker.tasks.add(task);
        ++worker.begun;
    }

    /** Those that were sent behind another, oldest first. Look, and do not keep. */
    Set<Task> ahead() {
        return ahead;
    }

    /** It has been sent behind the leader, which runs or is ahead. */
    void runAfter(Task task, Task leader) {
        queue.sent(task);
        queue.remove(task);
        task.worker = leader.worker;
        task.kind = leader.kind;
        task.overtaken = 0;
        if (leader.chain == null) {
            leader.chain = new Task.Chain(leader);
        }
        task.chain = leader.chain;
        task.place = leader.place + 1;
        task.leader = leader;
        leader.follower = task;
        noteLeader(leader);
        setState(task, Task.State.AHEAD);
        ahead.add(task);
        countAhead(task, 1);
    }

    /** Its worker has begun what was ahead, on what its leader had. */
    void begin(Task task) {
        unlink(task);
        if (task.chain != null) {
            task.chain.running.chain = null; // It may run again already.
            task.chain.running = task;
        }
        task.begunAt = now;
        ledger.take(task);
        setState(task, Task.State.RUNNING);
        Worker worker = crew.get(task.worker);
        if (worker != null) {
            worker.tasks.add(task);
            ++worker.begun;
        }
    }

    /** It was not helped, but has been begun on what its leader had. */
    void beginHelped(Task task) {
        ledger.take(task);
        setState(task, Task.State.RUNNING);
    }

    /** It is ahead no longer, and nobody's. */
    void takeBack(Task task) {
        unlink(task);
        task.chain = null;
        task.worker = Scheduler.NOBODY;
        setState(task, Task.State.QUEUED);
        queue.addBack(task);
    }

    private void unlink(Task task) {
        Task leader = task.leader;
        if (leader != null) {
            leader.follower = null;
            task.leader = null;
            noteLeader(leader);
            ahead.remove(task);
            countAhead(task, -1);
        }
    }

    private void countAhead(Task task, int change) {
        Worker worker = crew.get(task.worker);
        if (worker != null) {
            worker.ahead += change;
        }
    }

    /** Whether one may go behind it has changed, or may have. */
    private void noteLeader(Task task) {
        if (task.mayLead() && task.follower == null) {
            task.shape.leaders.add(task);
        } else {
            task.shape.leaders.remove(task);
        }
    }

    /** Whether, since this was asked last, a task has gone on that others are behind. */
    boolean anyLoose() {
        boolean any = isLoose;
        isLoose = false;
        return any;
    }

    /** It runs on a thread of the client that has the resources of another task. */
    void help(Task task, int client) {
        if (task.state == Task.State.AHEAD) {
            unlink(task);
            task.chain = null;
        } else {
            queue.remove(task);
        }
        setState(task, Task.State.HELPED);
        task.worker = client;
        Worker helper = crew.get(client);
        if (helper != null) {
            helper.tasks.add(task);
            ++helper.begun;
        }
    }

    /** The client has run it; if that is news, it was on a thread of its that had to wait for it. */
    void countHelped(Task task, int client) {
        Worker helper = task.worker == Scheduler.NOBODY || task.state == Task.State.AHEAD ? crew.get(client) : null;
        if (helper != null) {
            ++helper.begun;
        }
    }

    /** It has its CPU again. */
    void goOn(Task resuming) {
        ledger.takeCpu(resuming.shape.amounts);
        setState(resuming, Task.State.RUNNING);
    }

    /** It waits for something; false when it did before. One that resumes has gone on without, and waits again. */
    boolean block(Task task) {
        if (task.state == Task.State.RUNNING) {
            ledger.giveCpu(task.shape.amounts);
        } else if (task.state == Task.State.RESUMING) {
            queue.removeResuming(task);
        } else {
            return false;
        }
        setState(task, Task.State.BLOCKED);
        return true;
    }

    /** It goes on, whoever has its CPU. */
    void goOnAtOnce(Task blocked) {
        if (blocked.state == Task.State.RESUMING) {
            queue.removeResuming(blocked);
        }
        goOn(blocked);
    }

    /** Takes the task out of wherever it is, with all that it holds. */
    void leave(Task task) {
        switch (task.state) {
            case WAITING -> {} // What is left in the lists of its dependencies goes when they are ready.
            case DELAYED -> delays.remove(task);
            case QUEUED -> queue.remove(task);
            case AHEAD -> unlink(task);
            case APART, HELPED -> {}
            case RUNNING -> ledger.give(task);
            case BLOCKED -> ledger.giveAllButCpu(task);
            case RESUMING -> {
                queue.removeResuming(task);
                ledger.giveAllButCpu(task);
            }
        }
        setState(task, Task.State.APART);
        Worker worker = crew.get(task.worker);
        if (worker != null) {
            worker.tasks.remove(task);
        }
        task.worker = Scheduler.NOBODY;
        task.chain = null; // Where it runs next it is in none, whoever was behind it.
        task.backfill = false;
        task.detached = false;
    }

    /** It is done. */
    void forget(Task task) {
        setState(task, Task.State.APART);
        queue.forget(task);
    }

    /** Keeps the counts of who really runs. */
    void setState(Task task, Task.State state) {
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
        boolean couldLead = task.mayLead();
        task.state = state;
        if (couldLead || task.mayLead()) {
            noteLeader(task);
            isLoose |= task.follower != null && !task.mayLead();
        }
    }

    private void count(Task.State state, int change) {
        if (state == Task.State.WAITING || state == Task.State.DELAYED) {
            waitingTasks += change;
        } else if (state == Task.State.QUEUED || state == Task.State.AHEAD) {
            queuedTasks += change;
        }
    }
}
