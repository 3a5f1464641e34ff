package io.atoll.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.atoll.Resources;
import io.atoll.spi.ResourceUnits;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;

/** The processes of a {@link SimulatedNode}: who is there, who comes, and how many tasks each was given. */
final class SimulatedCrew {
    static final int DRIVER = 100;
    static final int WORKERS = 3;
    private static final int FIRST_REPLACEMENT = 200;

    private final Map<Integer, SimulatedProcess> processes = new LinkedHashMap<>();
    /** Started, and have not joined yet. */
    private final Deque<SimulatedProcess> coming = new ArrayDeque<>();

    private final Map<WorkerKind, Integer> wanted = new HashMap<>();
    private final int tasksPerWorker;
    private int lastIndex = FIRST_REPLACEMENT;

    /** @param mayBeFull whether some workers sometimes take nothing: a node that has nobody else may well stand still */
    SimulatedCrew(int tasksPerWorker, boolean mayBeFull) {
        this.tasksPerWorker = tasksPerWorker;
        processes.put(DRIVER, new SimulatedProcess(DRIVER, null, false));
        for (int worker = 0; worker < WORKERS; ++worker) {
            coming.add(new SimulatedProcess(worker, WorkerKind.PLAIN, mayBeFull && worker > 0));
        }
    }

    Collection<SimulatedProcess> all() {
        return processes.values();
    }

    SimulatedProcess get(int index) {
        return processes.get(index);
    }

    SimulatedProcess driver() {
        return get(DRIVER);
    }

    boolean hasNoWorker() {
        return processes.size() == 1;
    }

    /** Nothing beyond what the node has. */
    void assertUses(Resources node) {
        for (String name : List.of(Resources.CPU, Resources.GPU)) {
            long used = all().stream().mapToLong(process -> process.used(name)).sum();
            assertThat(used).as(name).isLessThanOrEqualTo(ResourceUnits.amount(node, name));
        }
        for (int device = 0; device < node.quantity(Resources.GPU); ++device) {
            int number = device;
            long used = all().stream()
                    .filter(process ->
                            process.index != DRIVER && process.kind.gpus().contains(number))
                    .mapToLong(SimulatedProcess::usedOfEach)
                    .sum();
            assertThat(used).as("GPU %s", number).isLessThanOrEqualTo(10_000);
        }
    }

    /** Any that takes tasks, or did. */
    SimulatedProcess worker(IntUnaryOperator pick) {
        List<SimulatedProcess> workers =
                all().stream().filter(process -> process.index != DRIVER).toList();
        return workers.get(pick.applyAsInt(workers.size()));
    }

    /** Those that were started join. */
    void joinAll(Scheduler scheduler) {
        int joined = 0;
        for (SimulatedProcess next = coming.poll(); next != null; next = coming.poll()) {
            processes.put(next.index, next);
            scheduler.workerJoined(next.index, next.kind);
            assertThat(++joined).as("workers come and go for nothing").isLessThan(100);
        }
    }

    /** The scheduler reads some messages of one of them, and then sends what can go. */
    void deliver(IntUnaryOperator pick, Scheduler scheduler) {
        List<SimulatedProcess> senders =
                all().stream().filter(process -> !process.sent.isEmpty()).toList();
        if (!senders.isEmpty()) {
            SimulatedProcess from = senders.get(pick.applyAsInt(senders.size()));
            for (int left = pick.applyAsInt(2) == 0 ? 1 : 1 + pick.applyAsInt(8);
                    left > 0 && !from.sent.isEmpty();
                    --left) {
                from.sent.remove().run();
            }
            scheduler.sendWhatCanGo();
        }
    }

    /** It is no more; who takes its place, if nobody has, is on its way. */
    void bury(SimulatedProcess dead) {
        processes.remove(dead.index);
        if (!dead.isReplaced) {
            coming.addFirst(new SimulatedProcess(dead.index, dead.kind, dead.mayBeFull));
        }
    }

    void give(SimulatedProcess process, Task task) {
        assertThat(process.kind.environment()).as("%s", task).isEqualTo(task.environment());
        assertThat(process.kind.gpus()).as("%s", task).hasSize((int)
                Math.ceil(task.demand().quantity(Resources.GPU)));
        ++process.given;
        assertThat(process.isRetired).isFalse();
        int known = process.given + (process.sent.isEmpty() ? process.helped : 0);
        assertThat(tasksPerWorker == 0 || known <= tasksPerWorker)
                .as("%s were given to %s, which has helped with %s", process.given, process.index, process.helped)
                .isTrue();
    }

    /** What it was given and had not begun is another's; it may be dead. */
    void takeBack(int worker) {
        SimulatedProcess process = get(worker);
        if (process != null) {
            --process.given;
        }
    }

    /** So many that were not replaced are there, or on their way. */
    private long count(WorkerKind kind) {
        return Stream.concat(all().stream(), coming.stream())
                .filter(process -> !process.isReplaced && kind.equals(process.kind))
                .count();
    }

    void want(WorkerKind kind, int count) {
        wanted.put(kind, count);
        assertThat(wanted.values().stream().mapToInt(each -> each).sum()).isLessThanOrEqualTo(2 * WORKERS);
        while (count(kind) < count) {
            coming.add(new SimulatedProcess(++lastIndex, kind, false));
        }
    }

    void kill(int worker) {
        assertThat(get(worker).isKilled).isFalse();
        get(worker).isKilled = true;
    }

    void replace(int worker) {
        SimulatedProcess process = get(worker);
        assertThat(process.isReplaced).isFalse();
        process.isReplaced = true;
        coming.add(new SimulatedProcess(++lastIndex, process.kind, process.mayBeFull));
    }

    void retire(int worker) {
        SimulatedProcess process = get(worker);
        assertThat(process.isRetired).isFalse();
        assertThat(process.isReplaced || count(process.kind) > wanted.get(process.kind))
                .isTrue();
        process.isReplaced = true;
        assertThat(process.threads.isEmpty() && process.unstarted.isEmpty())
                .as("%s has nothing left", worker)
                .isTrue();
        process.isRetired = true;
    }
}
