package io.atoll.scheduler;

import io.atoll.Resources;
import io.atoll.concurrent.WorkerEnvironment;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How many workers there are to be of each {@link WorkerKind}, and which of them suit a task. A node begins with plain ones alone.
 * When a task could go, and no worker of its kind is wanted, one is started: in the place of an idle one if there are as many
 * as the node is to have, or beside those whose tasks all wait, up to twice as many. When {@link Scheduler#PATIENCE}
 * others have passed it and kept all busy, one takes no more until it is such a one; after as many again another, too. One
 * thread.
 */
final class Pools {
    private final SchedulerActions actions;
    private final Ledger ledger;
    private final Crew crew;
    private final int workers;
    /** Whether all tasks have been of one kind so far. */
    private boolean areOne;

    private final Map<WorkerKind, Integer> wanted = new LinkedHashMap<>();
    private int allWanted;

    /** @param workers how many there are to be */
    Pools(SchedulerActions actions, Ledger ledger, Crew crew, int workers) {
        this.actions = actions;
        this.ledger = ledger;
        this.crew = crew;
        this.workers = workers;
        areOne = !ledger.hasDevices();
        wanted.put(WorkerKind.PLAIN, workers);
        allWanted = workers;
    }

    Predicate<Worker> suits(Shape shape) {
        long gpus = ledger.gpus(shape.amounts);
        return areOne ? Crew.ANY : worker -> suits(worker.kind, gpus, shape.environment);
    }

    private boolean suits(WorkerKind kind, long gpus, WorkerEnvironment environment) {
        return kind.environment().equals(environment)
                && (gpus == 0 ? kind.gpus().isEmpty() : ledger.devices().covers(kind, gpus));
    }

    /** There are tasks in an environment; those shapes of theirs that are known. */
    Map<Resources, Shape> meet(WorkerEnvironment environment) {
        areOne = false;
        return new HashMap<>();
    }

    /** Whom the first of the shape goes to; null when there is nobody, now. */
    @Nullable
    Worker workerFor(Shape shape, @Nullable Worker any) {
        return areOne ? any : crew.leastLoaded(suits(shape));
    }

    /** The same for a suspect, which may have to be waited for. */
    @Nullable
    Worker forSuspect(Shape shape) {
        return crew.forSuspect(suits(shape));
    }

    /** Whether one of a shape that fits can go. REQUIRES: somebody can take something. */
    boolean serve(Shape shape) {
        return areOne || canServe(shape);
    }

    private boolean canServe(Shape shape) {
        return crew.leastLoaded(suits(shape)) != null;
    }

    /** Whether it could if nothing were ahead. REQUIRES: somebody could take something then. */
    boolean mightServe(Shape shape) {
        return areOne || crew.mayAnyTake(suits(shape));
    }

    private @Nullable Task unservedSuspect(Queue queue) {
        Task suspect = queue.firstSuspect();
        return suspect != null && queue.fits(suspect.shape) && forSuspect(suspect.shape) == null ? suspect : null;
    }

    /** What could go now if only there were somebody to take it; null when there is nothing. */
    @Nullable
    Task unserved(Queue queue) {
        Task suspect = unservedSuspect(queue);
        return suspect != null ? suspect : queue.next(shape -> !canServe(shape));
    }

    /**
     * Before anything is sent: what has its turn is not passed by for ever by what finds a worker in the place that it needs,
     * nor by what keeps the workers busy.
     */
    void provideForFirst(Queue queue) {
        if (areOne) {
            return;
        }
        Task suspect = unservedSuspect(queue);
        if (suspect != null && !provide(suspect.shape)) {
            keepFree(1);
        }
        Task first = queue.next(shape -> canServe(shape) || !isComing(shape));
        if (first != null && !canServe(first.shape) && !provide(first.shape)) {
            keepFree(first.shape.passedOver / Scheduler.PATIENCE);
        }
    }

    /** Once all has gone that can: what has its turn and room, and nobody that suits it, is provided for. */
    void review(Queue queue, Ahead ahead) {
        if (areOne) {
            return;
        }
        boolean isRoom = true;
        for (Task next = queue.next(this::lacks); next != null && isRoom; next = queue.next(this::lacks)) {
            isRoom = provide(next.shape);
        }
        for (Shape shape : ahead.shapes()) {
            if (queue.fits(shape) && lacks(shape)) {
                provide(shape);
            }
        }
    }

    /** Whether nobody can take one of the shape, nor will unless one is provided. */
    boolean lacks(Shape shape) {
        return !areOne && !isComing(shape) && !canServe(shape);
    }

    /** Whether one that suits is on its way, or is there and takes nothing now. */
    private boolean isComing(Shape shape) {
        long gpus = ledger.gpus(shape.amounts);
        for (Map.Entry<WorkerKind, Integer> each : wanted.entrySet()) {
            if (each.getValue() > 0 && suits(each.getKey(), gpus, shape.environment)) {
                return true;
            }
        }
        return false;
    }

    /** False when nobody can be had for it. */
    private boolean provide(Shape shape) {
        if (isComing(shape)) {
            return true;
        }
        boolean isRoom =
                allWanted < workers || dismissIdle() || allWanted < Math.min(workers + standing(), 2 * workers);
        if (isRoom) {
            long gpus = ledger.gpus(shape.amounts);
            List<Integer> devices = gpus == 0 ? List.of() : ledger.devices().choose(gpus);
            want(new WorkerKind(devices, shape.environment), 1);
        }
        return isRoom;
    }

    /** None of the kind is there, nor will be: it is not wanted until a task of its is queued. */
    void giveUp(WorkerKind kind) {
        want(kind, -wanted.getOrDefault(kind, 0));
    }

    private void want(WorkerKind kind, int change) {
        int count = wanted.getOrDefault(kind, 0) + change;
        if (count == 0) {
            wanted.remove(kind);
        } else {
            wanted.put(kind, count);
        }
        allWanted += change;
        actions.want(kind, count);
    }

    /** How many workers have only tasks that wait. */
    private int standing() {
        int count = 0;
        for (Worker worker : crew.all()) {
            count += !worker.isReplaced && !worker.tasks.isEmpty() && worker.running == 0 ? 1 : 0;
        }
        return count;
    }

    /** Ends one that has nothing, of the kind of which there are most, plain ones last; false when there is none. */
    private boolean dismissIdle() {
        Worker best = null;
        for (Worker worker : crew.all()) {
            if (worker.isIdle() && (best == null || dispensability(worker) > dispensability(best))) {
                best = worker;
            }
        }
        if (best == null) {
            return false;
        }
        want(best.kind, -1);
        best.limit = 0;
        best.isReplaced = true;
        best.isRetired = true;
        actions.retire(best.id);
        return true;
    }

    /**
     * So many that are busy take nothing in this round, the most dispensable first; the same in each, so that they come to an
     * end. None whose tasks all wait: what they wait for may have to run there.
     */
    private void keepFree(int count) {
        crew.all().stream()
                .filter(worker -> worker.running > 0 && !worker.doomed && !worker.isReplaced && !worker.isReserved)
                .sorted(Comparator.comparingInt(this::dispensability).reversed())
                .limit(count)
                .forEach(worker -> worker.isReserved = true);
    }

    private int dispensability(Worker worker) {
        return 2 * wanted.getOrDefault(worker.kind, 0) + (worker.kind.isPlain() ? 0 : 1);
    }
}
