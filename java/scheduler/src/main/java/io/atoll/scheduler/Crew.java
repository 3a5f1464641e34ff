package io.atoll.scheduler;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** The clients that take tasks, and which of them takes the next one. One thread. */
final class Crew {
    private final Map<Integer, Worker> workers = new TreeMap<>();
    /** Counts {@link #beginRound}. */
    private long round;

    void add(int id) {
        workers.putIfAbsent(id, new Worker(id));
    }

    /** Null when it is not one. */
    Worker remove(int id) {
        return workers.remove(id);
    }

    /** Null when it is not one. */
    Worker get(int id) {
        return workers.get(id);
    }

    Collection<Worker> all() {
        return workers.values();
    }

    /** Who has refused a task may be asked again, and nobody is kept free. */
    void beginRound() {
        ++round;
        workers.values().forEach(worker -> worker.isReserved = false);
    }

    /** It would not take a task: it is asked again once it has finished one, or, having none, in the next round. */
    void refused(Worker worker) {
        worker.full = true;
        worker.refusedIn = round;
    }

    /** The worker that runs the fewest tasks, then has the fewest; null when none can take one. */
    Worker leastLoaded() {
        Worker best = null;
        for (Worker worker : workers.values()) {
            if (worker.mayTake(round) && worker.isBetterThan(best)) {
                best = worker;
            }
        }
        return best;
    }

    /** The same for a suspect: it has to be waited for when something runs there. */
    Worker forSuspect() {
        Worker best = null;
        for (Worker worker : workers.values()) {
            if (worker.suspects == 0 && worker.hasRoom(round) && worker.isBetterThan(best)) {
                best = worker;
            }
        }
        return best;
    }
}
