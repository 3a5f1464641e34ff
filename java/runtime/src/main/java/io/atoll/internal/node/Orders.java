package io.atoll.internal.node;

import io.atoll.ObjectId;
import io.atoll.TaskCancelledException;
import io.atoll.TaskException;
import io.atoll.internal.call.Claim;
import io.atoll.internal.call.Messages;
import io.atoll.internal.call.ScheduledCall;
import io.atoll.internal.process.WorkerProcesses;
import io.atoll.internal.store.NativeStore;
import io.atoll.scheduler.Scheduler;
import io.atoll.scheduler.SchedulerActions;
import io.atoll.scheduler.Task;
import io.atoll.scheduler.WorkerKind;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the {@link Scheduler} has done by others, in the store and the rings. Who has the scheduler's turn. */
final class Orders implements SchedulerActions {
    private final NativeStore store;
    private final Clients clients;
    private final UnfinishedCalls calls;
    private final Failures failures;
    private final WorkerProcesses workers;

    /** The task that was sent last, and to whom; null once it is known to have ended. */
    private @Nullable Task lastSent;

    private int lastWorker;
    /** That the scheduler is being told of; null when it is not. */
    private @Nullable WorkerDeath death;
    /** Why those fail that are given up; null when none are. */
    private WorkerProcesses.@Nullable Hopeless hopeless;

    Orders(NativeStore store, Clients clients, UnfinishedCalls calls, Failures failures, WorkerProcesses workers) {
        this.store = store;
        this.clients = clients;
        this.calls = calls;
        this.failures = failures;
        this.workers = workers;
    }

    /** The scheduler is about to be told of it; null: it has been. */
    void setDeath(@Nullable WorkerDeath death) {
        this.death = death;
    }

    /** The scheduler is about to be told of it; null: it has been. */
    void setHopeless(WorkerProcesses.@Nullable Hopeless why) {
        hopeless = why;
    }

    /** The task that was sent last, when its result is there and this is asked for the first time since; else null. */
    @Nullable
    ObjectId endedUnheard() {
        Task task = lastSent;
        boolean mayRunOn = task != null && !ScheduledCall.of(task).timeout().isZero(); // Who waited was told in time.
        if (task == null || mayRunOn || !isReady(task.id())) {
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
            return claimedAlready(task);
        }
        if (clients.here(worker).run(ScheduledCall.of(task))) {
            lastSent = task;
            lastWorker = worker;
            return Dispatch.SENT;
        }
        return notTaken(task, claim);
    }

    @Override
    public Dispatch sendAhead(Task task, Task leader) {
        int claim = Claim.ahead(Claim.of(leader.worker(), task.attempt()));
        if (!store.claim(task.id(), unclaimed(task), claim)) {
            return claimedAlready(task);
        }
        if (clients.here(leader.worker()).runAfter(leader.id(), ScheduledCall.of(task))) {
            lastSent = null; // When that is over the next has been begun.
            return Dispatch.SENT;
        }
        return notTaken(task, claim);
    }

    private Dispatch claimedAlready(Task task) {
        int now = store.claimed(task.id());
        return Claim.isCancelled(now) && Claim.client(now) < 0 ? Dispatch.CANCELLED : Dispatch.HELPED;
    }

    /** The worker has no room for it. */
    private Dispatch notTaken(Task task, int claim) {
        if (store.claim(task.id(), claim, unclaimed(task))) {
            return Dispatch.FULL;
        }
        int now = store.claimed(task.id());
        if (!Claim.isCancelled(now)) {
            return Dispatch.HELPED; // It was claimed as one that is ahead, which others may take.
        }
        // Somebody has found it claimed, and marked it.
        store.claim(task.id(), Claim.cancelled(claim), Claim.cancelled(Claim.reserved(task.attempt())));
        return Dispatch.CANCELLED;
    }

    @Override
    public boolean recall(Task task) {
        int claim = store.claimed(task.id());
        while (Claim.isAhead(claim)) {
            int back = Claim.isCancelled(claim) ? Claim.cancelled(Claim.reserved(task.attempt())) : unclaimed(task);
            if (store.claim(task.id(), claim, back)) {
                return true;
            }
            claim = store.claimed(task.id());
        }
        return false;
    }

