package io.atoll.internal.node;

import io.atoll.ObjectId;
import io.atoll.TaskException;
import io.atoll.internal.call.Claim;
import io.atoll.internal.call.ScheduledCall;
import io.atoll.scheduler.Scheduler;
import io.atoll.scheduler.SchedulerActions;
import io.atoll.scheduler.Task;
import io.atoll.store.NativeStore;

/** What the {@link Scheduler} has done by others, in the store and the rings. Who has the scheduler's turn. */
final class Orders implements SchedulerActions {
    private final NativeStore store;
    private final Clients clients;
    private final UnfinishedCalls calls;
    private final Failures failures;

    /** The task that was sent last, and to whom; null once it is known to have ended. */
    private Task lastSent;

    private int lastWorker;
    /** That the scheduler is being told of; null when it is not. */
    private WorkerDeath death;

    Orders(NativeStore store, Clients clients, UnfinishedCalls calls, Failures failures) {
        this.store = store;
        this.clients = clients;
        this.calls = calls;
        this.failures = failures;
    }

    /** The scheduler is about to be told of it; null: it has been. */
    void setDeath(WorkerDeath death) {
        this.death = death;
    }

    /** The task that was sent last, when its result is there and this is asked for the first time since; else null. */
    ObjectId endedUnheard() {
        Task task = lastSent;
        if (task == null || !isReady(task.id())) {
            return null;
        }
        lastSent = null;
        return task.id();
    }

    /** To whom that was sent. */
    int lastWorker() {
        return lastWorker;
    }

    @Override
    public Dispatch dispatch(Task task, int worker) {
        int claim = Claim.of(worker, task.attempt());
        if (!store.claim(task.id(), unclaimed(task), claim)) {
            return Dispatch.HELPED;
        }
        if (clients.get(worker).run(ScheduledCall.of(task))) {
            lastSent = task;
            lastWorker = worker;
            return Dispatch.SENT;
        }
        store.claim(task.id(), claim, unclaimed(task));
        return Dispatch.FULL;
    }

    @Override
    public int claimedBy(Task task) {
        int client = Claim.client(store.claimed(task.id()));
        return client < 0 ? Scheduler.NOBODY : client;
    }

    @Override
    public void unclaim(Task task) {
        store.claim(task.id(), store.claimed(task.id()), unclaimed(task));
    }

    private static int unclaimed(Task task) {
        return task.isSuspect() ? Claim.reserved(task.attempt()) : Claim.NOBODY;
    }

    @Override
    public boolean isReady(ObjectId id) {
        return failures.isReady(id);
    }

    @Override
    public void grant(Task task, int worker) {
        clients.get(worker).grant(task.id());
    }

    @Override
    public void fail(Task task, Failure reason, String message) {
        ScheduledCall call = ScheduledCall.of(task);
        TaskException error = switch (reason) {
            case WORKER_DIED -> death.error(call, task.attempt() + 1);
            case DEADLOCK -> calls.deadlock(call, message);
            case INFEASIBLE -> UnfinishedCalls.notRun(call, message);
        };
        failures.put(task.id(), error);
    }

    @Override
    public void done(Task task) {
        calls.remove(ScheduledCall.of(task));
    }
}
