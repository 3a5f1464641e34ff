package io.atoll.scheduler;

import io.atoll.scheduler.SchedulerActions.Dispatch;
import io.atoll.scheduler.SchedulerActions.Failure;

/** After each event: sends what can go now, in the order that {@link Scheduler} states. One thread. */
final class Sender {
    private final SchedulerActions actions;
    private final Places places;
    private final Queue queue;
    private final Crew crew;
    private final Ahead ahead;
    private final Endings endings;
    private final Retirement retirement;
    private final Pools pools;

    Sender(
            SchedulerActions actions,
            Places places,
            Queue queue,
            Crew crew,
            Ahead ahead,
            Endings endings,
            Retirement retirement,
            Pools pools) {
        this.actions = actions;
        this.places = places;
        this.queue = queue;
        this.crew = crew;
        this.ahead = ahead;
        this.endings = endings;
        this.retirement = retirement;
        this.pools = pools;
    }

    void sendAll() {
        crew.beginRound();
        for (Task resumed = queue.pollResuming(); resumed != null; resumed = queue.pollResuming()) {
            places.goOn(resumed);
            actions.grant(resumed, resumed.worker);
        }
        ahead.review();
        retirement.recallSurplus();
        sendSuspects();
        pools.provideForFirst(queue);
        do {
            while (queue.hasLanes() && sendOne()) {}
        } while (ahead.recallOneThatFits());
        while (queue.hasLanes() && sendOneAhead()) {}
        retirement.review();
        pools.review(queue, ahead);
    }

    /** Each to a worker where nothing runs; one is kept free for them. */
    private void sendSuspects() {
        for (Task task = queue.firstSuspect(); task != null; task = queue.firstSuspect()) {
            Worker worker = pools.forSuspect(task.shape);
            if (worker == null) {
                return;
            }
            if (worker.running > 0 || !queue.fits(task.shape)) {
                worker.isReserved = true;
                return;
            }
            sent(task, worker, actions.dispatch(task, worker.id));
        }
    }

    /** Sends the task that is next, if any; false when nothing more can go. */
    private boolean sendOne() {
        Worker any = crew.leastLoaded(Crew.ANY);
        Task next = any == null ? null : queue.next();
        Worker worker = next == null ? null : pools.workerFor(next.shape, any);
        if (worker == null || next == null) {
            return false;
        }
        sent(next, worker, actions.dispatch(next, worker.id));
        return true;
    }

    /** The worker has it then, or somebody else has, or the worker takes nothing now. */
    private void sent(Task task, Worker worker, Dispatch outcome) {
        switch (outcome) {
            case SENT -> places.run(task, worker);
            case FULL -> crew.refused(worker);
            case HELPED, CANCELLED -> notSent(task, outcome);
        }
    }

    /** Sends the task that is next behind one that runs; false when there is none, or nobody to go behind. */
    private boolean sendOneAhead() {
        Task next = queue.isHeldUp() ? null : queue.first();
        Task leader = next == null ? null : ahead.leaderFor(next);
        if (next == null || leader == null) {
            return false;
        }
        next.isTold = Ahead.isToldBehind(leader);
        Dispatch outcome = actions.sendAhead(next, leader);
        switch (outcome) {
            case SENT -> places.runAfter(next, leader);
            case FULL -> crew.refusedAhead(leader.worker);
            case HELPED, CANCELLED -> notSent(next, outcome);
        }
        return true;
    }

    private void notSent(Task task, Dispatch outcome) {
        if (outcome == Dispatch.CANCELLED) {
            places.leave(task);
            endings.end(task, Failure.CANCELLED, "it was cancelled before it had begun");
        } else if (actions.isReady(task.id())) {
            // Cancelled by a client that was heard before the one that submitted it, or helped with, and over.
            places.countHelped(task, actions.claimedBy(task));
            places.leave(task);
            endings.complete(task);
        } else {
            places.help(task, actions.claimedBy(task));
        }
    }
}
