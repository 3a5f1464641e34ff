package io.atoll.scheduler;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Whether nothing runs and nothing ever will, since those who hold what the others need wait for them. */
final class Deadlock {
    private Deadlock() {}

    static boolean isOne(Collection<Worker> workers) {
        boolean anyBlocked = false;
        for (Worker worker : workers) {
            if (worker.running > 0) {
                return false;
            }
            for (Task task : worker.tasks) {
                if (task.state == Task.State.RESUMING || task.detached) {
                    return false; // Its CPU comes when somebody ends; what it waits for comes from elsewhere.
                }
                anyBlocked |= task.state == Task.State.BLOCKED;
            }
        }
        return anyBlocked;
    }

    /** The newest of the tasks that could go next, whose failure lets the others go on; null when there is none. */
    static @Nullable Task victim(Collection<Task> tasks) {
        Task newest = null;
        for (Task task : tasks) {
            boolean isNewer = newest == null || task.stamp > newest.stamp;
            if (task.state == Task.State.QUEUED && task.nested() && !task.suspect && isNewer) {
                newest = task;
            }
        }
        return newest;
    }

    /** For people: why the victim cannot go. */
    static String why(Task victim, Ledger ledger, Crew crew, Pools pools) {
        if (!ledger.covers(victim.shape.amounts)) {
            return "it demands " + victim.demand() + ", and only " + ledger.free() + " is free";
        }
        if (crew.all().stream().noneMatch(pools.suits(victim.shape))) {
            return "no worker for " + victim.demand()
                    + (victim.environment().isNone() ? "" : " in " + victim.environment())
                    + " is there, nor could one be started";
        }
        return "each of the " + crew.all().size()
                + " workers has as many threads as it may have, or as many tasks that wait for others, and all of"
                + " them wait: perhaps a recursion has no end";
    }
}
