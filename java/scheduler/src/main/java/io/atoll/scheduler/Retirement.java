package io.atoll.scheduler;

/**
 * Workers that have begun as many tasks as they may. One takes no more then, not even what waits for a place ahead, and
 * another is asked for in its place at once, since what it has may wait for what runs nowhere else; it ends when it has
 * nothing left. One thread.
 */
final class Retirement {
    private final SchedulerActions actions;
    private final Crew crew;
    private final Queue queue;
    private final Ahead ahead;
    private final Pools pools;

    Retirement(SchedulerActions actions, Crew crew, Queue queue, Ahead ahead, Pools pools) {
        this.actions = actions;
        this.crew = crew;
        this.queue = queue;
        this.ahead = ahead;
        this.pools = pools;
    }

    /** Before anything is sent: what is ahead where helped tasks have meanwhile taken its place goes elsewhere. */
    void recallSurplus() {
        if (crew.isLimited()) {
            for (Worker worker : crew.all()) {
                if (worker.ahead > 0 && worker.begun + worker.ahead > worker.limit) {
                    ahead.recallFrom(worker.id);
                }
            }
        }
    }

    /** After that. */
    void review() {
        if (crew.isLimited()) {
            for (Worker worker : crew.all()) {
                if ((worker.isReplaced || worker.begun >= worker.limit) && !worker.doomed) {
                    review(worker);
                }
            }
        }
    }

    private void review(Worker spent) {
        if (!spent.isReplaced) {
            spent.isReplaced = true;
            actions.replace(spent.id);
        }
        if (spent.tasks.isEmpty() && spent.ahead == 0 && !spent.isRetired) {
            spent.isRetired = true;
            spent.limit = 0; // One that was extended could take more.
            actions.retire(spent.id);
        }
    }

    /**
     * REQUIRES: nothing runs, and nobody comes. If that is since all workers have begun as many tasks as they may, and wait
     * for what could run, one of them takes as many once more.
     */
    boolean extend() {
        Task next = crew.isLimited() ? pools.unserved(queue) : null;
        if (next == null) {
            return false;
        }
        for (Worker worker : crew.all()) {
            boolean isSpent = worker.isReplaced && !worker.isRetired && !worker.doomed;
            if (isSpent && pools.suits(next.shape).test(worker)) {
                worker.limit = 2 * worker.begun;
                return true;
            }
        }
        return false;
    }
}
