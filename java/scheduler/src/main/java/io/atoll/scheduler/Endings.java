package io.atoll.scheduler;

import io.atoll.ObjectId;
import io.atoll.concurrent.WorkerEnvironment;
import io.atoll.scheduler.SchedulerActions.Failure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The tasks that are not done, and how each comes to its end: whoever waits for it goes on then. One thread. */
final class Endings {
    private final SchedulerActions actions;
    private final Places places;
    private final Dependencies dependencies;

    /** Every task that is not done. */
    final Map<ObjectId, Task> tasks = new HashMap<>();

    Endings(SchedulerActions actions, Places places, Dependencies dependencies) {
        this.actions = actions;
        this.places = places;
        this.dependencies = dependencies;
    }

    /** It is nowhere any more, and fails. */
    void end(Task task, Failure reason, String why) {
        actions.fail(task, reason, why);
        complete(task);
    }

    /** It is nowhere any more, and its result is there. */
    void complete(Task task) {
        places.forget(task);
        tasks.remove(task.id());
        Family.leave(task);
        wake(task.id());
        task.outputs().forEach(this::wake);
        actions.done(task);
    }

    /** Those fail that are queued, and can only run in the environment. */
    void giveUp(WorkerEnvironment environment, String why) {
        for (Task task : List.copyOf(tasks.values())) {
            boolean isMeant =
                    task.state == Task.State.QUEUED && task.environment().equals(environment);
            if (isMeant && actions.claimedBy(task) == Scheduler.NOBODY) {
                places.leave(task);
                end(task, Failure.NO_WORKER, why);
            }
        }
    }

    /** Whether it runs on a thread of the client that has to wait for it, which the client has not told us. */
    boolean isHelpedUnheard(Task task, int client) {
        boolean mayBeHelped = task.state == Task.State.QUEUED
                || task.state == Task.State.WAITING
                || (task.state == Task.State.AHEAD && task.worker != client);
        return mayBeHelped && actions.claimedBy(task) == client;
    }

    /** The object is there. Whether somebody waited for it. */
    boolean wake(ObjectId id) {
        List<Task> dependents = dependencies.wake(id);
        if (dependents != null) {
            dependents.forEach(places::enqueue);
        }
        return dependents != null;
    }
}
