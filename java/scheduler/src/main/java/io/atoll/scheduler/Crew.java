package io.atoll.scheduler;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The clients that take tasks, and which of them takes the next one. One thread. */
final class Crew {
    static final Predicate<Worker> ANY = worker -> true;

    private final Map<Integer, Worker> workers = new TreeMap<>();
    /** The same by id, which are the small numbers of clients: asked for several times a task. */
    private @Nullable Worker[] byId = new Worker[0];

    private final long tasksPerWorker;
    /** Counts {@link #beginRound}. */
    private long round;

    /** @param tasksPerWorker 0: as many as there are */
    Crew(long tasksPerWorker) {
        this.tasksPerWorker = tasksPerWorker == 0 ? Long.MAX_VALUE : tasksPerWorker;
    }

    /** Whether workers are replaced by and by. */
    boolean isLimited() {
        return tasksPerWorker != Long.MAX_VALUE;
    }

    void add(int id, WorkerKind kind) {
        Worker worker = workers.computeIfAbsent(id, each -> new Worker(each, kind, tasksPerWorker));
        if (id >= byId.length) {
            byId = Arrays.copyOf(byId, id + 1);
        }
        byId[id] = worker;
    }

    /** Null when it is not one. */
    @Nullable
    Worker remove(int id) {
        Worker worker = workers.remove(id);
        if (worker != null) {
            byId[id] = null;
        }
        return worker;
    }

    /** Null when it is not one. */
    @Nullable
    Worker get(int id) {
        return id < 0 || id >= byId.length ? null : byId[id];
    }

    /** It is dead, and sent nothing any more. */
    void setGone(int id) {
        Worker known = get(id);
        if (known != null) {
            known.isGone = true;
        }
    }

    List<Task> tasksOf(int id) {
        Worker known = get(id);
        return known == null ? List.of() : List.copyOf(known.tasks);
    }

    Collection<Worker> all() {
        return workers.values();
    }

    /** Who has refused a task may be asked again, and nobody is kept free. */
    void beginRound() {
        ++round;
        workers.values().forEach(worker -> worker.isReserved = false);
    }

    /** It is to be killed, with nobody in it charged but the culprit, if there is one. False when it is, or is not there. */
    boolean doom(int id, @Nullable Task culprit) {
        Worker worker = get(id);
        if (worker == null || worker.doomed) {
            return false;
        }
        worker.doomed = true;
        worker.culprit = culprit;
        return true;
    }

    /** It would not take a task: it is asked again once it has finished one, or, having none, in the next round. */
    void refused(Worker worker) {
        worker.full = true;
        worker.refusedIn = round;
    }

    /** It has no room for what would be ahead there. */
    void refusedAhead(int id) {
        Worker known = get(id);
        if (known != null) {
            known.refusedAheadIn = round;
        }
    }

    /** Whether what runs there may have others behind it. */
    boolean mayLead(int id) {
        Worker known = get(id);
        return known != null && known.mayLead(round);
    }

    /** The worker that runs the fewest tasks, then has the fewest; null when none that suits can take one. */
    @Nullable
    Worker leastLoaded(Predicate<Worker> suits) {
        @Nullable Worker best = null;
        for (Worker worker : workers.values()) {
            if (worker.mayTake(round) && suits.test(worker) && worker.isBetterThan(best)) {
                best = worker;
            }
        }
        return best;
    }

    /** Whether any that suits can take one, or could if something that is ahead there were not. */
    boolean mayAnyTake(Predicate<Worker> suits) {
        for (Worker worker : workers.values()) {
            if (worker.mightTake(round) && suits.test(worker)) {
                return true;
            }
        }
        return false;
    }

    /** {@link #leastLoaded} for a suspect: it has to be waited for when something runs there. */
    @Nullable
    Worker forSuspect(Predicate<Worker> suits) {
        @Nullable Worker best = null;
        for (Worker worker : workers.values()) {
            if (worker.suspects == 0 && worker.hasRoom(round) && suits.test(worker) && worker.isBetterThan(best)) {
                best = worker;
            }
        }
        return best;
    }
}
