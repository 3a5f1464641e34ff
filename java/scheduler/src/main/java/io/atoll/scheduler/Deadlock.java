package io.atoll.scheduler;

import io.atoll.ObjectId;
import io.atoll.scheduler.SchedulerActions.Failure;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that will never go on, since they wait for each other: for results, or for what the others keep while they wait. Found
 * by what is left when all are taken away that can go on, and then those that these would let go on. Whatever is not known
 * is believed to go on.
 */
final class Deadlock {
    private final Map<ObjectId, Task> tasks;
    /** Who makes what is one of several results; null until that is asked for. */
    private @Nullable Map<ObjectId, Task> makers;

    private final Waits said;
    /** What of that counts. */
    private final Waits waits;

    private final Ledger ledger;
    private final Crew crew;
    private final SchedulerActions actions;
    /** Whether nothing has happened for a while: what could have its turn has had it. */
    private final boolean isQuiet;

    /** Those that wait, as their workers say, and all that these wait for; without those that go on. */
    private final Set<Task> stuck = new LinkedHashSet<>();

    /** What nobody has who is stuck, by the ledger's index. */
    private long[] free = {};
    /** Whether anybody has anything who is not. */
    private boolean anyGoesOn;

    Deadlock(
            Map<ObjectId, Task> tasks,
            Waits said,
            Ledger ledger,
            Crew crew,
            SchedulerActions actions,
            boolean isQuiet) {
        this.tasks = tasks;
        this.said = said;
        this.isQuiet = isQuiet;
        waits = said.counting(isQuiet);
        this.ledger = ledger;
        this.crew = crew;
        this.actions = actions;
        List<Task> open = new ArrayList<>();
        for (Worker worker : crew.all()) {
            worker.tasks.stream().filter(task -> waits.of(task) != null).forEach(open::add);
        }
        while (!open.isEmpty()) {
            Task next = open.remove(open.size() - 1);
            if (stuck.add(next)) {
                open.addAll(waitsFor(next));
            }
        }
        do {
            countFree();
        } while (stuck.removeIf(this::goesOn));
    }

    /** Whether nothing runs, and nobody has said that he will go on. */
    static boolean nothingRuns(Collection<Worker> workers) {
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

    /** One of them fails. False when there is none. */
    boolean breakOne(Places places, Endings endings, Pools pools) {
        Task victim = victim();
        if (victim == null) {
            return false;
        }
        if (victim.state == Task.State.QUEUED) {
            places.leave(victim);
            endings.end(victim, Failure.DEADLOCK, why(victim, pools));
        } else {
            List<Task> cycle = cycle(victim);
            said.drop(victim.id()); // It goes on.
            actions.breakWait(victim, cycle);
        }
        return true;
    }

    /**
     * The newest of those whose end lets another one go on: of those that have not begun, if there is one, else of those that
     * wait. Null when there is no deadlock.
     */
    private @Nullable Task victim() {
        Set<Task> wanted = new LinkedHashSet<>();
        stuck.forEach(task -> wanted.addAll(waitsFor(task)));
        wanted.retainAll(stuck);
        Task queued = newest(
                wanted,
                task -> task.state == Task.State.QUEUED && !task.suspect && actions.claimedBy(task) == Scheduler.NOBODY,
                task -> task.stamp);
        return queued != null
                ? queued
                : newest(
                        wanted,
                        task -> task.state == Task.State.BLOCKED && waits.of(task) != null,
                        task -> task.begunAt);
    }

    private static @Nullable Task newest(Set<Task> among, Predicate<Task> isMeant, ToLongFunction<Task> when) {
        return among.stream()
                .filter(isMeant)
                .max(Comparator.comparingLong(when))
                .orElse(null);
    }

    /** From one that waits, by those of which each waits for the next, to one that is among them. */
    private List<Task> cycle(Task first) {
        Set<Task> path = new LinkedHashSet<>();
        Task next = first;
        while (path.add(next)) {
            next = waitsFor(next).stream().filter(stuck::contains).findFirst().orElse(first);
        }
        List<Task> cycle = new ArrayList<>(path);
        cycle.add(next);
        return cycle;
    }

    /** For people: why one that is queued cannot go. */
    private String why(Task victim, Pools pools) {
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

    /** Those whose end it needs, or some of which, as far as they have not ended. */
    private List<Task> waitsFor(Task task) {
        ObjectId holder = waits.holderOf(task);
        Waits.Wait wait = waits.of(task);
        List<ObjectId> ids;
        if (holder != null) {
            ids = List.of(holder);
        } else if (task.state == Task.State.BLOCKED && wait != null) {
            ids = wait.tasks();
        } else if (task.state == Task.State.WAITING) {
            return task.dependencies().stream()
                    .map(this::maker)
                    .filter(Objects::nonNull)
                    .toList();
        } else if (task.state == Task.State.AHEAD && task.leader != null) {
            return List.of(task.leader);
        } else {
            return List.of();
        }
        return ids.stream().map(tasks::get).filter(Objects::nonNull).toList();
    }

    /** The task that is to make what another one waits for as its argument; null when that is there, or no task's. */
    private @Nullable Task maker(ObjectId dependency) {
        Task task = tasks.get(dependency);
        if (task != null || actions.isReady(dependency)) {
            return task;
        }
        if (makers == null) {
            makers = new HashMap<>();
            for (Task each : tasks.values()) {
                for (ObjectId part : each.outputs()) {
                    makers.put(part, each);
                }
            }
        }
        return makers.get(dependency);
    }

    private boolean goesOn(Task task) {
        if (task.detached) {
            return true;
        }
        if (waits.holderOf(task) != null) {
            return waitsFor(task).stream().noneMatch(stuck::contains);
        }
        Waits.Wait wait = waits.of(task);
        return switch (task.state) {
            case BLOCKED -> wait == null || notStuck(wait.tasks()) >= wait.wanted();
            case WAITING -> waitsFor(task).stream().noneMatch(stuck::contains);
            case AHEAD -> task.leader == null || !stuck.contains(task.leader);
            case QUEUED -> actions.claimedBy(task) != Scheduler.NOBODY || mayHaveItsTurn(task);
            case APART, DELAYED, RUNNING, RESUMING, HELPED -> true;
        };
    }

    private long notStuck(List<ObjectId> ids) {
        return ids.stream()
                .map(tasks::get)
                .filter(task -> task == null || !stuck.contains(task))
                .count();
    }

    /** Whether the ends of those that go on leave it what it demands: while there are none, what could go has gone. */
    private boolean mayHaveItsTurn(Task task) {
        for (int r = 0; r < free.length; ++r) {
            if (task.shape.amounts[r] > Math.max(0, free[r])) {
                return false;
            }
        }
        return anyGoesOn || !isQuiet;
    }

    private void countFree() {
        free = ledger.freeAmounts();
        anyGoesOn = false;
        for (Worker worker : crew.all()) {
            for (Task task : worker.tasks) {
                if (!stuck.contains(task) && task.state != Task.State.HELPED) {
                    anyGoesOn = true;
                    for (int r = 0; r < free.length; ++r) {
                        boolean has = r != Ledger.CPU || task.state == Task.State.RUNNING;
                        free[r] += has ? task.shape.amounts[r] : 0;
                    }
                }
            }
        }
    }
}
