package io.atoll.scheduler;

/**
 * Where each task stands: moves it from one {@link Task.State} to the next, with all that it holds there, and keeps the
 * counts. One thread.
 */
final class Places {
    private final Ledger ledger;
    private final Queue queue;
    private final Crew crew;
    private final Delays delays = new Delays();

    private int waitingTasks;
    private int queuedTasks;

    Places(Ledger ledger, Queue queue, Crew crew) {
        this.ledger = ledger;
        this.queue = queue;
        this.crew = crew;
    }

    /** Tasks whose dependencies are not all there, and those that are delayed. */
    int waiting() {
        return waitingTasks;
    }

    /** Tasks that could run if there were room. */
    int queued() {
        return queuedTasks;
    }

    /** How long until {@link #pollDelayed} has one; {@code most} at most. */
    long untilNext(long now, long most) {
        return delays.next(now, most);
    }

    /** A delayed task whose time has come, which is to be moved on; null when there is none. */
    Task pollDelayed(long now) {
        return delays.poll(now);
    }

    /** Whether nothing is kept of any task: for tests. */
    boolean isClear() {
        return waitingTasks == 0 && queuedTasks == 0 && delays.isEmpty() && queue.isClear() && ledger.isAllFree();
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
        ledger.take(task.shape.amounts);
        task.worker = worker.id;
        setState(task, Task.State.RUNNING);
        worker.tasks.add(task);
    }

    /** It runs on a thread of the client that has the resources of another task. */
    void help(Task task, int client) {
        queue.remove(task);
        setState(task, Task.State.HELPED);
        task.worker = client;
        Worker helper = crew.get(client);
        if (helper != null) {
            helper.tasks.add(task);
        }
    }

    /** It has its CPU again. */
    void goOn(Task resuming) {
        ledger.takeCpu(resuming.shape.amounts);
        setState(resuming, Task.State.RUNNING);
    }

    /** Takes the task out of wherever it is, with all that it holds. */
    void leave(Task task) {
        switch (task.state) {
            case WAITING -> {} // What is left in the lists of its dependencies goes when they are ready.
            case DELAYED -> delays.remove(task);
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
        task.worker = Scheduler.NOBODY;
        task.backfill = false;
        task.detached = false;
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
        task.state = state;
    }

    private void count(Task.State state, int change) {
        if (state == Task.State.WAITING || state == Task.State.DELAYED) {
            waitingTasks += change;
        } else if (state == Task.State.QUEUED) {
            queuedTasks += change;
        }
    }
}