    @Override
    public int claimedBy(Task task) {
        int client = Claim.client(store.claimed(task.id()));
        return client < 0 ? Scheduler.NOBODY : client;
    }

    @Override
    public boolean unclaim(Task task) {
        int claim = store.claimed(task.id());
        while (!Claim.isCancelled(claim) && !store.claim(task.id(), claim, unclaimed(task))) {
            claim = store.claimed(task.id());
        }
        return !Claim.isCancelled(claim);
    }

    @Override
    public int mark(Task task) {
        int claim = store.claimed(task.id());
        while (!Claim.isCancelled(claim) && !Claim.isEnding(claim)) {
            int marked = Claim.cancelled(claim == Claim.NOBODY ? Claim.reserved(task.attempt()) : claim);
            if (store.claim(task.id(), claim, marked)) {
                break;
            }
            claim = store.claimed(task.id());
        }
        int client = Claim.client(claim);
        return client < 0 ? Scheduler.NOBODY : client;
    }

    /** Its result is to be an error of ours. False when it is marked, and only one error will do. */
    private boolean settle(Task task) {
        int claim = store.claimed(task.id());
        while (!Claim.isCancelled(claim) && !store.claim(task.id(), claim, Claim.ending(claim))) {
            claim = store.claimed(task.id());
        }
        return !Claim.isCancelled(claim);
    }

    @Override
    public void interrupt(Task task, int worker) {
        tell(Messages.INTERRUPT, task.id(), worker);
    }

    /** The same for a task that nobody has told us of yet, and that somebody runs: its submitter, who waits for it. */
    void interruptUnheard(ObjectId task) {
        try {
            tell(Messages.INTERRUPT, task, Claim.client(store.claimed(task)));
        } catch (RuntimeException e) {
            // It has ended, and is gone.
        }
    }

    private void tell(int message, ObjectId task, int client) {
        Client known = client < 0 || client >= Board.MAX_CLIENTS ? null : clients.get(client);
        if (known != null) {
            known.tell(message, task);
        }
    }

    @Override
    public void breakWait(Task task, List<Task> cycle) {
        Client client = clients.get(task.worker());
        if (client != null) {
            client.tell(Messages.BREAK, task.id(), UnfinishedCalls.cycle(cycle));
        }
    }

    @Override
    public void kill(int worker, String why) {
        clients.here(worker).kill(why);
    }

    @Override
    public void want(WorkerKind kind, int count) {
        workers.want(kind, count);
    }

    @Override
    public void replace(int worker) {
        clients.here(worker).replace();
    }

    @Override
    public void retire(int worker) {
        clients.here(worker).retire();
    }

    private static int unclaimed(Task task) {
        return task.isReserved() ? Claim.reserved(task.attempt()) : Claim.NOBODY;
    }

    @Override
    public boolean isReady(ObjectId id) {
        return failures.isReady(id);
    }

    @Override
    public void grant(Task task, int worker) {
        tell(Messages.GRANT, task.id(), worker);
    }

    @Override
    public void fail(Task task, Failure reason, String message) {
        ScheduledCall call = ScheduledCall.of(task);
        Failure counts = settle(task) ? reason : Failure.CANCELLED;
        TaskException error = switch (counts) {
            case CANCELLED -> cancelled(call, reason == Failure.CANCELLED ? message : "it was cancelled");
            case OVERDUE -> death().overdue(call, task.attempt() + 1);
            case NO_WORKER -> UnfinishedCalls.noWorker(call, Objects.requireNonNull(hopeless, "there is hope"));
            case WORKER_DIED -> death().error(call, task.attempt() + 1);
            case DEADLOCK -> calls.deadlock(call, message);
            case INFEASIBLE -> UnfinishedCalls.notRun(call, message);
        };
        failures.put(call, error);
    }

    private WorkerDeath death() {
        return Objects.requireNonNull(death, "nobody has died");
    }

    private static TaskException cancelled(ScheduledCall call, String why) {
        return new TaskCancelledException("task " + call.name() + " has no result: " + why, call.name());
    }

    @Override
    public void done(Task task) {
        calls.remove(ScheduledCall.of(task));
    }
}
